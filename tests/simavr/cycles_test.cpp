// On the AVR every call takes exactly the same number of cycles, and the same stack, for every
// input of a length: random ones, all zeros, all ones, and points and numbers at the edges.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "../unit/crypto/test_bytes.hpp"
#include "measured.hpp"

namespace usmp::simavr {
namespace {

constexpr int kRandomInputs = 100;
constexpr int kRandomInputsOfX25519 = 8;

bool slow(const Measured& call) {
  return call.operation == Operation::X25519 || call.operation == Operation::X25519Public;
}

void expect_same(const Measured& call, Mailbox box, const Figures& first, const char* what) {
  const Figures figures = the_avr().call(box, call.data_size);
  EXPECT_EQ(figures.cycles, first.cycles) << call.name << ", " << what;
  EXPECT_EQ(figures.stack, first.stack) << call.name << ", " << what;
}

TEST(Cycles, AreTheSameForEveryInputOfALength) {
  for (const Measured& call : measured_calls()) {
    crypto::test::TestBytes bytes(call.data_size);
    const auto random = [&bytes] { return bytes.next(); };
    Mailbox box = call.box(random);
    const Figures first = the_avr().call(box, call.data_size);
    ASSERT_GT(first.cycles, 0U);
    for (const uint8_t fill : {uint8_t{0}, uint8_t{0xff}, uint8_t{0x80}, uint8_t{1}}) {
      expect_same(call, call.box([fill] { return fill; }), first, "all bytes the same");
    }
    const int rounds = slow(call) ? kRandomInputsOfX25519 : kRandomInputs;
    for (int round = 0; round < rounds; ++round) {
      expect_same(call, call.box(random), first, "random");
    }
  }
}

// An authentic packet takes longer than a refused one, as everybody may see; but always as long as
// any other authentic one. And wherever a wrong tag is wrong, it is refused after the same time.
TEST(Cycles, OfOpeningDependOnTheVerdictOnly) {
  constexpr size_t kTagOffset = 44, kSize = 60 + 48;
  crypto::test::TestBytes bytes(3);
  for (const uint8_t suite : {uint8_t{1}, uint8_t{2}}) {
    Figures authentic, refused;
    for (int round = 0; round < kRandomInputs; ++round) {
      Mailbox box{};
      box.operation = Operation::Seal;
      box.option = suite;
      box.sizes[0] = 5;
      box.sizes[1] = 43;
      std::generate_n(box.data, kSize, [&bytes] { return bytes.next(); });
      the_avr().call(box, kSize);
      box.operation = Operation::Open;
      Mailbox wrong = box;
      const size_t place = kTagOffset + static_cast<size_t>(round % 16);
      wrong.data[place] = static_cast<uint8_t>(wrong.data[place] ^ (1 << round % 8));
      const Figures good = the_avr().call(box, kSize);
      ASSERT_EQ(box.result, 1);
      const Figures bad = the_avr().call(wrong, kSize);
      ASSERT_EQ(wrong.result, 0);
      if (round == 0) {
        authentic = good;
        refused = bad;
      }
      ASSERT_EQ(good.cycles, authentic.cycles);
      ASSERT_EQ(bad.cycles, refused.cycles);
    }
  }
}

// The stack that a board must have free, and time: an X25519 within a second at 16 MHz.
TEST(Cycles, AndStackStayWithinTheBudget) {
  constexpr uint64_t kX25519CyclesMax = 16'000'000;
  constexpr size_t kX25519StackMax = 600, kAeadStackMax = 250, kSha256StackMax = 200;
  constexpr size_t kHmacStackMax = 300;
  for (const Measured& call : measured_calls()) {
    Mailbox box = call.box([] { return uint8_t{0x5a}; });
    const Figures figures = the_avr().call(box, call.data_size);
    if (slow(call)) {
      EXPECT_LE(figures.cycles, kX25519CyclesMax);
      EXPECT_LE(figures.stack, kX25519StackMax);
    } else if (call.operation == Operation::Compress) {
      EXPECT_LE(figures.stack, kSha256StackMax);
    } else if (call.operation == Operation::Hmac) {
      EXPECT_LE(figures.stack, kHmacStackMax);
    } else {
      EXPECT_LE(figures.stack, kAeadStackMax) << call.name;
    }
  }
}

}  // namespace
}  // namespace usmp::simavr
