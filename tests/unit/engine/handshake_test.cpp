// Handshakes on UDP as the engine sees them: who comes in, what is repeated, what looks alike.
#include <gtest/gtest.h>

#include "world.hpp"

namespace usmp::gateway::test {
namespace {

constexpr std::uint8_t kHello = 0x30;
constexpr std::uint8_t kChallenge = 0x32;
constexpr std::uint8_t kHelloAck = 0x33;
constexpr std::uint8_t kSessionOk = 0x34;
constexpr std::uint8_t kReject = 0x35;
constexpr std::string_view kOtherPsk = "another key of thirty-two bytes.";

TEST(EngineHandshake, ADeviceComesInAndItsMessagesArriveOnceAndInOrder) {
  World world;
  Device& device = world.add_device("meter-1");
  world.connect(device);
  ASSERT_TRUE(device.established());
  EXPECT_EQ(world.engine().session_count(), 1u);
  ASSERT_EQ(world.recorder().changes.size(), 1u);
  EXPECT_EQ(world.recorder().changes[0].device, "meter-1");
  EXPECT_EQ(world.recorder().changes[0].change, SessionChange::Established);

  for (int index = 0; index < 50; ++index) {
    device.send("reading " + std::to_string(index), world.now, 7);
  }
  device.send(std::string(15'000, 'x'), world.now);
  world.run();
  ASSERT_EQ(world.recorder().messages.size(), 51u);
  for (std::size_t index = 0; index < 50; ++index) {
    EXPECT_EQ(world.recorder().messages[index].content, "reading " + std::to_string(index));
    EXPECT_EQ(world.recorder().messages[index].channel, 7);
  }
  EXPECT_EQ(world.recorder().messages[50].content, std::string(15'000, 'x'));
  EXPECT_TRUE(device.session.send_idle());
  EXPECT_EQ(world.counters().messages_in, 51u);
}

TEST(EngineHandshake, AnAnswerRidesWithTheAck) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  world.moved_down.clear();
  world.recorder().on_message = [&](const ArrivedMessage& message) {
    EXPECT_TRUE(world.engine().reply(message.session, 0, message.content, 1, world.now));
  };
  device.send("echo me", world.now);
  world.run();
  EXPECT_EQ(device.messages, std::vector<std::string>{"echo me"});
  unsigned packets = 0;
  for (const auto& [type, count] : world.moved_down) packets += count;
  EXPECT_EQ(packets, 1u);
  ASSERT_EQ(world.recorder().settled.size(), 1u);
  EXPECT_EQ(world.recorder().settled[0].outcome, Outcome::Delivered);
}

TEST(EngineHandshake, ARepeatedHelloHasTheSameChallengeAndOneFromElsewhereAnother) {
  World world;
  Device& device = world.add_device("a");
  device.connect(world.now);
  const Packet hello = device.poll(world.now);
  world.inject(hello, device.address);
  world.inject(hello, device.address);
  world.inject(hello, address_of(9, 9));
  const std::vector<SentDatagram> sent = world.take_output();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0].packet[0], kChallenge);
  EXPECT_EQ(sent[0].packet, sent[1].packet);
  EXPECT_NE(sent[0].packet, sent[2].packet);
  EXPECT_EQ(sent[2].to, address_of(9, 9));
  EXPECT_EQ(world.counters().handshakes_unfinished, 2u);
  EXPECT_EQ(world.counters().repeats_answered, 1u);
}

TEST(EngineHandshake, ARepeatedHelloAckHasTheSameSessionOkForThirtySecondsAndOneSession) {
  World world;
  Device& device = world.add_device("a");
  device.connect(world.now);
  world.inject(device.poll(world.now), device.address);
  device.receive(world.take_output().at(0).packet, world.now);
  const Packet hello_ack = device.poll(world.now);
  ASSERT_EQ(hello_ack[0], kHelloAck);
  world.inject(hello_ack, device.address);
  world.inject(hello_ack, address_of(3, 3));
  const std::vector<SentDatagram> sent = world.take_output();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].packet[0], kSessionOk);
  EXPECT_EQ(sent[0].packet, sent[1].packet);
  EXPECT_EQ(sent[1].to, address_of(3, 3));  // to where it came from
  EXPECT_EQ(world.engine().session_count(), 1u);
  EXPECT_EQ(world.keys.asked_count, 1u);

  device.receive(sent[0].packet, world.now);
  world.advance(29'000);
  world.inject(hello_ack, device.address);
  ASSERT_EQ(world.take_output().size(), 1u);
  world.advance(2'000);
  world.inject(hello_ack, device.address);
  EXPECT_TRUE(world.take_output().empty());
  EXPECT_EQ(world.engine().session_count(), 1u);
}

TEST(EngineHandshake, AnUnfinishedHandshakeIsForgottenAfterThirtySeconds) {
  World world;
  Device& device = world.add_device("a");
  world.lost_down = {kChallenge};
  device.connect(world.now);
  world.run();
  EXPECT_EQ(world.counters().handshakes_unfinished, 1u);
  device.session.close(ByeReason::Done, world.now);
  world.advance(31'000);
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
  EXPECT_EQ(world.counters().handshakes_expired, 1u);
}

TEST(EngineHandshake, LostPacketsOfEveryKindAreMadeGood) {
  for (const std::uint8_t lost : {kHello, kChallenge, kHelloAck, kSessionOk}) {
    World world;
    Device& device = world.add_device("a");
    world.lost_up = world.lost_down = {lost};
    device.connect(world.now);
    world.run();
    EXPECT_FALSE(device.established()) << int{lost};
    world.lost_up = world.lost_down = {};
    world.advance(2'000);
    EXPECT_TRUE(device.established()) << int{lost};
    EXPECT_EQ(world.engine().session_count(), 1u);
  }
}

// What a stranger sees of a refusal must not tell why.
Packet refusal(World& world, Device& device) {
  device.connect(world.now);
  world.inject(device.poll(world.now), device.address);
  device.receive(world.take_output().at(0).packet, world.now);
  world.inject(device.poll(world.now), device.address);
  const std::vector<SentDatagram> sent = world.take_output();
  EXPECT_EQ(sent.size(), 1u);
  if (sent.empty()) return {};
  device.receive(sent[0].packet, world.now);
  EXPECT_TRUE(device.saw(EventKind::AttemptFailed, Cause::NotAuthenticated));
  return sent[0].packet;
}

TEST(EngineHandshake, UnknownWrongKeyRevokedAndOtherWireLookAlike) {
  World world;
  Device& unknown = world.add_stranger("unknown", kOtherPsk);
  Device& wrong = world.add_stranger("wrong", kOtherPsk);
  world.keys.put("wrong", "the right key of thirty-two byte");
  Device& revoked = world.add_device("revoked");
  world.keys.entries["revoked"].revoked = true;
  Device& wire2 = world.add_device("wire2");
  world.keys.entries["wire2"].wire = 2;
  for (Device* device : {&unknown, &wrong, &revoked, &wire2}) {
    const Packet packet = refusal(world, *device);
    ASSERT_FALSE(packet.empty());
    EXPECT_EQ(packet[0], kReject);
    EXPECT_EQ(packet.size(), 1u + 1 + 16);
  }
  EXPECT_EQ(world.engine().session_count(), 0u);
  EXPECT_TRUE(world.recorder().changes.empty());

  Device& good = world.add_device("good");
  world.connect(good);
  EXPECT_TRUE(good.established());
}

TEST(EngineHandshake, AfterThreeDifferentWrongProofsTheHandshakeIsOver) {
  World world;
  Device& device = world.add_stranger("a", kOtherPsk);
  world.keys.put("a", "the right key of thirty-two byte");
  device.connect(world.now);
  world.inject(device.poll(world.now), device.address);
  device.receive(world.take_output().at(0).packet, world.now);
  Packet hello_ack = device.poll(world.now);
  for (unsigned attempt = 0; attempt < 3; ++attempt) {
    EXPECT_EQ(world.counters().handshakes_unfinished, 1u);
    hello_ack.back() = static_cast<std::uint8_t>(hello_ack.back() ^ (attempt + 1));
    world.inject(hello_ack, device.address);
    EXPECT_EQ(world.take_output().size(), 1u);
  }
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
  world.inject(hello_ack, device.address);  // the last answer is still repeated
  EXPECT_EQ(world.take_output().size(), 1u);
  hello_ack.back() ^= 0x40;
  world.inject(hello_ack, device.address);
  EXPECT_TRUE(world.take_output().empty());
}

TEST(EngineHandshake, AKeySourceThatCannotTellIsAskedAgainAtTheRepeat) {
  World world;
  Device& device = world.add_device("a");
  world.keys.available = false;
  device.connect(world.now);
  world.run();
  EXPECT_FALSE(device.established());
  EXPECT_EQ(world.counters().dropped_no_key, 1u);
  world.keys.available = true;
  world.advance(2'000);
  EXPECT_TRUE(device.established());
}

TEST(EngineHandshake, AHelloAckOlderThanTheSessionIsDropped) {
  World world;
  Device& first = world.add_device("a");
  Device& second = world.add_device("a");  // the same device, begun again
  first.connect(world.now);
  world.inject(first.poll(world.now), first.address);
  first.receive(world.take_output().at(0).packet, world.now);
  const Packet late_hello_ack = first.poll(world.now);
  first.session.close(ByeReason::Done, world.now);
  world.connect(second);
  ASSERT_TRUE(second.established());

  world.inject(late_hello_ack, first.address);
  EXPECT_TRUE(world.take_output().empty());
  EXPECT_EQ(world.counters().dropped_stale, 1u);
  EXPECT_EQ(world.engine().session_count(), 1u);
  world.inject(late_hello_ack, first.address);  // and its handshake is forgotten
  EXPECT_EQ(world.counters().dropped_unknown_cid, 1u);
  second.send("still here", world.now);
  world.run();
  ASSERT_EQ(world.recorder().messages.size(), 1u);
}

TEST(EngineHandshake, ANewHandshakeReplacesTheOlderSessionWithBye3) {
  World world;
  Device& older = world.add_device("a");
  Device& newer = world.add_device("a");
  world.connect(older);
  world.connect(newer);
  EXPECT_TRUE(newer.established());
  EXPECT_TRUE(older.saw(EventKind::Closed, Cause::ByeReplaced) ||
              older.saw(EventKind::Lost, Cause::ByeReplaced));
  EXPECT_EQ(world.engine().session_count(), 1u);
  EXPECT_EQ(world.directory.session_count(), 1u);
  EXPECT_EQ(world.counters().sessions_replaced, 1u);
}

TEST(EngineHandshake, DataThatOvertakesItsHelloAckIsDroppedWithoutReset) {
  World world;
  Device& device = world.add_device("a");
  device.connect(world.now);
  world.inject(device.poll(world.now), device.address);
  const Packet challenge = world.take_output().at(0).packet;
  // cid_G of the CHALLENGE: behind cid_D (1 byte at least), tag and the fixed part of params.
  device.receive(challenge, world.now);
  const Packet hello_ack = device.poll(world.now);
  Packet data(40, 0);
  std::copy(hello_ack.begin(), hello_ack.begin() + 9, data.begin());
  data[0] = 0x38;
  world.inject(data, device.address);
  EXPECT_TRUE(world.take_output().empty());
  EXPECT_EQ(world.counters().dropped_early, 1u);
  world.inject(hello_ack, device.address);
  EXPECT_EQ(world.take_output().at(0).packet[0], kSessionOk);
}

}  // namespace
}  // namespace usmp::gateway::test
