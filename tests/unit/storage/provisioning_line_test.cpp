// The provisioning line: what is written is read, and what is damaged is asked for again.
#include "usmp_storage/provisioning_line.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace usmp::test {
namespace {

ProvisioningRecord record() {
  ProvisioningRecord made{};
  const std::uint8_t id[] = {'p', 'u', 'm', 'p'};
  std::uint8_t key[32];
  std::memset(key, 0xA5, sizeof key);
  EXPECT_TRUE(make_identity(made.identity, Bytes(id), Bytes(key)));
  std::uint8_t seed[kSeedSize];
  std::memset(seed, 0x3C, sizeof seed);
  write_seed_record(made.seed, seed);
  return made;
}

std::string line() {
  char text[kProvisioningLineSize];
  write_provisioning_line(text, record());
  return std::string(text, sizeof text);
}

ProvisioningReader::Line push(ProvisioningReader& reader, const std::string& text) {
  ProvisioningReader::Line last = ProvisioningReader::Line::None;
  for (const char character : text) {
    const ProvisioningReader::Line found = reader.push(character);
    if (found != ProvisioningReader::Line::None) last = found;
  }
  return last;
}

TEST(ProvisioningLine, is_read_as_it_was_written) {
  ProvisioningReader reader;
  ASSERT_EQ(push(reader, line()), ProvisioningReader::Line::Whole);
  const ProvisioningRecord written = record();
  EXPECT_EQ(std::memcmp(&reader.record(), &written, sizeof written), 0);
}

TEST(ProvisioningLine, is_found_among_others_and_with_either_end_of_line) {
  ProvisioningReader reader;
  EXPECT_EQ(push(reader, "hello\r\n"), ProvisioningReader::Line::Other);
  EXPECT_EQ(push(reader, "usmp\n"), ProvisioningReader::Line::Other);
  EXPECT_EQ(push(reader, "\r\n\n"), ProvisioningReader::Line::None);
  std::string with_return = line();
  with_return.back() = '\r';
  EXPECT_EQ(push(reader, with_return), ProvisioningReader::Line::Whole);
  EXPECT_EQ(push(reader, "\n" + line()), ProvisioningReader::Line::Whole);
}

TEST(ProvisioningLine, with_any_character_changed_is_refused_and_the_next_one_is_taken) {
  const std::string good = line();
  for (std::size_t index = 0; index + 1 < good.size(); ++index) {
    std::string bad = good;
    bad[index] = bad[index] == '0' ? '1' : '0';
    ProvisioningReader reader;
    EXPECT_NE(push(reader, bad), ProvisioningReader::Line::Whole) << index;
    EXPECT_EQ(push(reader, good), ProvisioningReader::Line::Whole) << index;
  }
}

TEST(ProvisioningLine, that_is_cut_short_or_too_long_is_damaged) {
  const std::string good = line();
  ProvisioningReader reader;
  EXPECT_EQ(push(reader, good.substr(0, 50) + "\n"), ProvisioningReader::Line::Damaged);
  EXPECT_EQ(push(reader, good.substr(0, good.size() - 1) + "00\n"),
            ProvisioningReader::Line::Damaged);
  EXPECT_EQ(push(reader, good.substr(0, 30) + "x" + good.substr(30)),
            ProvisioningReader::Line::Damaged);
  EXPECT_EQ(push(reader, good), ProvisioningReader::Line::Whole);
}

TEST(ProvisioningLine, keys_and_ids_of_other_sizes_are_not_written) {
  Identity identity;
  const std::uint8_t bytes[64] = {};
  const Bytes all(bytes);
  EXPECT_FALSE(make_identity(identity, all.first(0), all.first(32)));
  EXPECT_FALSE(make_identity(identity, all.first(33), all.first(32)));
  EXPECT_FALSE(make_identity(identity, all.first(4), all.first(15)));
  EXPECT_FALSE(make_identity(identity, all.first(4), all.first(33)));
  EXPECT_TRUE(make_identity(identity, all.first(32), all.first(16)));
}

}  // namespace
}  // namespace usmp::test
