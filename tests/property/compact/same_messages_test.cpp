// The same script with a compact device and with a whole one of window 1: both deliver the same
// messages, all of them, in order; twice only where a session ended between. A failure names its
// seed.
#include <gtest/gtest.h>

#include "script_run.hpp"

namespace usmp::test {
namespace {

// Each message where it came first: across a handshake one may arrive twice (§5).
std::vector<Octets> without_repeats(const std::vector<Octets>& messages) {
  std::vector<Octets> once;
  for (const Octets& message : messages) {
    if (std::find(once.begin(), once.end(), message) == once.end()) once.push_back(message);
  }
  return once;
}

template <typename Device>
void expect_all(const Script& script, ScriptRun<Device>& run) {
  ASSERT_TRUE(run.play()) << "seed " << script.seed << " hangs";
  EXPECT_TRUE(run.datagrams_true()) << "seed " << script.seed;
  std::size_t up = 0, down = 0;
  for (const Step& step : script.steps) {
    up += step.act == Act::DeviceSends;
    down += step.act == Act::GatewaySends;
  }
  EXPECT_EQ(without_repeats(run.up()).size(), up) << "seed " << script.seed;
  EXPECT_EQ(without_repeats(run.down()).size(), down) << "seed " << script.seed;
  if (run.sessions() > 1) return;
  EXPECT_EQ(run.up().size(), up) << "seed " << script.seed << ": twice in one session";
  EXPECT_EQ(run.down().size(), down) << "seed " << script.seed << ": twice in one session";
}

void run_seeds(std::uint32_t count, LinkFaults faults, bool ends) {
  for (std::uint32_t seed = 1; seed <= count && !testing::Test::HasFailure(); ++seed) {
    const Script script = make_script(seed, faults, ends);
    ScriptRun<CompactDevice> compact(script);
    ScriptRun<DeviceSession> whole(script);
    expect_all(script, compact);
    expect_all(script, whole);
    EXPECT_TRUE(without_repeats(compact.up()) == without_repeats(whole.up())) << "seed " << seed;
    EXPECT_TRUE(without_repeats(compact.down()) == without_repeats(whole.down()))
        << "seed " << seed;
  }
}

TEST(CompactBesideWhole, OnALinkWithoutFaults) { run_seeds(200, {0, 0, 0, 1}, false); }

TEST(CompactBesideWhole, WithAnApplicationThatIsSlowToTake) {
  run_seeds(200, {0, 0, 0, 0.1}, false);
}

TEST(CompactBesideWhole, WithPacketsLostAndDoubled) { run_seeds(300, {0.2, 0, 0.2, 0.7}, false); }

TEST(CompactBesideWhole, WithPacketsSpoilt) { run_seeds(300, {0.05, 0.3, 0.1, 0.7}, false); }

TEST(CompactBesideWhole, WithHalfOfThePacketsLost) { run_seeds(100, {0.5, 0, 0, 0.5}, false); }

TEST(CompactBesideWhole, WithSessionsThatEnd) { run_seeds(300, {0.1, 0.1, 0.1, 0.7}, true); }

}  // namespace
}  // namespace usmp::test
