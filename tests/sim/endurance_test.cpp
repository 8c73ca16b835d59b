// Long times, tight windows, slow applications and floods beside a living session.
#include <gtest/gtest.h>

#include "line_end.hpp"
#include "line_gateway.hpp"
#include "one_device.hpp"

namespace usmp::sim {
namespace {

TEST(Endurance, EpochMovesOnceADayAndTheSessionStays) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  for (int hour = 0; hour < 3 * 24 + 1; ++hour) {
    world.device().send(20, 0);
    world.gateway().send(0, 20, 0);
    world.run_for(kHour);
    ASSERT_TRUE(world.is_settled()) << "hour " << hour;
  }
  EXPECT_EQ(world.device().session().epoch(), 3u);
  EXPECT_EQ(world.device().session_id(), session);
  EXPECT_EQ(delivered_up(world), 73u);
  EXPECT_EQ(delivered_down(world), 73u);
}

TEST(Endurance, KeepaliveAloneHoldsASessionOverTheWrapOfTheClocks) {
  Plan plan = one_device();
  plan.devices[0].clock_start = 0xFFFFFFFFu - 60'000;
  plan.gateway.clock_start = 0xFFFFFFFFu - 90'000;
  plan.gateway.idle_s = 180;
  World world(plan);
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  world.run_for(kHour);
  EXPECT_TRUE(world.is_settled());
  EXPECT_EQ(world.device().session_id(), session);
}

TEST(Endurance, SilentDeviceIsForgottenAfterIdleSeconds) {
  Plan plan = one_device();
  plan.gateway.idle_s = 60;
  World world(plan);
  ASSERT_TRUE(connect(world));
  world.apply({0, FaultKind::CutUp, 0, 2 * kMinute});
  world.run_for(61 * kSecond);
  EXPECT_FALSE(is_session(world.gateway().session_of(0)));
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 8 * kMinute));
}

TEST(Credit, WindowOfOneWithASlowApplicationOnTheDevice) {
  Plan plan = one_device();
  plan.devices[0].limits = {64, 64, 1};
  plan.devices[0].send_window = 1;
  plan.devices[0].take_delay_max = 20 * kSecond;
  World world(plan);
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  for (int count = 0; count < 30; ++count) world.gateway().send(0, 60, 0);
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 20 * kMinute));
  EXPECT_EQ(delivered_down(world), 30u);
  EXPECT_EQ(world.device().session_id(), session);
}

TEST(Credit, LostNewsOfCreditIsFoundByAPing) {
  Plan plan = one_device();
  plan.devices[0].limits = {64, 64, 1};
  plan.devices[0].take_delay_max = 5 * kSecond;
  LinkConfig lossy;
  lossy.loss = 0.4;
  plan.devices[0].up = lossy;
  World world(plan);
  world.start();
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 10 * kMinute));
  for (int count = 0; count < 50; ++count) world.gateway().send(0, 60, 0);
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 2 * kHour));
  EXPECT_GE(delivered_down(world), 50u);
}

TEST(Credit, GatewayWithASlowApplicationAndNoBuffersWhileIdle) {
  Plan plan = one_device();
  plan.has_engine = false;
  plan.gateway.limits = {256, 1024, 4};
  plan.gateway.take_delay_max = 10 * kSecond;
  LinkConfig link;
  link.loss = 0.1;
  set_links(plan, link);
  World world(plan);
  ASSERT_TRUE(connect(world));
  for (int count = 0; count < 50; ++count) world.device().send(700, 0);
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, kHour));
  EXPECT_EQ(delivered_up(world), 50u);
}

TEST(Flood, LiveSessionLosesNothingBesideReplaysForgeriesAndGarbage) {
  Plan plan = one_device();
  plan.gateway.limits.window = 8;
  World world(plan);
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  for (int slice = 0; slice < 1'000; ++slice) {
    for (int count = 0; count < 20; ++count) world.attacker().attack(0);
    if (slice % 10 == 0) {
      world.device().send(500, 0);
      world.gateway().send(0, 500, 0);
    }
    world.run_for(10);
  }
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, kMinute));
  EXPECT_EQ(delivered_up(world), 100u);
  EXPECT_EQ(delivered_down(world), 100u);
  EXPECT_EQ(world.device().session_id(), session);
}

TEST(Line, SerialAndBleWithEmptyCidsSurviveLossAndRestarts) {
  for (const Medium medium : {Medium::Serial, Medium::Ble}) {
    Plan plan = one_device();
    plan.has_engine = false;
    plan.devices[0].medium = medium;
    plan.devices[0].limits = {128, 512, 2};
    LinkConfig link;
    link.loss = 0.15;
    link.corrupt = 0.05;
    set_links(plan, link);
    World world(plan);
    world.start();
    ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 5 * kMinute));
    for (int count = 0; count < 40; ++count) {
      world.device().send(300, 0);
      world.gateway().send(0, 300, 0);
    }
    ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 10 * kMinute));
    world.apply({0, FaultKind::GatewayCrash, 0, kSecond});
    world.run_for(2 * kSecond);
    world.device().send(300, 0);
    ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 5 * kMinute));
    EXPECT_GE(delivered_up(world), 41u);
  }
}

}  // namespace
}  // namespace usmp::sim
