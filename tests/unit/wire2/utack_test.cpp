// Stop-and-wait on UDP: what is acknowledged, what is repeated, and when it is given up.
#include <gtest/gtest.h>

#include "wire2/frame.hpp"
#include "wire2_pair.hpp"

namespace usmp::wire2::test {
namespace {

// USMP2 §UDP: a receiver answers a repeated frame with UTACK again, and delivers it once
TEST(Wire2Utack, ARepeatedFrameIsAcknowledgedAgainAndDeliveredOnce) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(5), pair.now), Error::None);
  const Octets frame = pair.device_packet();
  ASSERT_TRUE(pair.gateway_side.give(frame, pair.now).ok());
  const Octets utack = pair.gateway_side.poll(pair.now);
  EXPECT_EQ(utack.size(), kUtackSizeMax);
  // Also while the message still waits for the application.
  EXPECT_EQ(pair.gateway_side.give(frame, pair.now).error, Error::Replayed);
  EXPECT_EQ(pair.gateway_side.poll(pair.now), utack);
  Octets message;
  EXPECT_TRUE(pair.gateway_side.take(&message, pair.now));
  EXPECT_EQ(pair.gateway_side.give(frame, pair.now).error, Error::Replayed);
  EXPECT_EQ(pair.gateway_side.poll(pair.now), utack);
  EXPECT_FALSE(pair.gateway_side.take(&message, pair.now));
  EXPECT_TRUE(pair.to_device(utack).ok());
  EXPECT_EQ(pair.device_side.finished(), 1u);
}

TEST(Wire2Utack, WhatIsNotAuthenticGetsNone) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(5), pair.now), Error::None);
  const Octets frame = pair.device_packet();
  Octets forged = frame;
  forged.back() ^= 1;
  write_crc({forged.data(), forged.size()});  // as an attacker would
  EXPECT_EQ(pair.gateway_side.give(forged, pair.now).error, Error::Unauthentic);
  EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());
  ASSERT_TRUE(pair.gateway_side.give(frame, pair.now).ok());
  (void)pair.gateway_side.poll(pair.now);
  EXPECT_EQ(pair.gateway_side.give(forged, pair.now).error, Error::Unauthentic);
  EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());
}

TEST(Wire2Utack, OneOfAnotherKeyNumberOrTypeIsIgnored) {
  Pair pair, other({.medium = Medium::Udp});
  other.psk.assign(32, 9);
  other.device_random = CountingRandom(77);
  ASSERT_TRUE(pair.establish());
  ASSERT_TRUE(other.establish());
  for (Pair* each : {&pair, &other}) {
    ASSERT_EQ(each->device_side.send(content(5), each->now), Error::None);
  }
  const Octets frame = pair.device_packet(), others = other.device_packet();
  ASSERT_TRUE(pair.gateway_side.give(frame, pair.now).ok());
  ASSERT_TRUE(other.gateway_side.give(others, other.now).ok());
  const Octets utack = pair.gateway_side.poll(pair.now);
  EXPECT_EQ(pair.to_device(other.gateway_side.poll(other.now)).error, Error::Unauthentic);
  for (const std::size_t at : {std::size_t{2}, std::size_t{3}}) {
    Octets changed = utack;
    changed[at] ^= 2;
    EXPECT_FALSE(pair.to_device(changed).ok());
  }
  EXPECT_FALSE(pair.to_device(Octets(utack.begin(), utack.begin() + kUtackSize)).ok());
  EXPECT_EQ(pair.device_side.finished(), 0u);
  EXPECT_TRUE(pair.to_device(utack).ok());
  EXPECT_EQ(pair.device_side.finished(), 1u);
  EXPECT_EQ(pair.to_device(utack).error, Error::Unexpected);
}

// USMP2 §UDP: the sender repeats the same datagram, 0.5 s at first, up to 5 times, then the session
// is lost
TEST(Wire2Utack, TheSameDatagramIsRepeatedFiveTimesThenTheSessionIsLost) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.gateway_side.send(content(700), pair.now), Error::None);
  const Octets frame = pair.gateway_side.poll(pair.now);
  Instant last = pair.now;
  Duration expected = kRtoInitial;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    pair.now = pair.gateway.next_deadline(pair.now);
    EXPECT_EQ(pair.now.ms - last.ms, expected);
    EXPECT_EQ(pair.gateway.on_deadline(pair.now).kind, EventKind::None);
    EXPECT_EQ(pair.gateway_side.poll(pair.now), frame);
    EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());
    last = pair.now;
    expected = std::min(expected * 2, kRtoMax);
  }
  pair.now = pair.gateway.next_deadline(pair.now);
  const Event event = pair.gateway.on_deadline(pair.now);
  EXPECT_EQ(event.kind, EventKind::Closed);
  EXPECT_EQ(event.cause, Cause::NoAnswer);
  EXPECT_EQ(pair.gateway.frames_repeated(), static_cast<std::uint32_t>(kRepeats));
  Outgoing* const node = pair.gateway.take_back();
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->delivery, Delivery::Returned);
}

TEST(Wire2Utack, ADeviceThatIsNotAnsweredMakesANewHandshake) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(7), pair.now), Error::None);
  EventKind kind = EventKind::None;
  while (kind == EventKind::None) {
    (void)pair.device_packet();
    pair.now = pair.device.next_deadline(pair.now);
    kind = pair.device.on_deadline(pair.now).kind;
  }
  EXPECT_EQ(kind, EventKind::Lost);
  EXPECT_EQ(type_of(pair.device_packet()), kHello);
}

TEST(Wire2Utack, TheTimeoutFollowsTheRoundTripWithinItsBounds) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  EXPECT_EQ(pair.device.rto(), kRtoInitial);
  const auto exchange = [&](Duration round_trip) {
    ASSERT_EQ(pair.device_side.send(content(1), pair.now), Error::None);
    ASSERT_TRUE(pair.gateway_side.give(pair.device_packet(), pair.now).ok());
    pair.now = pair.now + round_trip;
    ASSERT_TRUE(pair.to_device(pair.gateway_side.poll(pair.now)).ok());
    Octets message;
    ASSERT_TRUE(pair.gateway_side.take(&message, pair.now));
  };
  for (int count = 0; count < 30; ++count) exchange(1);
  EXPECT_EQ(pair.device.rto(), kRtoMin);
  for (int count = 0; count < 30; ++count) exchange(90);
  EXPECT_GE(pair.device.rto(), 90u);
  for (int count = 0; count < 60; ++count) exchange(90);
  EXPECT_LT(pair.device.rto(), kRtoInitial);
}

TEST(Wire2Utack, ARepeatedFrameTellsNoRoundTrip) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(1), pair.now), Error::None);
  (void)pair.device_packet();
  pair.pass(kRtoInitial);
  ASSERT_TRUE(pair.gateway_side.give(pair.device_packet(), pair.now).ok());
  ASSERT_TRUE(pair.to_device(pair.gateway_side.poll(pair.now)).ok());
  EXPECT_EQ(pair.device.rto(), kRtoInitial);
}

// A second plaintext under one number would give the key away: it never leaves.
TEST(Wire2UtackDeathTest, BytesChangedUnderWayStopTheProgram) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  Octets bytes = content(20);
  Outgoing node{};
  node.content = view(bytes);
  ASSERT_EQ(pair.device.send(node, pair.now), Error::None);
  (void)pair.device_packet();
  bytes[3] ^= 1;
  EXPECT_DEATH(
      {
        pair.pass(kRtoInitial);
        (void)pair.device_packet();
      },
      "");
}

TEST(Wire2Utack, ReplayedAndVeryOldFramesAreRefused) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  std::vector<Octets> frames;
  frames.reserve(70);
  for (int count = 0; count < 70; ++count) {
    frames.push_back(
        pair.device.frame(kData, content(4, static_cast<std::uint8_t>(count)), pair.now));
  }
  Octets message;
  ASSERT_TRUE(pair.gateway_side.give(frames[69], pair.now).ok());
  ASSERT_TRUE(pair.gateway_side.take(&message, pair.now));
  (void)pair.gateway_side.poll(pair.now);
  // USMP2 §Session frames: a 64-wide window rejects duplicates and the too old
  EXPECT_EQ(pair.gateway_side.give(frames[5], pair.now).error, Error::Replayed);
  EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());
  EXPECT_TRUE(pair.gateway_side.give(frames[6], pair.now).ok());
  ASSERT_TRUE(pair.gateway_side.take(&message, pair.now));
  EXPECT_EQ(message, content(4, 6));
  EXPECT_EQ(pair.gateway_side.give(frames[69], pair.now).error, Error::Replayed);
}

}  // namespace
}  // namespace usmp::wire2::test
