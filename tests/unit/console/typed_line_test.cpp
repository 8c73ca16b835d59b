// Lines typed at a gateway.
#include "typed_line.hpp"

#include <gtest/gtest.h>

namespace usmp::cli {
namespace {

TEST(TypedLine, IsADeviceAndAText) {
  const ParsedLine parsed = parse_typed_line("sensor-1 turn  left ");
  ASSERT_TRUE(parsed.message) << parsed.problem;
  EXPECT_EQ(gateway::format_device_id(parsed.message->device), "sensor-1");
  EXPECT_EQ(parsed.message->channel, 0);
  EXPECT_EQ(parsed.message->text, "turn  left ");
}

TEST(TypedLine, TakesAHexIdAndAChannel) {
  const ParsedLine parsed = parse_typed_line("e9:1d: #255 x\r");
  ASSERT_FALSE(parsed.message) << "e9:1d: is malformed";
  const ParsedLine right = parse_typed_line("e9:1d #255 x\r");
  ASSERT_TRUE(right.message) << right.problem;
  EXPECT_EQ(right.message->device.bytes().size, 2U);
  EXPECT_EQ(right.message->channel, 255);
  EXPECT_EQ(right.message->text, "x");
}

TEST(TypedLine, LetsATextBeginLikeAChannel) {
  const ParsedLine tag = parse_typed_line("s #hash tag");
  ASSERT_TRUE(tag.message);
  EXPECT_EQ(tag.message->text, "#hash tag");
  const ParsedLine number = parse_typed_line("s #0 #7 seven");
  ASSERT_TRUE(number.message);
  EXPECT_EQ(number.message->channel, 0);
  EXPECT_EQ(number.message->text, "#7 seven");
}

TEST(TypedLine, IgnoresEmptyLinesAndExplainsWrongOnes) {
  for (const char* line : {"", " ", "\r"}) {
    const ParsedLine parsed = parse_typed_line(line);
    EXPECT_FALSE(parsed.message);
    EXPECT_EQ(parsed.problem, "") << line;
  }
  for (const char* line : {"sensor-1", "sensor-1 ", "s #256 x", "s #999 x", "s #3", "\x1b x"}) {
    const ParsedLine parsed = parse_typed_line(line);
    EXPECT_FALSE(parsed.message) << line;
    EXPECT_NE(parsed.problem, "") << line;
  }
}

}  // namespace
}  // namespace usmp::cli
