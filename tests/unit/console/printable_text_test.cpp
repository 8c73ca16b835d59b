// What of a device's bytes may reach a terminal as text.
#include "printable_text.hpp"

#include <gtest/gtest.h>

namespace usmp::cli {
namespace {

Bytes bytes(std::string_view text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

TEST(PrintableText, ShowsPlainTextOfEveryLanguage) {
  for (const char* text : {"", "21.5 C", "Grüße", "温度", "\xF0\x9F\x8C\xA1", "a\\n"}) {
    EXPECT_TRUE(is_printable_line(bytes(text))) << text;
  }
}

TEST(PrintableText, ShowsNothingThatCommandsATerminal) {
  const std::string_view cases[] = {
      "\x1b[2J",      "\a",           "one\ntwo",  "one\rtwo",         "tab\t",
      {"\0", 1},      "\x7f",         "\xC2\x9Bm", "\xE2\x80\xAE.exe", "\xE2\x81\xA6",
      "\xE2\x80\xA8", "\xEF\xBB\xBF", "\xD8\x9C",  "\xF3\xA0\x81\x81"};
  for (const std::string_view text : cases) {
    EXPECT_FALSE(is_printable_line(bytes(text))) << hex_of(bytes(text));
    EXPECT_TRUE(is_utf8(bytes(text))) << hex_of(bytes(text));
  }
}

TEST(PrintableText, RefusesWhatIsNotWellFormed) {
  const std::string_view cases[] = {"\x80",
                                    "\xC0\xAF",
                                    "\xC1\x81",
                                    "\xC3",
                                    "\xE0\x80\xAF",
                                    "\xE2\x82",
                                    "\xED\xA0\x80",
                                    "\xF0\x80\x80\xAF",
                                    "\xF4\x90\x80\x80",
                                    "\xF5\x80\x80\x80",
                                    "\xFF",
                                    "ok\xFE"};
  for (const std::string_view text : cases) {
    EXPECT_FALSE(is_utf8(bytes(text))) << hex_of(bytes(text));
    EXPECT_FALSE(is_printable_line(bytes(text))) << hex_of(bytes(text));
  }
}

TEST(PrintableText, WritesHexInOrder) { EXPECT_EQ(hex_of(bytes("\x01\xAB\xff")), "01abff"); }

}  // namespace
}  // namespace usmp::cli
