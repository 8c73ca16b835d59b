// Wiping secrets, and comparing them.
#include "base/wipe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <vector>

namespace usmp {
namespace {

TEST(Wipe, ZeroesExactlyTheBytesNamed) {
  for (size_t size = 0; size <= 40; ++size) {
    std::vector<uint8_t> bytes(48, 0xa5);
    wipe(bytes.data() + 4, size);
    for (size_t index = 0; index < bytes.size(); ++index) {
      const bool wiped = index >= 4 && index < 4 + size;
      ASSERT_EQ(bytes[index], wiped ? 0 : 0xa5) << index << " of " << size;
    }
  }
}

TEST(Wipe, SecretArrayBeginsZeroAndEndsWiped) {
  using Secret = SecretArray<32>;
  alignas(Secret) uint8_t memory[sizeof(Secret)];
  std::fill(std::begin(memory), std::end(memory), uint8_t{0xa5});
  auto* secret = new (memory) Secret;
  const auto is_zero = [](uint8_t byte) { return byte == 0; };
  EXPECT_TRUE(std::all_of(std::begin(secret->bytes), std::end(secret->bytes), is_zero));
  std::fill(std::begin(secret->bytes), std::end(secret->bytes), uint8_t{0x77});
  secret->~Secret();
  EXPECT_TRUE(std::all_of(std::begin(memory), std::end(memory), is_zero));
}

TEST(EqualConstantTime, SeesEveryDifferingBit) {
  std::vector<uint8_t> one(33, 0x3c);
  EXPECT_TRUE(equal_constant_time(one.data(), one.data(), one.size()));
  for (size_t bit = 0; bit < 8 * one.size(); ++bit) {
    std::vector<uint8_t> other = one;
    EXPECT_TRUE(equal_constant_time(one.data(), other.data(), one.size()));
    other[bit / 8] = static_cast<uint8_t>(other[bit / 8] ^ (1u << (bit % 8)));
    ASSERT_FALSE(equal_constant_time(one.data(), other.data(), one.size())) << bit;
  }
}

TEST(EqualConstantTime, LooksAtTheNamedSizeOnly) {
  const uint8_t one[4] = {1, 2, 3, 4};
  const uint8_t other[4] = {1, 2, 3, 5};
  EXPECT_TRUE(equal_constant_time(one, other, 3));
  EXPECT_TRUE(equal_constant_time(one, other, 0));
  EXPECT_TRUE(equal_constant_time(nullptr, nullptr, 0));
  EXPECT_FALSE(equal_constant_time(one, other, 4));
}

}  // namespace
}  // namespace usmp
