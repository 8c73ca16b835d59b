// The limits that keep a gateway alive: RETRY and REJECT 3, RESET, and packets that mean nothing.
#include <gtest/gtest.h>

#include <random>

#include "world.hpp"

namespace usmp::gateway::test {
namespace {

constexpr std::uint8_t kRetry = 0x31;
constexpr std::uint8_t kChallenge = 0x32;
constexpr std::uint8_t kReject = 0x35;
constexpr std::uint8_t kReset = 0x36;
constexpr std::uint8_t kLong = 0x3C;

EngineConfig tight_config() {
  EngineConfig config = World::default_config();
  config.handshakes_soft = 4;
  config.handshakes_soft_address = 2;
  config.handshakes_hard = 6;
  config.handshakes_hard_address = 3;
  config.handshakes_kept = 8;
  return config;
}

/// Leaves `count` unfinished handshakes from the network `net`.
void begin_handshakes(World& world, unsigned count, unsigned net) {
  for (unsigned index = 0; index < count; ++index) {
    Device& device = world.add_device("filler", Medium::Udp, net);
    device.connect(world.now);
    world.inject(device.poll(world.now), device.address);
    device.session.close(ByeReason::Done, world.now);
  }
}

TEST(EngineLoad, BeyondTheSoftLimitOfAnAddressACookieIsAskedForAndThenItWorks) {
  World world(tight_config());
  begin_handshakes(world, 2, 1);
  world.take_output();
  Device& same = world.add_device("same", Medium::Udp, 1);
  Device& other = world.add_device("other", Medium::Udp, 2);
  world.connect(other);
  EXPECT_TRUE(other.established());
  EXPECT_EQ(world.counters().retries, 0u);

  same.connect(world.now);
  world.inject(same.poll(world.now), same.address);
  const std::vector<SentDatagram> sent = world.take_output();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].packet[0], kRetry);
  EXPECT_EQ(world.counters().handshakes_unfinished, 2u);  // nothing was kept
  same.receive(sent[0].packet, world.now);
  world.run();
  EXPECT_TRUE(same.established());
  EXPECT_EQ(world.counters().retries, 1u);
}

TEST(EngineLoad, OneIpv6NetworkCountsAsOneAddress) {
  World world(tight_config());
  const auto ipv6 = [](std::uint8_t net, std::uint8_t host) {
    Address address{};
    address.bytes[0] = 0x20;
    address.bytes[7] = net;    // the last byte of the /64
    address.bytes[15] = host;  // within it
    address.bytes[17] = 80;
    address.size = 18;
    return address;
  };
  const auto answer_to = [&](const Address& from) {
    Device& device = world.add_device("a");
    device.connect(world.now);
    world.inject(device.poll(world.now), from);
    device.session.close(ByeReason::Done, world.now);
    return world.take_output().at(0).packet[0];
  };
  EXPECT_EQ(answer_to(ipv6(1, 1)), kChallenge);
  EXPECT_EQ(answer_to(ipv6(1, 2)), kChallenge);
  EXPECT_EQ(answer_to(ipv6(1, 3)), kRetry);
  EXPECT_EQ(answer_to(ipv6(2, 1)), kChallenge);
}

TEST(EngineLoad, BeyondTheSoftLimitOfAllEveryAddressIsAskedForACookie) {
  World world(tight_config());
  for (unsigned net = 1; net <= 4; ++net) begin_handshakes(world, 1, net);
  world.take_output();
  Device& device = world.add_device("a", Medium::Udp, 9);
  world.connect(device);
  EXPECT_TRUE(device.established());
  EXPECT_EQ(world.counters().retries, 1u);
}

TEST(EngineLoad, ACookieOfAnotherAddressOrOfAMinuteAgoIsWorthNothing) {
  World world(tight_config());
  begin_handshakes(world, 2, 1);
  world.take_output();
  Device& device = world.add_device("a", Medium::Udp, 1);
  device.connect(world.now);
  world.inject(device.poll(world.now), device.address);
  device.receive(world.take_output().at(0).packet, world.now);
  const Packet with_cookie = device.poll(world.now);

  Address elsewhere = device.address;
  elsewhere.bytes[17] ^= 1;  // another port
  world.inject(with_cookie, elsewhere);
  EXPECT_EQ(world.take_output().at(0).packet[0], kRetry);
  world.seconds += 61;
  world.inject(with_cookie, device.address);
  EXPECT_EQ(world.take_output().at(0).packet[0], kRetry);
  world.seconds -= 61 - 31;  // the last period counts still
  world.inject(with_cookie, device.address);
  EXPECT_EQ(world.take_output().at(0).packet[0], kChallenge);
}

TEST(EngineLoad, BeyondTheHardLimitAValidCookieHasReject3AndLaterADeviceComesIn) {
  World world(tight_config());
  Device& third = world.add_device("third", Medium::Udp, 1);
  begin_handshakes(world, 2, 1);
  world.take_output();
  world.lost_up = {0x33};
  world.connect(third);  // with a cookie, unfinished
  EXPECT_EQ(world.counters().handshakes_unfinished, 3u);
  world.lost_up = {};

  Device& fourth = world.add_device("fourth", Medium::Udp, 1);
  fourth.connect(world.now);
  world.inject(fourth.poll(world.now), fourth.address);
  fourth.receive(world.take_output().at(0).packet, world.now);
  world.inject(fourth.poll(world.now), fourth.address);
  const std::vector<SentDatagram> sent = world.take_output();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].packet[0], kReject);
  EXPECT_EQ(sent[0].packet.back(), static_cast<std::uint8_t>(RejectReason::Busy));
  fourth.receive(sent[0].packet, world.now);
  EXPECT_TRUE(fourth.saw(EventKind::Hint, Cause::Busy));
  EXPECT_EQ(world.counters().hellos_busy, 1u);

  world.advance(60'000);  // the unfinished ones are gone
  EXPECT_TRUE(fourth.established());
}

TEST(EngineLoad, WithAllSessionsTakenAHelloHasReject3) {
  EngineConfig config = World::default_config();
  config.sessions_max = 1;
  World world(config);
  Device& first = world.add_device("first");
  Device& second = world.add_device("second");
  world.connect(first);
  world.connect(second);
  EXPECT_FALSE(second.established());
  EXPECT_TRUE(second.saw(EventKind::Hint, Cause::Busy));
  first.session.close(ByeReason::Done, world.now);
  world.advance(10'000);
  EXPECT_TRUE(second.established());
}

TEST(EngineLoad, WhenAllPlacesAreTakenTheOldestFinishedHandshakeGivesWay) {
  EngineConfig config = World::default_config();
  config.handshakes_soft = config.handshakes_hard = 3;
  config.handshakes_soft_address = config.handshakes_hard_address = 3;
  config.handshakes_kept = 3;
  World world(config);
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    Device& device = world.add_device(id);
    world.connect(device);
    EXPECT_TRUE(device.established()) << id;
  }
  EXPECT_EQ(world.counters().handshakes_expired, 0u);
  EXPECT_EQ(world.engine().session_count(), 5u);
}

Packet unknown_data_packet(std::uint8_t host) {
  Packet packet(40, host);
  packet[0] = kLong;
  packet[1] = 0;  // this gateway, this thread
  packet[2] = 0;
  return packet;
}

TEST(EngineLoad, AnUnknownCidHasTenResetsASecondAnAddress) {
  World world;
  for (unsigned index = 0; index < 25; ++index) {
    world.inject(unknown_data_packet(3), address_of(1, 1));
  }
  const std::vector<SentDatagram> sent = world.take_output();
  ASSERT_EQ(sent.size(), 10u);
  EXPECT_EQ(sent[0].packet[0], kReset);
  const Packet cid(sent[0].packet.begin() + 1, sent[0].packet.end());
  EXPECT_EQ(cid, (Packet{0, 0, 3, 3, 3, 3, 3, 3}));
  world.inject(unknown_data_packet(3), address_of(2, 1));
  EXPECT_EQ(world.take_output().size(), 1u);
  world.advance(1'000);
  world.inject(unknown_data_packet(3), address_of(1, 1));
  EXPECT_EQ(world.take_output().size(), 1u);
  EXPECT_EQ(world.counters().dropped_unknown_cid, 27u);
  EXPECT_EQ(world.counters().resets, 12u);
}

TEST(EngineLoad, AResetLetsADeviceOfACrashedGatewayComeBack) {
  World former;
  Device& device = former.add_device("a");
  former.connect(device);
  ASSERT_TRUE(device.established());
  // A gateway without sessions in its place.
  World world;
  world.now = former.now;
  world.keys.entries = former.keys.entries;
  world.devices.push_back(std::move(former.devices[0]));
  device.send("after the crash", world.now);
  world.advance(60'000);
  EXPECT_TRUE(device.established());
  ASSERT_EQ(world.recorder().messages.size(), 1u);
  EXPECT_EQ(world.recorder().messages[0].content, "after the crash");
  EXPECT_GE(world.counters().resets, 1u);
}

TEST(EngineLoad, GarbageChangesNothingForASessionBesideIt) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  std::mt19937 random(5);
  for (unsigned round = 0; round < 20'000; ++round) {
    Packet packet(random() % 300);
    for (std::uint8_t& byte : packet) byte = static_cast<std::uint8_t>(random());
    if (!packet.empty() && round % 2 == 0) {
      packet[0] = static_cast<std::uint8_t>(0x30 + random() % 16);
    }
    world.inject(packet, address_of(7, static_cast<unsigned>(random() % 50)));
    world.take_output();
  }
  device.send("untouched", world.now);
  world.run();
  ASSERT_EQ(world.recorder().messages.size(), 1u);
  EXPECT_EQ(world.engine().session_count(), 1u);
}

TEST(EngineLoad, WithoutRoomInTheOutputNothingIsLost) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  world.output().room_left = 0;
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("later"), 1, world.now));
  EXPECT_FALSE(world.engine().flush(world.now));
  // It waits for room, not for a moment: the loop must not spin.
  EXPECT_NE(world.engine().next_deadline(world.now), world.now);
  world.output().room_left = SIZE_MAX;
  EXPECT_TRUE(world.engine().flush(world.now));
  world.run();
  EXPECT_EQ(device.messages, std::vector<std::string>{"later"});
}

}  // namespace
}  // namespace usmp::gateway::test
