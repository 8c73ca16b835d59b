// The replay window against a plain set of numbers.
#include "usmp/detail/replay_window.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace usmp {
namespace {

TEST(ReplayWindow, takes_each_number_once_and_none_that_is_too_old) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 engine(seed);
    const auto random = [&engine] { return static_cast<std::uint32_t>(engine()); };
    ReplayWindow window;
    window.clear();
    std::set<std::uint32_t> seen;
    std::uint32_t top =
        seed % 2 == 0 ? 0 : 0xFFFFFF00u;  // from the start, and up to the last number
    std::uint32_t next = 0;
    if (top > 0) {
      window.mark(top);
      seen.insert(top);
      next = top + 1;
    }
    for (int step = 0; step < 2000; ++step) {
      const std::uint32_t jump = random() % 100 == 0 ? random() % 200 : random() % 3;
      const bool ahead = random() % 2 == 0;
      std::uint32_t seq = ahead ? top + jump : top - std::min(top, std::uint32_t(random() % 80));
      if (ahead && seq < top) seq = kSeqLast;
      const bool expected = seq <= kSeqLast && seen.count(seq) == 0 &&
                            (seq >= next || next - 1 - seq < kReplayWindowSize);
      ASSERT_EQ(window.fresh(seq), expected) << "seed " << seed << " seq " << seq;
      if (!expected) continue;
      ASSERT_EQ(window.mark(seq), seq >= next);
      seen.insert(seq);
      if (seq >= next) next = seq + 1;
      if (seq > top) top = seq;
    }
  }
}

TEST(ReplayWindow, never_takes_the_number_that_is_never_used) {
  ReplayWindow window;
  window.clear();
  EXPECT_FALSE(window.fresh(0xFFFFFFFFu));
  EXPECT_TRUE(window.fresh(kSeqLast));
  window.mark(kSeqLast);
  EXPECT_FALSE(window.fresh(kSeqLast));
  EXPECT_TRUE(window.fresh(kSeqLast - 1));
}

}  // namespace
}  // namespace usmp
