// Epochs of §3: when the device moves, what the gateway follows, how long old keys live.
#include <gtest/gtest.h>

#include "keyed_pair.hpp"

namespace usmp {
namespace {

using test::Octets;
using test::PairOptions;
using test::SessionPair;

const Duration kDay = 24u * 3600u * 1000u;

TEST(Epochs, the_device_moves_when_it_sends_after_a_day) {
  PairOptions options;
  options.idle_s = 4000000000u;
  SessionPair pair(options);
  pair.establish();
  pair.settle();
  pair.pass(kDay - 1);
  pair.device_sends(test::text("still"));
  EXPECT_EQ(pair.device->epoch(), 0u);
  pair.settle();
  EXPECT_EQ(pair.device->epoch(), 0u);
  pair.pass(1);
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
}

TEST(Epochs, packets_of_the_epoch_before_are_taken_for_ten_seconds) {
  for (const Duration late : {9000u, 11000u}) {
    PairOptions options;
    options.idle_s = 4000000000u;
    SessionPair pair(options);
    pair.establish();
    pair.settle();
    pair.device_sends(test::text("overtaken"));
    const Octets overtaken = pair.device_packet();
    pair.gateway_sends(test::text("late"));
    const Octets late_down = pair.gateway_packet();
    pair.pass(kDay);
    ASSERT_EQ(pair.device->ping(pair.now), Error::None);
    pair.settle();
    ASSERT_EQ(pair.gateway->epoch(), 1u);
    pair.pass(late);
    pair.gateway->on_deadline(pair.now);
    pair.device->on_deadline(pair.now);
    EXPECT_EQ(pair.to_gateway(overtaken).ok(), late < 10000);
    EXPECT_EQ(pair.to_device(late_down).ok(), late < 10000);
    pair.settle();
    EXPECT_TRUE(pair.device->established());
  }
}

TEST(Epochs, the_device_never_moves_from_an_epoch_in_which_it_heard_nothing) {
  PairOptions options;
  options.idle_s = 4000000000u;
  SessionPair pair(options);
  pair.establish();
  pair.settle();
  pair.pass(kDay);
  pair.device_sends(test::text("a"));
  pair.device_packet();
  EXPECT_EQ(pair.device->epoch(), 1u);
  pair.pass(kDay);
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  pair.device_packet();
  EXPECT_EQ(pair.device->epoch(), 1u);
}

TEST(Epochs, what_the_device_cannot_open_while_unconfirmed_makes_it_ping_once_a_second) {
  PairOptions options;
  options.idle_s = 4000000000u;
  SessionPair pair(options);
  pair.establish();
  Octets saved(kSavedStateSizeMax);
  saved.resize(pair.device->save({saved.data(), saved.size()}, pair.now).value);
  ASSERT_EQ(pair.device->wake({saved.data(), saved.size()}, 0, pair.now), Error::None);
  pair.gateway_sends(test::text("of the epoch before"));
  const Octets old = pair.gateway_packet();
  EXPECT_FALSE(pair.to_device(old).ok());
  EXPECT_EQ(pair.device_packet()[0], 0x3C);
  EXPECT_FALSE(pair.to_device(old).ok());
  EXPECT_TRUE(pair.device_packet().empty());
  pair.pass(1000);
  EXPECT_FALSE(pair.to_device(old).ok());
  EXPECT_EQ(pair.device_packet()[0], 0x3C);
}

// A gateway's packet as far on as §3 looks: made with the session's own keys.
class FarOn : public testing::Test, public test::KeyedPair<SessionPair> {};

TEST_F(FarOn, the_device_moves_when_the_gateways_numbers_reach_the_half) {
  EXPECT_TRUE(pair.to_device(packet(g2d, Bytes(), 0x7FFFFFFEu, {0})).ok());
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  pair.to_gateway(pair.device_packet());
  EXPECT_EQ(pair.device->epoch(), 0u);
  EXPECT_TRUE(pair.to_device(packet(g2d, Bytes(), 0x7FFFFFFFu, {0})).ok());
  pair.device_sends(test::text("next"));
  const Octets moved = pair.device_packet();
  EXPECT_EQ(moved[0], 0x3C);
  EXPECT_EQ(pair.device->epoch(), 1u);
  EXPECT_TRUE(pair.to_gateway(moved).ok());
  pair.settle();
  EXPECT_EQ(pair.gateway_got.back(), test::text("next"));
}

TEST_F(FarOn, the_last_number_is_taken_and_the_one_behind_it_never) {
  const Bytes cid = pair.device->agreement().peer_cid.view();
  EXPECT_TRUE(pair.to_gateway(packet(d2g, cid, 0xFFFFFFFEu, {0})).ok());
  EXPECT_EQ(pair.to_gateway(packet(d2g, cid, 0xFFFFFFFFu, {0})).error, Error::Replayed);
}

// Found by frames_fuzzer: a peer's fault behind a message, and then its BYE, in one packet.
TEST_F(FarOn, a_session_that_its_peer_ended_behind_a_bad_chunk_still_gives_its_message) {
  const Bytes cid = pair.device->agreement().peer_cid.view();
  const Octets frames = {0x0b, 0, 0, 0, 1, 0, 'a', 0x08, 1, 0, 1, 0, 'b', 0x03, 0};
  const auto event = pair.to_gateway(packet(d2g, cid, 9, frames));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event.value.cause, Cause::ByeDone);
  Message message;
  ASSERT_TRUE(pair.gateway->message(&message));
  EXPECT_EQ(test::octets_of(message.content), Octets{'a'});
  EXPECT_EQ(pair.gateway->release_message(pair.now).kind, EventKind::None) << "its end was told";
  EXPECT_FALSE(pair.gateway->message(&message));
  EXPECT_EQ(pair.gateway->state(), State::Closed);
  pair.device->close(ByeReason::Done, pair.now);
  pair.device_packet();
  pair.establish();
  pair.device_sends(test::text("again"));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.back(), test::text("again"));
}

TEST_F(FarOn, a_bad_chunk_behind_a_message_ends_the_session_once_when_it_is_closing_already) {
  const Octets frames = {0x0b, 0, 0, 0, 1, 0, 'a', 0x08, 1, 0, 1, 0, 'b'};
  ASSERT_TRUE(pair.to_device(packet(g2d, Bytes(), 9, frames)).ok());
  pair.device->close(ByeReason::Done, pair.now);
  Message message;
  ASSERT_TRUE(pair.device->message(&message));
  EXPECT_EQ(pair.device->release_message(pair.now).kind, EventKind::None);
  EXPECT_EQ(pair.to_gateway(pair.device_packet()).value.cause, Cause::ByeDone);
  EXPECT_EQ(pair.device->state(), State::Closed);
}

class FrameBreach : public FarOn, public testing::WithParamInterface<test::Breach> {};

TEST_P(FrameBreach, is_answered_with_bye_1_and_the_next_session_works) {
  const auto event = pair.to_device(packet(g2d, Bytes(), 5, GetParam().frames));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event.value.kind, EventKind::Closed);
  EXPECT_EQ(event.value.cause, Cause::ByeProtocolError);
  EXPECT_EQ(pair.to_gateway(pair.device_packet()).value.cause, Cause::ByeProtocolError);
  EXPECT_EQ(pair.device->state(), State::Closed);
  pair.establish();
  pair.device_sends(test::text("again"));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.back(), test::text("again"));
}

INSTANTIATE_TEST_SUITE_P(Each, FrameBreach, testing::ValuesIn(test::breaches()),
                         [](const auto& test_case) { return test_case.param.name; });

}  // namespace
}  // namespace usmp
