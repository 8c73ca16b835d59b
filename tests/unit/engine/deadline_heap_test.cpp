// The heap of deadlines against a map that does the same slowly.
#include "engine/deadline_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace usmp::gateway {
namespace {

TEST(DeadlineHeap, TheSoonestComesUpThroughManyChanges) {
  DeadlineHeap heap;
  std::map<std::uint32_t, Milliseconds64> expected;
  std::mt19937 random(11);
  for (int step = 0; step < 100'000; ++step) {
    const auto slot = static_cast<std::uint32_t>(random() % 500);
    const Milliseconds64 deadline = random() % 10'000;
    if (random() % 3 == 0) {
      heap.disarm(slot);
      expected.erase(slot);
    } else {
      heap.arm(slot, deadline);
      const auto [entry, is_new] = expected.try_emplace(slot, deadline);
      if (!is_new) entry->second = std::min(entry->second, deadline);
    }
    ASSERT_EQ(heap.count(), expected.size());
    if (expected.empty()) continue;
    Milliseconds64 soonest = UINT64_MAX;
    for (const auto& [unused, when] : expected) soonest = std::min(soonest, when);
    ASSERT_EQ(heap.soonest(), soonest);
    ASSERT_EQ(expected.at(heap.soonest_slot()), soonest);
  }
}

TEST(DeadlineHeap, ALaterDeadlineDoesNotMoveAnEntry) {
  DeadlineHeap heap;
  heap.arm(3, 100);
  heap.arm(3, 900);
  EXPECT_EQ(heap.soonest(), 100u);
  heap.disarm(3);
  heap.disarm(3);
  EXPECT_TRUE(heap.empty());
  heap.arm(3, 900);
  EXPECT_EQ(heap.soonest(), 900u);
}

}  // namespace
}  // namespace usmp::gateway
