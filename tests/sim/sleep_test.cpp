// Sleep and wake (USMP3 §5): what a wake costs in packets, what the gateway holds meanwhile, and
// that a saved state is used once.
#include <gtest/gtest.h>

#include "engine_gateway.hpp"
#include "one_device.hpp"

namespace usmp::sim {
namespace {

constexpr Time kSleep = 10 * kMinute;

struct Packets {
  std::size_t up;
  std::size_t down;
};

Packets packets(World& world) {
  return {world.network().up(0).sent_count(), world.network().down(0).sent_count()};
}

bool fall_asleep(World& world) {
  world.device().sleep(kSleep, false);
  return world.run_until([&]() { return world.device().is_asleep(); }, kMinute);
}

bool wake_and_settle(World& world) {
  return world.run_until([&]() { return !world.device().is_asleep(); }, 2 * kSleep) &&
         world.run_until([&]() { return world.is_settled(); }, kMinute);
}

TEST(Wake, OneDatagramCarriesTheMessageAndOneComesBack) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  ASSERT_TRUE(fall_asleep(world));
  const Packets before = packets(world);
  world.device().send(40, 3);
  ASSERT_TRUE(wake_and_settle(world));
  world.run_for(2 * kSecond);
  const Packets after = packets(world);
  EXPECT_EQ(after.up - before.up, 1u);
  EXPECT_EQ(after.down - before.down, 1u);
  EXPECT_EQ(delivered_up(world), 1u);
  EXPECT_EQ(world.device().event_count(EventKind::Drained), 1u) << "it may sleep again at once";
  EXPECT_EQ(world.device().session_id(), session);
}

TEST(Wake, HeldMessageRidesInTheAnswer) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  ASSERT_TRUE(fall_asleep(world));
  world.gateway().send(0, 30, 1);
  world.run_for(3 * kMinute);  // until the gateway takes the device for asleep
  const Packets before = packets(world);
  world.device().send(40, 3);
  ASSERT_TRUE(wake_and_settle(world));
  const Packets after = packets(world);
  EXPECT_EQ(delivered_down(world), 1u);
  EXPECT_EQ(delivered_up(world), 1u);
  EXPECT_EQ(after.down - before.down, 1u) << "its ACK, the message and DRAINED in one packet";
  EXPECT_EQ(after.up - before.up, 2u) << "the message, and the ACK of the gateway's";
}

TEST(Wake, GatewayStopsResendingToASleeperAndDeliversAtTheWake) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  ASSERT_TRUE(fall_asleep(world));
  for (int count = 0; count < 5; ++count) world.gateway().send(0, 100, 1);
  auto& gateway = dynamic_cast<EngineGateway&>(world.gateway());
  ASSERT_TRUE(world.run_until(
      [&]() { return gateway.change_count(gateway::SessionChange::Asleep) == 1; }, 2 * kMinute));
  const Packets before = packets(world);
  world.run_for(3 * kMinute);
  EXPECT_EQ(packets(world).down, before.down) << "nothing is sent to a sleeper";
  ASSERT_TRUE(world.device().is_asleep());
  ASSERT_TRUE(wake_and_settle(world));
  EXPECT_EQ(delivered_down(world), 5u);
}

TEST(Wake, ManyTimesInOneSession) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  for (std::size_t count = 1; count <= 100; ++count) {
    ASSERT_TRUE(fall_asleep(world));
    world.device().send(count, 0);
    ASSERT_TRUE(wake_and_settle(world));
    ASSERT_EQ(delivered_up(world), count);
  }
  EXPECT_EQ(world.device().session_id(), session);
  EXPECT_EQ(world.device().session().epoch(), 100u);
}

TEST(Wake, WithEveryAnswerLostTheNextOnesAreHeard) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  // The gateway hears nothing of some wakes: the device is epochs ahead.
  world.network().up(0).set_cut(true);
  for (int count = 0; count < 3; ++count) {
    ASSERT_TRUE(fall_asleep(world));
    ASSERT_TRUE(world.run_until([&]() { return !world.device().is_asleep(); }, 2 * kSleep));
  }
  world.network().up(0).set_cut(false);
  world.device().send(10, 0);
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, kMinute));
  EXPECT_EQ(world.device().session_id(), session);
}

TEST(Wake, CrashAfterTheStateWasReadMakesAHandshake) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  world.device().sleep(kMinute, true);
  ASSERT_TRUE(world.run_until([&]() { return world.device().wake_count() == 1; }, 2 * kMinute));
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, kMinute));
  EXPECT_NE(world.device().session_id(), session);
}

TEST(Wake, AfterALongerSleepThanIdleSecondsThereIsAHandshake) {
  Plan plan = one_device();
  plan.gateway.idle_s = 60;
  World world(plan);
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  ASSERT_TRUE(fall_asleep(world));
  world.device().send(10, 0);
  ASSERT_TRUE(wake_and_settle(world) ||
              world.run_until([&]() { return world.is_settled(); }, 3 * kMinute));
  EXPECT_NE(world.device().session_id(), session);
  EXPECT_EQ(delivered_up(world), 1u);
}

}  // namespace
}  // namespace usmp::sim
