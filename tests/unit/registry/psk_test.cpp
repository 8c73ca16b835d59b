// Keys: made at random, read from and written as hex, and wiped.
#include "registry/psk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <string>

#include "registry/hex.hpp"
#include "test_support.hpp"

namespace usmp::gateway {
namespace {

Bytes view_of(const std::string& text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

PskProblem problem_of(const std::string& text) {
  Psk psk = key_of(1);
  const PskProblem problem = parse_psk(view_of(text), psk);
  EXPECT_EQ(psk.empty(), problem != PskProblem::None) << text;
  return problem;
}

TEST(Psk, GeneratedKeysHave32BytesAndDiffer) {
  Psk one;
  Psk other;
  ASSERT_TRUE(generate_psk(one));
  ASSERT_TRUE(generate_psk(other));
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(other.size(), 32U);
  EXPECT_NE(bytes_of(one), bytes_of(other));
}

TEST(Psk, IsReadBackFromItsHex) {
  const Psk psk = key_of(7);
  PskText text;
  format_psk(psk, text);
  EXPECT_EQ(text.size(), 64U);
  Psk again;
  ASSERT_EQ(parse_psk(text.view(), again), PskProblem::None);
  EXPECT_EQ(bytes_of(again), bytes_of(psk));
}

TEST(Psk, BothCasesAndWhiteSpaceAreTaken) {
  Psk psk;
  ASSERT_EQ(parse_psk(view_of(" 00112233 44556677\r\n8899AABB\tccddeeff \n"), psk),
            PskProblem::None);
  EXPECT_EQ(bytes_of(psk),
            (std::vector<std::uint8_t>{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
                                       0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}));
}

TEST(Psk, BoundsOfItsSizeAreExact) {
  EXPECT_EQ(problem_of(std::string(30, 'a')), PskProblem::TooShort);
  EXPECT_EQ(problem_of(std::string(32, 'a')), PskProblem::None);
  EXPECT_EQ(problem_of(std::string(128, 'a')), PskProblem::None);
  EXPECT_EQ(problem_of(std::string(130, 'a')), PskProblem::TooLong);
}

TEST(Psk, WhatIsNoKeyIsToldApart) {
  EXPECT_EQ(problem_of(""), PskProblem::TooShort);
  EXPECT_EQ(problem_of(std::string(63, 'a')), PskProblem::OddDigits);
  EXPECT_EQ(problem_of(std::string(63, 'a') + "g"), PskProblem::NotHex);
  EXPECT_EQ(problem_of("0x" + std::string(64, 'a')), PskProblem::NotHex);
  EXPECT_EQ(problem_of(std::string(64, 'a') + '\0'), PskProblem::NotHex);
}

TEST(Hex, EveryCharacterIsJudgedAsTheStandardLibraryDoes) {
  for (int code = 0; code < 256; ++code) {
    const char c = static_cast<char>(code);
    const std::string digits = "0123456789abcdefABCDEF";
    const std::size_t place = digits.find(c);
    const unsigned expected = place == std::string::npos ? kNotHex
                              : place >= 16              ? static_cast<unsigned>(place - 6)
                                                         : static_cast<unsigned>(place);
    EXPECT_EQ(hex_value(c), expected) << code;
  }
  for (unsigned value = 0; value < 16; ++value) EXPECT_EQ(hex_value(hex_digit(value)), value);
}

TEST(SecretBytes, AreZeroWhereTheyLayOnceTheyEnd) {
  alignas(Psk) unsigned char place[sizeof(Psk)];
  Psk* psk = new (place) Psk(key_of(3, kPskSizeMax));
  const std::vector<char> before(place, place + sizeof place);
  ASSERT_TRUE(holds(before, key_of(3, kPskSizeMax)));
  psk->~Psk();
  EXPECT_EQ(std::count(place, place + kPskSizeMax, 0), static_cast<std::ptrdiff_t>(kPskSizeMax));
}

TEST(SecretBytes, MovingLeavesNothingBehind) {
  Psk source = key_of(3);
  const Psk target = std::move(source);
  EXPECT_EQ(bytes_of(target), bytes_of(key_of(3)));
  EXPECT_TRUE(source.empty());  // NOLINT(bugprone-use-after-move): the test is about that
  const MutableBytes left = source.storage();
  for (std::size_t index = 0; index < left.size; ++index) EXPECT_EQ(left[index], 0U);
}

TEST(SecretBytes, RefuseMoreThanTheyHold) {
  SecretBytes<2> secret;
  const std::uint8_t three[] = {1, 2, 3};
  EXPECT_FALSE(secret.assign(Bytes(three)));
  EXPECT_FALSE(secret.resize(3));
  EXPECT_TRUE(secret.append(1));
  EXPECT_TRUE(secret.append(2));
  EXPECT_FALSE(secret.append(3));
  EXPECT_EQ(bytes_of(secret.view()), (std::vector<std::uint8_t>{1, 2}));
}

}  // namespace
}  // namespace usmp::gateway
