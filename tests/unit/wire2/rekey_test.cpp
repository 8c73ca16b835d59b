// REKEY of wire 2: from either side, with frames under way, and from both sides at once.
#include <gtest/gtest.h>
#include <string.h>

#include "wire2/frame.hpp"
#include "wire2/utack.hpp"
#include "wire2_pair.hpp"

namespace usmp::wire2::test {
namespace {

constexpr Medium kMedia[] = {Medium::Udp, Medium::Stream};

/// Both ways still work, in order.
void expect_alive(Pair& pair) {
  pair.device_received.clear();
  pair.gateway_received.clear();
  for (std::uint8_t mark = 1; mark < 4; ++mark) {
    ASSERT_EQ(pair.device_side.send(content(600, mark), pair.now), Error::None);
    ASSERT_EQ(pair.gateway_side.send(content(600, mark), pair.now), Error::None);
  }
  for (int round = 0; round < 30; ++round) {
    pair.settle();
    pair.pass(100);
  }
  const std::vector<Octets> expected = {content(600, 1), content(600, 2), content(600, 3)};
  EXPECT_EQ(pair.device_received, expected);
  EXPECT_EQ(pair.gateway_received, expected);
}

// USMP2 §Session frames: both sequences restart at 0 in both directions
TEST(Wire2Rekey, FromEitherSideRestartsBothNumbers) {
  for (const Medium medium : kMedia) {
    for (int who = 0; who < 2; ++who) {
      Pair pair({.medium = medium});
      ASSERT_TRUE(pair.establish());
      expect_alive(pair);
      Side& side = who == 0 ? static_cast<Side&>(pair.device_side) : pair.gateway_side;
      ASSERT_EQ(side.session().rekey(pair.now), Error::None);
      pair.settle();
      EXPECT_EQ(pair.device.rekeys(), 1u);
      EXPECT_EQ(pair.gateway.rekeys(), 1u);
      ASSERT_EQ(pair.device_side.send(content(1), pair.now), Error::None);
      ASSERT_EQ(pair.gateway_side.send(content(1), pair.now), Error::None);
      const Octets of_device = pair.device_packet(), of_gateway = pair.gateway_side.poll(pair.now);
      EXPECT_EQ(seq_of(of_device), 0u);
      EXPECT_EQ(seq_of(of_gateway), 0u);
      EXPECT_TRUE(pair.gateway_side.give(of_device, pair.now).ok());
      EXPECT_TRUE(pair.to_device(of_gateway).ok());
      Octets message;
      EXPECT_TRUE(pair.device_side.take(&message, pair.now));
      EXPECT_TRUE(pair.gateway_side.take(&message, pair.now));
      expect_alive(pair);
    }
  }
}

TEST(Wire2Rekey, MayFollowRekeyManyTimes) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.establish());
    for (std::uint32_t count = 1; count <= 6; ++count) {
      ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
      pair.settle();
      EXPECT_EQ(pair.gateway.rekeys(), count);
      expect_alive(pair);
    }
  }
}

// USMP2 §UDP: key the frame was encrypted with: also for a REKEY whose UTACK was lost.
TEST(Wire2Rekey, ARepeatedOneIsAcknowledgedByTheSameUtackAndNotFollowedTwice) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  const Octets rekey = pair.device_packet();
  ASSERT_TRUE(pair.gateway_side.give(rekey, pair.now).ok());
  const Octets utack = pair.gateway_side.poll(pair.now);  // lost
  // What the gateway sends now is under keys that the device has not yet: dropped, and repeated.
  ASSERT_EQ(pair.gateway_side.send(content(8), pair.now), Error::None);
  EXPECT_FALSE(pair.to_device(pair.gateway_side.poll(pair.now)).ok());
  pair.pass(kRtoInitial);
  EXPECT_EQ(pair.device_packet(), rekey);
  EXPECT_EQ(pair.gateway_side.give(rekey, pair.now).error, Error::Replayed);
  EXPECT_EQ(pair.gateway_side.poll(pair.now), utack);
  EXPECT_EQ(pair.gateway.rekeys(), 1u);
  EXPECT_TRUE(pair.to_device(utack).ok());
  EXPECT_EQ(pair.device.rekeys(), 1u);
  pair.pass(2 * kRtoInitial);
  pair.settle();
  EXPECT_EQ(pair.device_received, std::vector<Octets>{content(8)});
  EXPECT_EQ(pair.gateway_side.give(rekey, pair.now).ok(), false);  // of keys that are gone
  expect_alive(pair);
}

TEST(Wire2Rekey, OnUdpItIsHeldWhileAFrameOfOursIsUnderWay) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.gateway_side.send(content(1000), pair.now), Error::None);
  const Octets fragment = pair.gateway_side.poll(pair.now);
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  const Octets rekey = pair.device_packet();
  ASSERT_TRUE(pair.gateway_side.give(rekey, pair.now).ok());
  EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());  // neither UTACK nor new keys
  EXPECT_EQ(pair.gateway_side.give(rekey, pair.now).error, Error::Replayed);
  EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());
  EXPECT_EQ(pair.gateway.rekeys(), 0u);
  // The whole message goes under the keys before; then the UTACK of REKEY.
  ASSERT_TRUE(pair.to_device(fragment).ok());
  ASSERT_TRUE(pair.gateway_side.give(pair.device_packet(), pair.now).ok());
  EXPECT_EQ(pair.gateway.rekeys(), 0u);
  pair.settle();
  EXPECT_EQ(pair.device_received, std::vector<Octets>{content(1000)});
  EXPECT_EQ(pair.gateway.rekeys(), 1u);
  EXPECT_EQ(pair.device.rekeys(), 1u);
  expect_alive(pair);
}

TEST(Wire2Rekey, OnUdpFromBothAtOnceTheDevicesCounts) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  ASSERT_EQ(pair.gateway.rekey(pair.now), Error::None);
  const Octets of_device = pair.device_packet(), of_gateway = pair.gateway_side.poll(pair.now);
  EXPECT_TRUE(pair.to_device(of_gateway).ok());
  EXPECT_TRUE(pair.device_packet().empty());  // no UTACK
  EXPECT_TRUE(pair.gateway_side.give(of_device, pair.now).ok());
  pair.settle();
  EXPECT_EQ(pair.device.rekeys(), 1u);
  EXPECT_EQ(pair.gateway.rekeys(), 1u);
  expect_alive(pair);
}

// The published receiver acknowledges a REKEY as it arrives, and reads it later.
TEST(Wire2Rekey, OnUdpWhatThePeerSendsUntilItHasReadItIsTaken) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  const Octets rekey = pair.device_packet();
  std::uint8_t key[crypto::kKeySize];
  memcpy(key, pair.device.send_key().data, sizeof key);
  UtackMac mac;
  make_utack_mac(mac, key, kRekey, 0);
  ASSERT_TRUE(pair.to_device(joined({0xAC, 0xAC, kRekey, 0, 0, 0, 0}, octets_of(Bytes(mac)))).ok());
  EXPECT_EQ(pair.device.rekeys(), 1u);
  ASSERT_EQ(pair.gateway_side.send(content(1000), pair.now), Error::None);
  for (int fragment = 0; fragment < 3; ++fragment) {
    const Octets frame = pair.gateway_side.poll(pair.now);
    ASSERT_TRUE(pair.to_device(frame).ok());
    (void)pair.device_packet();  // the UTACK is lost
    Octets message;
    EXPECT_EQ(pair.device_side.take(&message, pair.now), fragment == 2);
    EXPECT_EQ(pair.to_device(frame).error, Error::Replayed);
    ASSERT_TRUE(pair.gateway_side.give(pair.device_packet(), pair.now).ok());
  }
  EXPECT_EQ(pair.gateway_side.finished(), 1u);
  // Now it reads: its UTACK is of no use any more.
  ASSERT_TRUE(pair.gateway_side.give(rekey, pair.now).ok());
  EXPECT_FALSE(pair.to_device(pair.gateway_side.poll(pair.now)).ok());
  EXPECT_EQ(pair.gateway.rekeys(), 1u);
  expect_alive(pair);
}

// The published receiver answers a REKEY that it followed already under its new key.
TEST(Wire2Rekey, AUtackUnderTheNewKeyCounts) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  const Octets rekey = pair.device_packet();
  ASSERT_TRUE(pair.gateway_side.give(rekey, pair.now).ok());
  (void)pair.gateway_side.poll(pair.now);  // lost
  for (const bool right : {false, true}) {
    UtackMac mac;
    const Octets key = right ? pair.device.send_key_after_rekey() : Octets(crypto::kKeySize, 1);
    std::uint8_t key_bytes[crypto::kKeySize];
    std::copy(key.begin(), key.end(), key_bytes);
    make_utack_mac(mac, key_bytes, kRekey, 0);
    const Octets utack = joined({0xAC, 0xAC, kRekey, 0, 0, 0, 0}, octets_of(Bytes(mac)));
    EXPECT_EQ(pair.to_device(utack).ok(), right);
  }
  EXPECT_EQ(pair.device.rekeys(), 1u);
  expect_alive(pair);
}

TEST(Wire2Rekey, OnUdpNumbersGoOnWhereThePublishedReceiverStillTakesThem) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  for (int count = 0; count < 100; ++count) {
    ASSERT_EQ(pair.device_side.send(content(1), pair.now), Error::None);
  }
  pair.settle();
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  pair.settle();
  ASSERT_EQ(pair.device_side.send(content(1), pair.now), Error::None);
  // REKEY was 100: 63 below are in a window that ends there.
  EXPECT_EQ(seq_of(pair.device_packet()), 100u - 63u);
  pair.pass(kRtoInitial);
  pair.settle();
  expect_alive(pair);
}

TEST(Wire2Rekey, OnAStreamFramesThatWereUnderWayAreTaken) {
  for (const std::size_t before : {std::size_t{0}, std::size_t{2}}) {
    for (const std::size_t crossing : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
      Pair pair({.medium = Medium::Stream});
      ASSERT_TRUE(pair.establish());
      std::vector<Octets> expected;
      for (std::size_t count = 0; count < before; ++count) {
        expected.push_back(content(700, static_cast<std::uint8_t>(count)));
        ASSERT_EQ(pair.gateway_side.send(expected.back(), pair.now), Error::None);
      }
      pair.settle();
      std::vector<Octets> under_way;
      for (std::size_t count = 0; count < crossing; ++count) {
        expected.push_back(content(900, static_cast<std::uint8_t>(50 + count)));
        ASSERT_EQ(pair.gateway_side.send(expected.back(), pair.now), Error::None);
      }
      for (Octets frame = pair.gateway_side.poll(pair.now); !frame.empty();
           frame = pair.gateway_side.poll(pair.now)) {
        under_way.push_back(frame);
      }
      ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
      ASSERT_TRUE(pair.gateway_side.give(pair.device_packet(), pair.now).ok());
      for (const Octets& frame : under_way) {
        ASSERT_TRUE(pair.to_device(frame).ok());
        Octets message;
        if (pair.device_side.take(&message, pair.now)) pair.device_received.push_back(message);
      }
      EXPECT_EQ(pair.device_received, expected);
      expect_alive(pair);
    }
  }
}

TEST(Wire2Rekey, OnAStreamItMayComeBetweenFragmentsOfTheOtherDirection) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.gateway_side.send(content(1500), pair.now), Error::None);
  const Octets first = pair.gateway_side.poll(pair.now);
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  ASSERT_TRUE(pair.gateway_side.give(pair.device_packet(), pair.now).ok());
  ASSERT_TRUE(pair.to_device(first).ok());
  const Octets second = pair.gateway_side.poll(pair.now);
  EXPECT_EQ(seq_of(second), 0u);
  ASSERT_TRUE(pair.to_device(second).ok());
  pair.settle();
  EXPECT_EQ(pair.device_received, std::vector<Octets>{content(1500)});
  expect_alive(pair);
}

TEST(Wire2Rekey, OnAStreamFromBothAtOnceTheDevicesCountsAndNothingIsLost) {
  for (const std::size_t before : {std::size_t{0}, std::size_t{1}}) {
    for (const std::size_t behind : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
      Pair pair({.medium = Medium::Stream});
      ASSERT_TRUE(pair.establish());
      if (before > 0) expect_alive(pair);
      pair.device_received.clear();
      pair.gateway_received.clear();
      ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
      ASSERT_EQ(pair.gateway.rekey(pair.now), Error::None);
      std::vector<Octets> expected;
      std::vector<Octets> of_device = {pair.device_packet()};
      std::vector<Octets> of_gateway = {pair.gateway_side.poll(pair.now)};
      for (std::size_t count = 0; count < behind; ++count) {  // under two different keys
        expected.push_back(content(30, static_cast<std::uint8_t>(count)));
        ASSERT_EQ(pair.device_side.send(expected.back(), pair.now), Error::None);
        ASSERT_EQ(pair.gateway_side.send(expected.back(), pair.now), Error::None);
        of_device.push_back(pair.device_packet());
        of_gateway.push_back(pair.gateway_side.poll(pair.now));
      }
      Octets message;
      for (const Octets& frame : of_gateway) {
        ASSERT_TRUE(pair.to_device(frame).ok());
        if (pair.device_side.take(&message, pair.now)) pair.device_received.push_back(message);
      }
      for (const Octets& frame : of_device) {
        ASSERT_TRUE(pair.gateway_side.give(frame, pair.now).ok());
        if (pair.gateway_side.take(&message, pair.now)) pair.gateway_received.push_back(message);
      }
      EXPECT_EQ(pair.device_received, expected);
      EXPECT_EQ(pair.gateway_received, expected);
      EXPECT_TRUE(pair.device.established());
      EXPECT_TRUE(pair.gateway.established());
      expect_alive(pair);
    }
  }
}

TEST(Wire2Rekey, WaitsForTheEndOfAMessageOfOurs) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(500), pair.now), Error::None);
  EXPECT_EQ(type_of(pair.device_packet()), kDataFrag);
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  EXPECT_EQ(type_of(pair.device_packet()), kData);
  EXPECT_EQ(type_of(pair.device_packet()), kRekey);
}

TEST(Wire2Rekey, OnAStreamASecondOneWaitsUntilThePeerWasHeardUnderTheFirst) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  const Octets first = pair.device_packet();
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  const Octets ping = pair.device_packet();
  EXPECT_EQ(type_of(ping), kPing);
  EXPECT_TRUE(pair.device_packet().empty());
  ASSERT_TRUE(pair.gateway_side.give(first, pair.now).ok());
  ASSERT_TRUE(pair.gateway_side.give(ping, pair.now).ok());
  ASSERT_TRUE(pair.to_device(pair.gateway_side.poll(pair.now)).ok());
  EXPECT_EQ(type_of(pair.device_packet()), kRekey);
}

TEST(Wire2Rekey, WithoutRandomnessItIsNotSentAndComesLater) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device.rekey(pair.now), Error::None);
  pair.device_random.empty = true;
  std::uint8_t out[kFrameSizeMax];
  EXPECT_EQ(pair.device.poll_transmit(MutableBytes(out), pair.now).error, Error::RandomFailed);
  pair.device_random.empty = false;
  const Octets rekey = pair.device_packet();
  EXPECT_EQ(type_of(rekey), kRekey);
  EXPECT_EQ(seq_of(rekey), 0u);
}

}  // namespace
}  // namespace usmp::wire2::test
