// Faults one at a time, with the time within which the session stands again (USMP3 §2, §4, §6).
#include <gtest/gtest.h>

#include <algorithm>

#include "one_device.hpp"

namespace usmp::sim {
namespace {

// Drops the first packet of a kind on its way down, by a cut of the link at the right moment.
class CutAfter : public Listener {
 public:
  CutAfter(World& world, std::uint8_t byte0) : world_(world), byte0_(byte0) {
    world.network().set_listener(this);
  }
  void seen_up(unsigned, const Datagram&) override {}
  void seen_down(unsigned, const Datagram& datagram) override {
    const bool now = datagram.bytes[0] == byte0_ && dropped_ == 0;
    if (now) ++dropped_;
    world_.network().down(0).set_cut(now);
  }
  int dropped() const { return dropped_; }

 private:
  World& world_;
  std::uint8_t byte0_;
  int dropped_ = 0;
};

constexpr std::uint8_t kChallengeByte = 0x32;
constexpr std::uint8_t kSessionOkByte = 0x34;

TEST(Recovery, LostChallengeComesAgainAfterARepeatedHello) {
  World world(one_device());
  CutAfter cut(world, kChallengeByte);
  world.start();
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 2 * kSecond));
  EXPECT_EQ(cut.dropped(), 1);
}

TEST(Recovery, LostSessionOkComesAgainAfterARepeatedHelloAck) {
  World world(one_device());
  CutAfter cut(world, kSessionOkByte);
  world.start();
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 2 * kSecond));
  EXPECT_EQ(cut.dropped(), 1);
}

TEST(Recovery, EarlyDataArrivesOnceAlthoughSessionOkWasLost) {
  Plan plan = one_device();
  plan.devices[0].early_data = true;
  World world(plan);
  CutAfter cut(world, kSessionOkByte);
  world.start();
  world.run_for(1);
  for (int count = 0; count < 3; ++count) world.device().send(50, 0);
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 5 * kSecond));
  EXPECT_EQ(delivered_up(world), 3u);
}

TEST(Recovery, ShortSilenceCostsNoSession) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  world.device().send(500, 0);
  world.apply({0, FaultKind::CutBoth, 0, 10 * kSecond});
  world.gateway().send(0, 500, 0);
  // Ten seconds, and an RTO that has doubled meanwhile.
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 40 * kSecond));
  EXPECT_EQ(world.device().session_id(), session);
}

TEST(Recovery, LongSilenceEndsInAHandshakeWithTheMessagesKept) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  world.apply({0, FaultKind::CutBoth, 0, 5 * kMinute});
  world.run_for(1);
  for (int count = 0; count < 5; ++count) {
    world.device().send(500, 0);
    world.gateway().send(0, 500, 0);
  }
  world.run_for(5 * kMinute);
  EXPECT_GE(world.device().event_count(EventKind::Lost), 1u);
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 7 * kMinute));
  EXPECT_NE(world.device().session_id(), session);
  EXPECT_EQ(delivered_up(world), 5u);
  EXPECT_EQ(delivered_down(world), 5u);
}

TEST(Recovery, GatewayThatRestartedIsNoticedByItsReset) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  world.apply({0, FaultKind::GatewayCrash, 0, 100});
  world.run_for(200);
  world.device().send(100, 0);
  // USMP3 §6: RESET to the next packet, PINGs at 0, 1, 2 and 3 u, a handshake at 4 u; u is 1 s
  // here.
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 5 * kSecond));
  EXPECT_EQ(delivered_up(world), 1u);
  EXPECT_EQ(world.device().event_count(EventKind::Lost), 1u);
}

TEST(Recovery, GatewayThatStoppedSaysByeAndIsFoundAgain) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  world.apply({0, FaultKind::GatewayStop, 0, kSecond});
  world.run_for(200);
  EXPECT_EQ(world.device().last_cause(), Cause::ByeGoingDown);
  world.device().send(100, 0);
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 10 * kSecond));
  EXPECT_EQ(delivered_up(world), 1u);
}

TEST(Recovery, RevokedDeviceGetsByeAndIsNotLetIn) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  world.apply({0, FaultKind::Revoke, 0, kHour});
  world.run_for(200);
  EXPECT_EQ(world.device().last_cause(), Cause::ByeRevoked);
  world.run_for(10 * kMinute);
  EXPECT_FALSE(world.device().established());
  EXPECT_EQ(world.device().last_cause(), Cause::NotAuthenticated);
  world.run_for(kHour);
  EXPECT_TRUE(world.device().established()) << "a pause is 360 s at most";
}

TEST(Recovery, ForgedResetCostsAPing) {
  World world(one_device());
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  const Bytes cid = world.device().session().agreement().peer_cid.view();
  Packet reset(1 + cid.size, 0x36);
  std::copy(cid.data, cid.data + cid.size, reset.begin() + 1);
  const std::size_t before = world.network().up(0).sent_count();
  for (int count = 0; count < 100; ++count) world.network().inject_to_device(0, reset);
  world.run_for(9 * kSecond);
  EXPECT_EQ(world.network().up(0).sent_count() - before, 1u) << "checked once in 10 s";
  EXPECT_EQ(world.device().session_id(), session);
}

TEST(Moving, AddressesChangeInMidTransfer) {
  Plan plan = one_device();
  LinkConfig link;
  link.loss = 0.05;
  link.delay = 20;
  set_links(plan, link);
  World world(plan);
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  for (int round = 0; round < 50; ++round) {
    for (int count = 0; count < 4; ++count) {
      world.device().send(3'000, 0);
      world.gateway().send(0, 3'000, 0);
    }
    world.run_for(150);
    world.network().rebind(0);
    ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, 2 * kMinute));
  }
  EXPECT_EQ(delivered_up(world), 200u);
  EXPECT_EQ(delivered_down(world), 200u);
  EXPECT_EQ(world.device().session_id(), session) << "a new address costs no session";
}

TEST(Moving, CopyFromElsewhereThatComesFirstDoesNotTakeTheSessionAway) {
  Plan plan = one_device();
  World world(plan);
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  class CopyFirst : public Listener {
   public:
    explicit CopyFirst(World& world) : world_(world) {}
    void seen_up(unsigned device, const Datagram& datagram) override {
      Datagram copy = datagram;
      copy.from = elsewhere_;
      world_.network().inject_to_gateway(device, copy);
    }
    void seen_down(unsigned, const Datagram&) override {}

   private:
    World& world_;
    Address elsewhere_ = world_.network().unused_address();
  } copier(world);
  world.network().set_listener(&copier);
  for (int count = 0; count < 20; ++count) {
    world.device().send(200, 0);
    world.gateway().send(0, 200, 0);
    world.run_for(500);
  }
  world.network().set_listener(nullptr);
  ASSERT_TRUE(world.run_until([&]() { return world.is_settled(); }, kMinute));
  EXPECT_EQ(world.device().session_id(), session);
  EXPECT_EQ(delivered_down(world), 20u);
}

}  // namespace
}  // namespace usmp::sim
