// Device IDs: what people may write, what they see, and that the two agree for all bytes.
#include "registry/device_id.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <unordered_set>
#include <vector>

namespace usmp::gateway {
namespace {

std::vector<std::uint8_t> parsed(std::string_view written) {
  const ParsedDeviceId result = parse_device_id(written);
  EXPECT_EQ(result.id.has_value(), result.problem.empty()) << written;
  if (!result.id) return {};
  const Bytes bytes = result.id->bytes();
  return std::vector<std::uint8_t>(bytes.data, bytes.data + bytes.size);
}

bool refused(std::string_view written) { return parsed(written).empty(); }

DeviceId from(const std::vector<std::uint8_t>& bytes) {
  return DeviceId::from_bytes(Bytes(bytes.data(), bytes.size())).value();
}

using Vector = std::vector<std::uint8_t>;

TEST(DeviceId, TextStandsForItsBytes) {
  EXPECT_EQ(parsed("pump"), (Vector{'p', 'u', 'm', 'p'}));
  EXPECT_EQ(parsed("e91dedef5c04").size(), 12U);  // hex digits without a colon are text
  EXPECT_EQ(parsed("x"), (Vector{'x'}));
  EXPECT_EQ(parsed(std::string(32, 'z')).size(), 32U);
}

TEST(DeviceId, PairsWithColonsAreHex) {
  EXPECT_EQ(parsed("e9:1d:ed:ef:5c:04"), (Vector{0xe9, 0x1d, 0xed, 0xef, 0x5c, 0x04}));
  EXPECT_EQ(parsed("E9:1D"), (Vector{0xe9, 0x1d}));
  EXPECT_EQ(parsed("e9:"), (Vector{0xe9}));
}

TEST(DeviceId, MalformedHexIsRefusedAndNotText) {
  for (const char* written : {":", "::", "e9:1", "e:9", "e9::1d", ":e9", "e9:1d:", "e91d:ed", "a:b",
                              "e9:1d:ed:ef:5c:0", "e9:1d:ed:ef:5c:044"}) {
    EXPECT_TRUE(refused(written)) << written;
  }
  EXPECT_EQ(parsed("g:1").size(), 3U);  // not only hex digits and colons, so it is text
}

TEST(DeviceId, SizesOutside1To32AreRefused) {
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused(std::string(33, 'z')));
  std::string hex = "00";
  for (int count = 1; count < 32; ++count) hex += ":00";
  EXPECT_EQ(parsed(hex).size(), 32U);
  EXPECT_TRUE(refused(hex + ":00"));
  EXPECT_FALSE(DeviceId::from_bytes(Bytes()).has_value());
  const Vector large(33, 1);
  EXPECT_FALSE(DeviceId::from_bytes(Bytes(large.data(), large.size())).has_value());
}

TEST(DeviceId, SpacesControlsAndOtherBytesAreRefusedAsText) {
  for (const char* written : {"a b", " a", "a\n", "a\t", "\x1b[2J", "\xc3\xbcz", "a\x7f"}) {
    EXPECT_TRUE(refused(written)) << written;
  }
}

TEST(DeviceId, EveryIdIsReadBackFromWhatIsPrinted) {
  std::mt19937 random(2);
  for (int round = 0; round < 20000; ++round) {
    Vector bytes(1 + random() % 32);
    // Few different values, so that texts, hex digits and colons come together often.
    constexpr std::string_view kAlphabet = "abf0129:gz ~\x01\xff";
    for (std::uint8_t& byte : bytes) {
      byte = round % 2 == 0 ? static_cast<std::uint8_t>(random())
                            : static_cast<std::uint8_t>(kAlphabet[random() % kAlphabet.size()]);
    }
    const DeviceId id = from(bytes);
    const std::string text = format_device_id(id);
    for (const char c : text) ASSERT_TRUE(c > ' ' && c <= '~') << text;
    ASSERT_EQ(parsed(text), bytes) << text;
    ASSERT_EQ(parsed(format_device_id_hex(id)), bytes) << text;
  }
}

TEST(DeviceId, PrintsTextWhereItCanAndHexElse) {
  EXPECT_EQ(format_device_id(from({'p', 'u', 'm', 'p', '-', '1'})), "pump-1");
  EXPECT_EQ(format_device_id(from({0xe9, 0x1d})), "e9:1d");
  EXPECT_EQ(format_device_id(from({0})), "00:");
  EXPECT_EQ(format_device_id(from({'a', ':', 'b'})), "61:3a:62");
  EXPECT_EQ(format_device_id(from({'a', 0})), "61:00");
}

TEST(DeviceId, EqualOnlyIfAllBytesAndTheSizeAre) {
  EXPECT_EQ(from({1, 2}), from({1, 2}));
  EXPECT_NE(from({1, 2}), from({1, 3}));
  EXPECT_NE(from({1}), from({1, 0}));
  EXPECT_LT(from({1}), from({1, 0}));
  EXPECT_LT(from({1, 255}), from({2}));
  const std::unordered_set<DeviceId> ids{from({1}), from({1, 0}), from({1})};
  EXPECT_EQ(ids.size(), 2U);
}

}  // namespace
}  // namespace usmp::gateway
