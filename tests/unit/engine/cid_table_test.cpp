// The table of cids against a map that does the same slowly.
#include "engine/cid_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace usmp::gateway {
namespace {

TEST(CidTable, FindsWhatWasInsertedAndNothingElseThroughManyChanges) {
  CidTable table;
  std::map<CidKey, std::uint32_t> expected;
  std::mt19937_64 random(7);
  for (std::uint32_t step = 0; step < 200'000; ++step) {
    // Few different keys, all in one corner: long runs and many holes.
    const CidKey cid = random() % 3000;
    if (random() % 2 == 0) {
      if (!expected.contains(cid)) {
        table.insert(cid, step);
        expected[cid] = step;
      }
    } else {
      table.erase(cid);
      expected.erase(cid);
    }
    const CidKey asked = random() % 3000;
    const auto found = expected.find(asked);
    ASSERT_EQ(table.find(asked), found == expected.end() ? CidTable::kNone : found->second);
    ASSERT_EQ(table.count(), expected.size());
  }
  for (const auto& [cid, slot] : expected) ASSERT_EQ(table.find(cid), slot);
}

TEST(CidTable, ACidIsTheSameNumberWhateverLiesBehindIt) {
  const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_EQ(cid_key(Bytes(bytes, 8)), 0x0807060504030201u);
  EXPECT_EQ(cid_key(Bytes(bytes, 6)), 0x060504030201u);
}

}  // namespace
}  // namespace usmp::gateway
