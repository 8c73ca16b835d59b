// Epochs of §3 in a compact device: when it moves, what it still takes, when it asks.
#include <gtest/gtest.h>

#include "keyed_pair.hpp"

namespace usmp {
namespace {

using test::CompactPair;
using test::Octets;
using test::PairOptions;

const Duration kDay = 24u * 3600u * 1000u;

PairOptions long_idle() {
  PairOptions options = test::usual_options<CompactDevice>();
  options.idle_s = 4000000000u;
  return options;
}

TEST(CompactEpochs, the_device_moves_when_it_sends_after_a_day) {
  CompactPair pair(long_idle());
  pair.establish();
  pair.settle();
  pair.pass(kDay - 1);
  pair.device_sends(test::text("still"));
  pair.settle();
  EXPECT_EQ(pair.device->epoch(), 0u);
  pair.pass(1);
  pair.device->on_deadline(pair.now);
  pair.device_sends(test::text("moved"));
  const Octets packet = pair.device_packet();
  EXPECT_EQ(packet[0], 0x3C);
  EXPECT_EQ(pair.device->epoch(), 1u);
  pair.to_gateway(packet);
  pair.settle();
  EXPECT_EQ(pair.gateway->epoch(), 1u);
  EXPECT_EQ(pair.gateway_got.size(), 2u);
  pair.gateway_sends(test::text("and back"));
  pair.settle();
  EXPECT_EQ(pair.device_got.size(), 1u);
  pair.device_sends(test::text("short"));
  EXPECT_EQ(pair.device_packet()[0], 0x39);
}

TEST(CompactEpochs, day_after_day_each_in_a_new_one) {
  CompactPair pair(long_idle());
  pair.establish();
  for (std::uint32_t day = 1; day <= 9; ++day) {
    pair.pass(kDay);
    pair.device_sends(Octets{static_cast<std::uint8_t>(day)});
    pair.settle();
    EXPECT_EQ(pair.device->epoch(), day);
    EXPECT_EQ(pair.gateway_got.size(), day);
  }
}

TEST(CompactEpochs, what_the_gateway_sent_in_the_epoch_before_is_dropped_and_comes_again) {
  CompactPair pair(long_idle());
  pair.establish();
  pair.settle();
  pair.gateway_sends(test::text("late"));
  const Octets late = pair.gateway_packet();
  pair.pass(kDay);
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  const Octets moved = pair.device_packet();
  ASSERT_EQ(pair.device->epoch(), 1u);
  EXPECT_FALSE(pair.to_device(late).ok());
  EXPECT_TRUE(pair.device->established());
  pair.to_gateway(moved);
  EXPECT_FALSE(pair.to_device(late).ok());
  for (int round = 0; round < 5 && pair.device_got.empty(); ++round) {
    pair.settle();
    pair.pass(1000);
    pair.gateway->on_deadline(pair.now);
    pair.device->on_deadline(pair.now);
  }
  EXPECT_EQ(pair.device_got, std::vector<Octets>{test::text("late")});
}

TEST(CompactEpochs, a_chunk_under_way_when_it_moves_goes_again_in_the_new_one) {
  CompactPair pair(long_idle());
  pair.establish();
  pair.settle();
  pair.pass(kDay - 500);
  pair.device->on_deadline(pair.now);
  pair.device_sends(test::text("twice"));
  EXPECT_EQ(pair.device_packet()[0], 0x38);
  pair.pass(1000);
  pair.device->on_deadline(pair.now);
  const Octets again = pair.device_packet();
  EXPECT_EQ(again[0], 0x3C);
  pair.to_gateway(again);
  pair.settle();
  EXPECT_EQ(pair.gateway_got, std::vector<Octets>{test::text("twice")});
}

TEST(CompactEpochs, the_device_never_moves_from_an_epoch_in_which_it_heard_nothing) {
  CompactPair pair(long_idle());
  pair.establish();
  pair.settle();
  pair.pass(kDay);
  pair.device_sends(test::text("a"));
  pair.device_packet();
  EXPECT_EQ(pair.device->epoch(), 1u);
  pair.pass(kDay);
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  EXPECT_EQ(pair.device_packet()[0], 0x3C);
  EXPECT_EQ(pair.device->epoch(), 1u);
}

TEST(CompactEpochs, what_the_device_cannot_open_while_unconfirmed_makes_it_ping_once_a_second) {
  CompactPair pair(long_idle());
  pair.establish();
  Octets saved(kSavedStateSizeMax);
  saved.resize(pair.device->save({saved.data(), saved.size()}, pair.now).value);
  ASSERT_EQ(pair.device->wake({saved.data(), saved.size()}, 0, pair.now), Error::None);
  pair.gateway_sends(test::text("of the epoch before"));
  const Octets old = pair.gateway_packet();
  EXPECT_FALSE(pair.to_device(old).ok());
  const Octets ping = pair.device_packet();
  EXPECT_EQ(ping[0], 0x3C);
  EXPECT_FALSE(pair.to_device(old).ok());
  EXPECT_TRUE(pair.device_packet().empty());
  pair.pass(999);
  EXPECT_FALSE(pair.to_device(old).ok());
  EXPECT_TRUE(pair.device_packet().empty());
  pair.pass(1);
  EXPECT_FALSE(pair.to_device(old).ok());
  EXPECT_EQ(pair.device_packet()[0], 0x3C);
  pair.to_gateway(ping);
  for (int round = 0; round < 5 && pair.device_got.empty(); ++round) {
    pair.settle();
    pair.pass_to_next_deadline();
  }
  EXPECT_EQ(pair.device_got.size(), 1u);
}

TEST(CompactEpochs, what_it_cannot_open_in_a_confirmed_one_is_only_dropped) {
  CompactPair pair;
  pair.establish();
  for (const std::uint8_t byte0 : Octets{0x38, 0x39, 0x3a, 0x3b, 0x3c}) {
    EXPECT_FALSE(pair.to_device(Octets(40, byte0)).ok());
    EXPECT_TRUE(pair.device_packet().empty());
  }
}

class CompactFarOn : public testing::Test, public test::KeyedPair<CompactPair> {};

TEST_F(CompactFarOn, the_device_moves_when_the_gateways_numbers_reach_the_half) {
  EXPECT_TRUE(pair.to_device(packet(g2d, Bytes(), 0x7FFFFFFEu, {0})).ok());
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  pair.to_gateway(pair.device_packet());
  // Number 0x7FFFFFFE came, so the gateway's next one is the last below the half.
  EXPECT_TRUE(pair.to_device(packet(g2d, Bytes(), 0x7FFFFFFFu, {0})).ok());
  pair.device_sends(test::text("next"));
  const Octets moved = pair.device_packet();
  EXPECT_EQ(moved[0], 0x3C);
  EXPECT_EQ(pair.device->epoch(), 1u);
  EXPECT_TRUE(pair.to_gateway(moved).ok());
  pair.settle();
  EXPECT_EQ(pair.gateway_got.back(), test::text("next"));
}

TEST_F(CompactFarOn, numbers_only_rise_and_the_last_one_is_never_used) {
  EXPECT_TRUE(pair.to_device(packet(g2d, Bytes(), 5, {0})).ok());
  EXPECT_EQ(pair.to_device(packet(g2d, Bytes(), 5, {0})).error, Error::Replayed);
  EXPECT_EQ(pair.to_device(packet(g2d, Bytes(), 4, {0})).error, Error::Replayed);
  EXPECT_TRUE(pair.to_device(packet(g2d, Bytes(), 7, {0})).ok());
  EXPECT_TRUE(pair.to_device(packet(g2d, Bytes(), 0xFFFFFFFEu, {0})).ok());
  EXPECT_EQ(pair.to_device(packet(g2d, Bytes(), 0xFFFFFFFFu, {0})).error, Error::Replayed);
  EXPECT_EQ(pair.to_device(packet(g2d, Bytes(), 0xFFFFFFFEu, {0})).error, Error::Replayed);
  pair.device_sends(test::text("in the next epoch"));
  pair.settle();
  EXPECT_EQ(pair.device->epoch(), 1u);
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST_F(CompactFarOn, a_forged_number_far_on_moves_nothing) {
  Octets forged = packet(g2d, Bytes(), 0xFFFFFFF0u, {0});
  forged.back() ^= 1;
  EXPECT_EQ(pair.to_device(forged).error, Error::Unauthentic);
  EXPECT_TRUE(pair.to_device(packet(g2d, Bytes(), 0, {0})).ok());
}

}  // namespace
}  // namespace usmp
