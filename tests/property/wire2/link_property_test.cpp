// Every message once and in order, over any link; no number twice under a key. A failure names its
// seed.
#include <gtest/gtest.h>

#include "seal_record.hpp"
#include "world.hpp"

namespace usmp::wire2::test {
namespace {

struct Tally {
  int complete = 0;
  int lost = 0;
  std::uint32_t rekeys = 0;
};

Tally run_seeds(WorldPlan plan, std::uint32_t seeds) {
  Tally tally;
  for (plan.seed = 1; plan.seed <= seeds; ++plan.seed) {
    start_seal_record();
    World world(plan);
    world.run();
    EXPECT_TRUE(world.in_order()) << "seed " << plan.seed;
    EXPECT_FALSE(nonce_reused()) << "seed " << plan.seed;
    EXPECT_TRUE(world.complete() || world.lost()) << "seed " << plan.seed << " hangs";
    tally.complete += world.complete();
    tally.lost += world.lost();
    tally.rekeys += world.rekeys();
    if (::testing::Test::HasFailure()) break;
  }
  return tally;
}

TEST(Wire2OnALink, AllArrivesOnceAndInOrderWithoutFaults) {
  const Tally tally = run_seeds({}, 60);
  EXPECT_EQ(tally.complete, 60);
}

TEST(Wire2OnALink, AllArrivesOnceAndInOrderWithDoubledAndReorderedDatagrams) {
  const Tally tally = run_seeds({.faults = {.doubled = 0.4, .delay_max = 150}, .rekey = 0.1}, 60);
  EXPECT_EQ(tally.complete, 60);
  EXPECT_GT(tally.rekeys, 60u);
}

// Stop-and-wait with five repeats gives a session up now and then; nothing arrives twice or wrong.
TEST(Wire2OnALink, NothingArrivesTwiceOrOutOfOrderWithATenthLost) {
  const Tally tally =
      run_seeds({.faults = {.lost = 0.1, .doubled = 0.2, .delay_max = 80}, .rekey = 0.1}, 100);
  EXPECT_GE(tally.complete, 95);
  EXPECT_GT(tally.rekeys, 100u);
  EXPECT_GT(seals_repeated(), 0u);
}

TEST(Wire2OnALink, NothingArrivesTwiceOrOutOfOrderWithAThirdLost) {
  const Tally tally = run_seeds({.faults = {.lost = 0.33, .doubled = 0.1}, .rekey = 0.1}, 60);
  EXPECT_GT(tally.complete + tally.lost, 0);
}

TEST(Wire2OnALink, KeysChangeAllTheTimeFromBothSides) {
  const Tally tally = run_seeds({.faults = {.lost = 0.05, .doubled = 0.2}, .rekey = 0.8}, 60);
  EXPECT_GE(tally.complete, 58);
  EXPECT_GT(tally.rekeys, 180u);
}

TEST(Wire2OnALink, AStreamLosesNothingWhateverTheKeysDo) {
  for (const double rekey : {0.0, 0.1, 0.8}) {
    const Tally tally = run_seeds(
        {.medium = Medium::Stream, .faults = {.delay_max = 60}, .messages = 60, .rekey = rekey},
        60);
    EXPECT_EQ(tally.complete, 60) << rekey;
    if (rekey > 0) {
      EXPECT_GT(tally.rekeys, 60u);
    }
  }
}

}  // namespace
}  // namespace usmp::wire2::test
