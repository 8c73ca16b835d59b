// The flash-seed rule: what is given out, in which order things become durable, and that no cut of
// the power makes a byte come twice. Expected values by Python's hmac and hashlib.
#include "usmp_storage/flash_seed_random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "memory_store.hpp"

namespace usmp::test {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets hex(const std::string& digits) {
  Octets octets;
  for (std::size_t index = 0; index < digits.size(); index += 2) {
    octets.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(index, 2), nullptr, 16)));
  }
  return octets;
}

// Of the seed 00 01 … 1f.
const char* const kNext = "48775f459dcaa72b7f4d6ac939efb0c93e8ea37f69248eeca82c61e7023ee45d";
const char* const kOut0 = "004226369e03c1177685b1dc9ef2adc71ce7d424931607edbdb8e5c19aa743d5";
const char* const kOut1 = "27aba844d99ff70d6ed2dfe052edac727a1a9fc5071c3ee032bfbe256ef330ee";
// Of kNext as a seed.
const char* const kNextOut0 = "0187fcf566b5e4f9a4525c350efefd7773f86b208b4794faab0fd4499b6f0f67";

/// A board whose seeds are its stores; what starts anew is only the object.
struct Board {
  Power power;
  MemoryStore first{power};
  MemoryStore a{power};
  MemoryStore b{power};
  std::array<Store, 2> stores{a.store(), b.store()};

  Board() {
    std::uint8_t seed[kSeedSize];
    for (std::size_t index = 0; index < kSeedSize; ++index) {
      seed[index] = static_cast<std::uint8_t>(index);
    }
    std::uint8_t record[kSeedRecordSize];
    write_seed_record(record, seed);
    std::copy(record, record + kSeedRecordSize, first.bytes().begin());
  }
  bool provision() {
    FlashSeedRandom random(stores.data());
    return random.provision(first.store());
  }
};

Octets take(FlashSeedRandom& random, std::size_t size) {
  Octets out(size);
  if (!random.fill({out.data(), out.size()})) return {};
  return out;
}

TEST(FlashSeedRandom, a_seed_record_ends_in_a_check) {
  Board board;
  EXPECT_EQ(Octets(board.first.bytes().begin() + kSeedSize,
                   board.first.bytes().begin() + kSeedRecordSize),
            hex("4cd94e68"));
}

TEST(FlashSeedRandom, gives_what_the_rule_says_and_replaces_the_seed_before) {
  Board board;
  ASSERT_TRUE(board.provision());
  EXPECT_TRUE(board.first.all_zero(kSeedRecordSize)) << "the first seed is taken once";
  FlashSeedRandom random(board.stores.data());
  EXPECT_EQ(take(random, 32), hex(kOut0));
  EXPECT_EQ(Octets(board.b.bytes().begin(), board.b.bytes().begin() + kSeedSize), hex(kNext));
  EXPECT_TRUE(board.a.all_zero(kSeedRecordSize)) << "the old seed is gone";
  EXPECT_EQ(take(random, 32), hex(kNextOut0));
  EXPECT_TRUE(board.b.all_zero(kSeedRecordSize));
}

TEST(FlashSeedRandom, small_requests_use_up_the_block_behind_the_key) {
  Board board;
  ASSERT_TRUE(board.provision());
  FlashSeedRandom random(board.stores.data());
  ASSERT_EQ(take(random, 32), hex(kOut0));
  const int writes = board.a.writes + board.b.writes;
  Octets small;
  for (int count = 0; count < 4; ++count) {
    const Octets piece = take(random, 8);
    ASSERT_EQ(piece.size(), 8u);
    small.insert(small.begin(), piece.begin(), piece.end());
  }
  EXPECT_EQ(small, hex(kOut1));
  EXPECT_EQ(board.a.writes + board.b.writes, writes);
  EXPECT_EQ(take(random, 1).size(), 1u);
  EXPECT_EQ(board.a.writes + board.b.writes, writes + 2) << "used up: the seed is replaced";
}

TEST(FlashSeedRandom, a_board_that_starts_anew_goes_on_with_the_next_seed) {
  Board board;
  ASSERT_TRUE(board.provision());
  std::set<Octets> seen;
  for (int start = 0; start < 100; ++start) {
    FlashSeedRandom random(board.stores.data());
    ASSERT_TRUE(random.provision(board.first.store()));
    EXPECT_TRUE(seen.insert(take(random, 32)).second) << start;
    EXPECT_TRUE(seen.insert(take(random, 8)).second) << start;
  }
}

TEST(FlashSeedRandom, without_a_seed_nothing_is_given_out) {
  Board board;
  board.first.bytes()[3] ^= 1;  // damaged
  FlashSeedRandom random(board.stores.data());
  EXPECT_FALSE(random.provision(board.first.store()));
  EXPECT_TRUE(take(random, 32).empty());
  EXPECT_TRUE(take(random, 1).empty());
}

TEST(FlashSeedRandom, a_store_that_forgets_gives_nothing_out) {
  Board board;
  ASSERT_TRUE(board.provision());
  FlashSeedRandom random(board.stores.data());
  board.b.forgets = true;  // what was not read back does not count
  EXPECT_TRUE(take(random, 32).empty());
  board.b.forgets = false;
  board.a.forgets = true;  // nor does an old seed that is still there
  EXPECT_TRUE(take(random, 32).empty());
  board.a.forgets = false;
  EXPECT_EQ(take(random, 32), hex(kOut0));
}

TEST(FlashSeedRandom, no_cut_of_the_power_makes_bytes_come_twice_or_costs_the_seed) {
  for (const std::size_t torn : {std::size_t{0}, std::size_t{20}, std::size_t{36}}) {
    Board board;
    ASSERT_TRUE(board.provision());
    std::set<Octets> seen;
    for (int step = 0; step < 60; ++step) {
      board.power = Power{step % 3, torn, true};
      {
        FlashSeedRandom random(board.stores.data());
        for (int count = 0; count < 2; ++count) {
          const Octets out = take(random, 32);
          if (!out.empty()) {
            EXPECT_TRUE(seen.insert(out).second);
          }
        }
      }
      board.power = Power{};
      FlashSeedRandom random(board.stores.data());
      const Octets out = take(random, 32);
      ASSERT_FALSE(out.empty()) << "torn at " << torn << ", step " << step;
      EXPECT_TRUE(seen.insert(out).second);
    }
  }
}

}  // namespace
}  // namespace usmp::test
