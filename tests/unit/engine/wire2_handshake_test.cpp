// Wire 2 handshakes as the engine sees them: the cookie first, who comes in, what looks alike, and
// who is shut out for a while.
#include <gtest/gtest.h>

#include "engine/lockout.hpp"
#include "world.hpp"

namespace usmp::gateway::test {
namespace {

constexpr std::uint8_t kFrame = 0xCD;
constexpr std::uint8_t kUtack = 0xAC;
constexpr std::uint8_t kChallenge = 0x02;
constexpr std::uint8_t kHelloAck = 0x03;
constexpr std::uint8_t kHelloRetry = 0x0A;
constexpr std::string_view kOtherPsk = "another key of thirty-two bytes.";

std::uint8_t type_of(const Packet& packet) { return packet[packet[0] == kUtack ? 2 : 3]; }

void take_all(World& world, Wire2Device& device) {
  for (const SentDatagram& sent : world.take_output()) device.receive(sent.packet, world.now);
}

// Hands in all that the device has to say.
void hand_in(World& world, Wire2Device& device) {
  for (Packet packet = device.poll(world.now); !packet.empty(); packet = device.poll(world.now)) {
    world.inject(packet, device.address);
  }
}

// HELLO, HELLO_RETRY and HELLO with the cookie; CHALLENGE waits in the output.
void bring_cookie(World& world, Wire2Device& device) {
  device.connect(world.now);
  hand_in(world, device);
  take_all(world, device);
  hand_in(world, device);
}

TEST(EngineWire2Handshake, ADeviceComesInOverUdpByACookieAndOverTcpWithout) {
  for (const Medium medium : {Medium::Udp, Medium::Stream}) {
    World world;
    Wire2Device& device = world.add_wire2_device("pump-1", medium);
    world.connect(device);
    ASSERT_TRUE(device.established());
    EXPECT_EQ(world.engine().session_count(), 1u);
    EXPECT_EQ(world.counters().sessions_wire2, 1u);
    EXPECT_EQ(world.counters().wire2_retries, medium == Medium::Udp ? 1u : 0u);
    ASSERT_EQ(world.recorder().changes.size(), 1u);
    EXPECT_EQ(world.recorder().changes[0].change, SessionChange::Established);
    EXPECT_EQ(world.recorder().changes[0].wire, WireVersion::V2);
    EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
  }
}

TEST(EngineWire2Handshake, AHelloWithoutItsCookieIsAnsweredAndNothingIsKept) {
  World world;
  Wire2Device& device = world.add_wire2_device("pump-1");
  device.connect(world.now);
  const Packet hello = device.poll(world.now);
  world.inject(hello, device.address);
  std::vector<SentDatagram> sent = world.take_output();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].packet[0], kUtack);
  EXPECT_EQ(sent[1].packet[0], kFrame);
  EXPECT_EQ(type_of(sent[1].packet), kHelloRetry);
  EXPECT_LT(sent[0].packet.size() + sent[1].packet.size(), hello.size());
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);

  for (const SentDatagram& each : sent) device.receive(each.packet, world.now);
  const Packet utack = device.poll(world.now);
  EXPECT_EQ(utack[0], kUtack);
  world.inject(utack, device.address);
  const Packet with_cookie = device.poll(world.now);
  ASSERT_EQ(with_cookie.size(), hello.size() + 16);

  // The cookie of this address and port, and of no other, and not for ever.
  world.inject(with_cookie, address_of(1, 77));
  sent = world.take_output();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(type_of(sent[1].packet), kHelloRetry);
  world.seconds += 61;
  world.inject(with_cookie, device.address);
  EXPECT_EQ(type_of(world.take_output().at(1).packet), kHelloRetry);
  EXPECT_EQ(world.counters().handshakes_begun, 0u);
  world.seconds -= 61;
  world.inject(with_cookie, device.address);
  sent = world.take_output();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(type_of(sent[1].packet), kChallenge);
  EXPECT_EQ(world.counters().handshakes_unfinished, 1u);

  // The same HELLO again has its UTACK again and begins nothing.
  world.inject(with_cookie, device.address);
  sent = world.take_output();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].packet[0], kUtack);
  EXPECT_EQ(world.counters().handshakes_begun, 1u);
}

TEST(EngineWire2Handshake, EveryLostPacketOfAHandshakeIsMadeGood) {
  for (const bool is_up : {true, false}) {
    for (unsigned lost = 0; lost < 6; ++lost) {
      World world;
      Wire2Device& device = world.add_wire2_device("pump-1");
      unsigned count = 0;
      world.loses = [&](const Packet&, bool up) { return up == is_up && count++ == lost; };
      world.connect(device);
      world.advance(5'000);
      EXPECT_TRUE(device.established()) << is_up << lost;
      EXPECT_GT(count, lost);
      device.send("after it", world.now);
      world.advance(5'000);
      ASSERT_EQ(world.recorder().messages.size(), 1u) << is_up << lost;
      EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
    }
  }
}

TEST(EngineWire2Handshake, AnUnfinishedHandshakeIsOverAfterTenSeconds) {
  World world;
  Wire2Device& device = world.add_wire2_device("pump-1");
  bring_cookie(world, device);
  EXPECT_EQ(world.counters().handshakes_unfinished, 1u);
  device.session.close(world.now);
  world.take_output();
  world.advance(8'000);
  EXPECT_EQ(world.counters().handshakes_unfinished, 1u);
  world.advance(3'000);
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
  EXPECT_EQ(world.counters().handshakes_expired, 1u);

  Wire2Device& stream = world.add_wire2_device("pump-2", Medium::Stream);
  stream.connect(world.now);
  ASSERT_TRUE(world.engine().open_connection(5, stream.address, world.now));
  Packet hello = stream.poll(world.now);
  world.engine().receive_record(5, MutableBytes(hello.data(), hello.size()), world.now);
  EXPECT_EQ(world.counters().handshakes_unfinished, 1u);
  stream.session.close(world.now);
  world.advance(11'000);
  EXPECT_TRUE(world.output().closed.contains(5));
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
  EXPECT_EQ(world.counters().connections, 0u);
}

// All that a stranger sees of a refusal; the bytes that each handshake draws anew are left out.
std::vector<Packet> refusal(World& world, Wire2Device& device) {
  bring_cookie(world, device);
  take_all(world, device);
  hand_in(world, device);
  std::vector<Packet> seen;
  for (const SentDatagram& sent : world.take_output()) seen.push_back(sent.packet);
  return seen;
}

void add_refused(World& world, std::vector<Wire2Device*>* devices, Medium medium) {
  devices->push_back(&world.add_wire2_stranger("nobody", kOtherPsk, medium, 1));
  devices->push_back(&world.add_wire2_stranger("wrong.", kOtherPsk, medium, 2));
  world.keys.put("wrong.", "the right key of thirty-two byte", 1, 2);
  devices->push_back(&world.add_wire2_device("gone..", medium, 3));
  world.keys.entries["gone.."].revoked = true;
  devices->push_back(&world.add_wire2_device("wire-3", medium, 4));
  world.keys.entries["wire-3"].wire = 3;
}

TEST(EngineWire2Handshake, UnknownWrongKeyRevokedAndOtherWireLookAlikeByteForByte) {
  World world;
  std::vector<Wire2Device*> devices;
  add_refused(world, &devices, Medium::Udp);
  const std::vector<Packet> first = refusal(world, *devices[0]);
  ASSERT_EQ(first.size(), 1u);  // the UTACK that every HELLO_ACK has, then silence
  EXPECT_EQ(first[0][0], kUtack);
  EXPECT_EQ(type_of(first[0]), kHelloAck);
  for (std::size_t index = 1; index < devices.size(); ++index) {
    EXPECT_EQ(refusal(world, *devices[index]), first) << index;
  }
  EXPECT_EQ(world.keys.asked_count, 4u);
  EXPECT_EQ(world.engine().session_count(), 0u);
  EXPECT_EQ(world.counters().handshakes_rejected, 4u);
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
  EXPECT_TRUE(world.recorder().changes.empty());
  Wire2Device& good = world.add_wire2_device("pump-1");
  world.connect(good);
  EXPECT_TRUE(good.established());
}

TEST(EngineWire2Handshake, OnAStreamAllOfThemSeeTheirConnectionCloseAfterTheSameBytes) {
  World world;
  std::vector<Wire2Device*> devices;
  add_refused(world, &devices, Medium::Stream);
  for (Wire2Device* device : devices) {
    world.moved_down.clear();
    world.connect(*device);
    EXPECT_FALSE(device->established());
    EXPECT_TRUE(device->saw(EventKind::AttemptFailed, Cause::ConnectionLost));
    EXPECT_EQ(world.moved_down, (std::map<std::uint8_t, unsigned>{{kFrame, 1}}));  // CHALLENGE
  }
  EXPECT_EQ(world.counters().connections, 0u);
  EXPECT_EQ(world.counters().handshakes_rejected, 4u);
}

TEST(EngineWire2Handshake, ADeviceOfWire2IsUnknownOnWire3AndTheOtherWayRound) {
  World world;
  Wire2Device& wire2 = world.add_wire2_device("pump-2");
  Device& wire3 = world.add_device("pump-3");
  Device& wrong_wire = world.add_stranger("pump-2", world.keys.entries["pump-2"].psk);
  world.connect(wrong_wire);
  EXPECT_TRUE(wrong_wire.saw(EventKind::AttemptFailed, Cause::NotAuthenticated));
  world.connect(wire2);
  world.connect(wire3);
  EXPECT_TRUE(wire2.established());
  EXPECT_TRUE(wire3.established());
}

TEST(EngineWire2Handshake, OtherSuitesUnderstandEachOtherWhereBothAreConfigured) {
  EngineConfig config = World::default_config();
  config.wire2_suite = crypto::Suite::ChaCha20Poly1305;
  for (const Medium medium : {Medium::Udp, Medium::Stream}) {
    World world(config);
    world.keys.put("pump-1", kOtherPsk, 1, 2);
    Wire2Device& device =
        world.add_wire2_stranger("pump-1", kOtherPsk, medium, 1, crypto::Suite::ChaCha20Poly1305);
    world.connect(device);
    device.send("by the other cipher", world.now);
    world.run();
    ASSERT_EQ(world.recorder().messages.size(), 1u);
  }
}

TEST(EngineWire2Handshake, AKeySourceThatCannotTellIsAskedAgainAtTheRepeat) {
  World world;
  Wire2Device& device = world.add_wire2_device("pump-1");
  world.keys.available = false;
  world.connect(device);
  EXPECT_FALSE(device.established());
  EXPECT_EQ(world.counters().dropped_no_key, 1u);
  world.keys.available = true;
  world.advance(2'000);
  EXPECT_TRUE(device.established());
  EXPECT_EQ(world.counters().handshakes_rejected, 0u);
}

TEST(EngineWire2Handshake, ANewSessionOfTheSameAddressReplacesTheOldOneWhenItIsFinished) {
  World world;
  Wire2Device& older = world.add_wire2_device("pump-1");
  world.connect(older);
  Wire2Device& newer = world.add_wire2_device("pump-1");
  newer.address = older.address;  // restarted behind the same port
  newer.connect(world.now);
  world.inject(newer.poll(world.now), newer.address);
  take_all(world, newer);
  hand_in(world, newer);
  // Half of a handshake changes nothing for the session.
  older.send("still heard", world.now);
  world.inject(older.poll(world.now), older.address);
  EXPECT_EQ(world.recorder().messages.size(), 1u);
  take_all(world, newer);
  world.run();
  ASSERT_TRUE(newer.established());
  EXPECT_EQ(world.engine().session_count(), 1u);
  EXPECT_EQ(world.counters().sessions_replaced, 1u);
  newer.send("heard", world.now);
  world.run();
  EXPECT_EQ(world.recorder().messages.size(), 2u);
  world.advance(120'000);
  EXPECT_TRUE(newer.established());
}

TEST(EngineWire2Handshake, ANewSessionElsewhereReplacesTheOldOneWithBye) {
  World world;
  Wire2Device& older = world.add_wire2_device("pump-1");
  Wire2Device& newer = world.add_wire2_device("pump-1", Medium::Stream);
  world.connect(older);
  world.connect(newer);
  EXPECT_TRUE(newer.established());
  EXPECT_FALSE(older.established());
  EXPECT_EQ(world.engine().session_count(), 1u);
  EXPECT_EQ(world.directory.session_count(), 1u);
}

TEST(EngineWire2Handshake, FiveFailuresLockAnAddressOutAndASuccessForgetsThem) {
  World world;
  const auto fail = [&](Medium medium) {
    Wire2Device& device = world.add_wire2_stranger("pump-1", kOtherPsk, medium);
    world.connect(device);
    EXPECT_FALSE(device.established());
    device.session.close(world.now);
  };
  Wire2Device& good = world.add_wire2_device("pump-1");
  for (unsigned count = 0; count < kFailuresToLockout - 1; ++count) fail(Medium::Udp);
  EXPECT_EQ(world.counters().wire2_lockouts, 0u);
  world.connect(good);  // four failures and a success: nothing
  ASSERT_TRUE(good.established());
  for (unsigned count = 0; count < kFailuresToLockout; ++count) {
    fail(count % 2 == 0 ? Medium::Stream : Medium::Udp);
  }
  EXPECT_EQ(world.counters().wire2_lockouts, 1u);
  EXPECT_EQ(world.counters().handshakes_rejected, 9u);

  // Shut out on both media, with its right key; its session goes on, and other addresses come in.
  Wire2Device& stream = world.add_wire2_stranger("pump-2", kOtherPsk, Medium::Stream);
  world.keys.put("pump-2", kOtherPsk, 1, 2);
  world.connect(stream);
  EXPECT_FALSE(stream.established());
  EXPECT_EQ(world.counters().wire2_refused, 1u);
  good.send("still here", world.now);
  world.run();
  EXPECT_EQ(world.recorder().messages.size(), 1u);
  Wire2Device& elsewhere = world.add_wire2_device("pump-3", Medium::Udp, 2);
  world.connect(elsewhere);
  EXPECT_TRUE(elsewhere.established());
  Device& wire3 = world.add_device("wire-3");
  world.connect(wire3);
  EXPECT_TRUE(wire3.established());

  world.advance(1'000);
  Wire2Device& later = world.add_wire2_device("pump-4");
  world.connect(later);
  EXPECT_TRUE(later.established());
}

TEST(EngineWire2Handshake, WhoBringsNoCookieLocksNobodyOut) {
  World world;
  for (unsigned count = 0; count < 2 * kFailuresToLockout; ++count) {
    Wire2Device& spoofed = world.add_wire2_stranger("pump-1", kOtherPsk);
    spoofed.connect(world.now);
    world.inject(spoofed.poll(world.now), spoofed.address);
    Packet hello_ack(12 + 32, 0);
    hello_ack[0] = kFrame, hello_ack[1] = 0xAB, hello_ack[2] = 2, hello_ack[3] = kHelloAck;
    world.inject(hello_ack, spoofed.address);
    world.take_output();
    spoofed.session.close(world.now);
  }
  EXPECT_EQ(world.counters().handshakes_rejected, 0u);
  EXPECT_EQ(world.counters().wire2_lockouts, 0u);
  Wire2Device& good = world.add_wire2_device("pump-1");
  world.connect(good);
  EXPECT_TRUE(good.established());
}

TEST(EngineWire2Handshake, UnfinishedHandshakesOfBothWiresCountTogether) {
  EngineConfig config = World::default_config();
  config.handshakes_soft_address = 2;
  config.handshakes_hard_address = 3;
  World world(config);
  for (unsigned count = 0; count < 2; ++count) {
    Device& device = world.add_device("three-" + std::to_string(count));
    device.connect(world.now);
    world.inject(device.poll(world.now), device.address);
  }
  world.take_output();
  Wire2Device& third = world.add_wire2_device("pump-3");
  bring_cookie(world, third);
  EXPECT_EQ(world.counters().handshakes_unfinished, 3u);
  world.take_output();
  Wire2Device& beyond = world.add_wire2_device("pump-4");
  bring_cookie(world, beyond);
  EXPECT_TRUE(world.take_output().empty());
  EXPECT_EQ(world.counters().hellos_busy, 1u);
  Wire2Device& stream = world.add_wire2_device("pump-5", Medium::Stream);
  world.connect(stream);
  EXPECT_FALSE(stream.established());
  // Another address has its own count; and the handshake that was let in ends well.
  Wire2Device& elsewhere = world.add_wire2_device("pump-6", Medium::Udp, 2);
  world.connect(elsewhere);
  EXPECT_TRUE(elsewhere.established());
  world.advance(1'000);
  EXPECT_TRUE(third.established());
}

TEST(EngineLockout, TheSpanDoublesToAMinuteAndAnAddressIsForgottenInTime) {
  Lockout lockout(2, 1);
  const NetworkKey network = network_key(address_of(1, 1));
  Milliseconds64 now = 1000;
  for (unsigned count = 1; count < kFailuresToLockout; ++count) {
    EXPECT_FALSE(lockout.failed(network, now));
    EXPECT_FALSE(lockout.is_locked_out(network, now));
  }
  for (const Milliseconds64 span : {1000u, 2000u, 4000u, 8000u, 16000u, 32000u, 60000u, 60000u}) {
    EXPECT_TRUE(lockout.failed(network, now));
    EXPECT_TRUE(lockout.is_locked_out(network, now + span - 1));
    EXPECT_FALSE(lockout.is_locked_out(network, now + span));
    now += span;
  }
  // Bounded: the oldest of three gives way; and after ten minutes without a failure one is new.
  lockout.failed(network_key(address_of(2, 1)), now + 1);
  lockout.failed(network_key(address_of(3, 1)), now + 2);
  EXPECT_EQ(lockout.count(), 2u);
  EXPECT_FALSE(lockout.failed(network, now + 3));
  EXPECT_FALSE(lockout.failed(network, now + 3 + kFailuresKept));
  EXPECT_EQ(lockout.count(), 1u);
}

}  // namespace
}  // namespace usmp::gateway::test
