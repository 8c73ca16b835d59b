// Keepalive, checks after RESET, and when a compact device gives a session up (§4, §6).
#include <gtest/gtest.h>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::CompactPair;
using test::Octets;
using test::PairOptions;

const PairOptions kUsual = test::usual_options<CompactDevice>();

// Times at which the device says something while nobody answers, until it begins a handshake.
std::vector<Duration> times_until_hello(CompactPair& pair, Instant since) {
  std::vector<Duration> times;
  for (int step = 0; step < 50; ++step) {
    for (Octets out = pair.device_packet(); !out.empty(); out = pair.device_packet()) {
      times.push_back(pair.now.since(since));
      if (out[0] == 0x30) return times;
    }
    pair.pass_to_next_deadline();
  }
  return times;
}

void expect_next_session(CompactPair& pair) {
  while (pair.device->state() != State::Closed && !pair.device->established()) {
    const Octets out = pair.device_packet();
    if (!out.empty() && out[0] == 0x30) pair.to_device(pair.challenge_for(out));
    if (!out.empty() && out[0] == 0x33) pair.to_device(pair.answer_for(out));
    if (out.empty()) pair.pass_to_next_deadline();
  }
  ASSERT_TRUE(pair.device->established());
  pair.device_sends(test::text("next"));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.back(), test::text("next"));
}

TEST(CompactKeepalive, pings_after_silence_repeats_at_1_3_7_and_gives_up_at_15) {
  CompactPair pair;
  pair.establish();
  EXPECT_EQ(times_until_hello(pair, pair.now),
            (std::vector<Duration>{60000, 61000, 63000, 67000, 75000}));
  EXPECT_EQ(pair.device_events.back().kind, EventKind::Lost);
  EXPECT_EQ(pair.device_events.back().cause, Cause::NoAnswer);
  expect_next_session(pair);
}

TEST(CompactKeepalive, is_at_most_a_third_of_what_the_gateway_keeps_and_never_off) {
  const struct {
    std::uint32_t idle_s;
    Duration keepalive, expected;
  } cases[] = {{30, 50000, 10000},      {30, 2000, 2000},
               {30, 0, 10000},          {1, 0, 1000},
               {3600, 0, 60000},        {3600, 70000, 70000},
               {0xFFFFFFFFu, 0, 60000}, {3600, 0xFFFFFFFFu, 1200000}};
  for (const auto& one : cases) {
    PairOptions options = kUsual;
    options.idle_s = one.idle_s;
    options.keepalive = one.keepalive;
    CompactPair pair(options);
    pair.establish();
    const Duration first = times_until_hello(pair, pair.now).front();
    EXPECT_LE(first, one.expected) << one.idle_s;
    EXPECT_GE(first, one.expected - one.expected / 500) << one.idle_s;
  }
}

TEST(CompactKeepalive, counts_from_what_was_sent_last) {
  CompactPair pair;
  pair.establish();
  pair.pass(50000);
  pair.device->on_deadline(pair.now);
  pair.device_sends(test::text("a"));
  pair.settle();
  const Instant sent = pair.now;
  EXPECT_EQ(times_until_hello(pair, sent).front(), 60000u);
}

TEST(CompactKeepalive, an_answer_ends_the_check) {
  CompactPair pair;
  pair.establish();
  for (int round = 0; round < 20; ++round) {
    pair.pass_to_next_deadline();
    pair.settle();
  }
  EXPECT_TRUE(pair.device->established());
  EXPECT_TRUE(pair.gateway->established());
  EXPECT_GT(pair.now.ms, 15u * 60000u);
}

TEST(CompactKeepalive, any_authentic_packet_is_an_answer_and_no_other_one) {
  CompactPair pair;
  pair.establish();
  while (pair.device_packet().empty()) pair.pass_to_next_deadline();  // PING, lost
  const Instant pinged = pair.now;
  EXPECT_FALSE(pair.to_device(Octets(40, 0x38)).ok());
  EXPECT_EQ(pair.device->next_deadline(pair.now).since(pinged), 1000u);
  pair.gateway_sends(test::text("a message"));
  ASSERT_TRUE(pair.to_device(pair.gateway_packet()).ok());
  EXPECT_EQ(pair.device->next_deadline(pair.now).since(pinged), 60000u);
}

TEST(CompactKeepalive, a_ping_asked_for_goes_at_once_and_is_checked_as_any_other) {
  CompactPair pair;
  pair.establish();
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  EXPECT_EQ(times_until_hello(pair, pair.now), (std::vector<Duration>{0, 1000, 3000, 7000, 15000}));
  expect_next_session(pair);
}

Octets reset_for(CompactPair& pair) {
  Octets reset(9);
  reset.resize(
      write_reset({reset.data(), reset.size()}, pair.device->agreement().peer_cid.view()).value);
  return reset;
}

TEST(CompactReset, is_a_hint_checked_with_pings_at_0_1_2_3_and_a_handshake_at_4) {
  for (const std::size_t cid_size : {0u, 4u, 8u}) {
    PairOptions options = kUsual;
    options.gateway_cid = Octets(cid_size, 7);
    CompactPair pair(options);
    pair.establish();
    const Octets reset = reset_for(pair);
    EXPECT_TRUE(pair.to_device(reset).ok());
    EXPECT_FALSE(pair.to_device(reset).ok()) << "ignored during a check";
    EXPECT_EQ(times_until_hello(pair, pair.now),
              (std::vector<Duration>{0, 1000, 2000, 3000, 4000}));
    EXPECT_FALSE(pair.to_device(reset).ok()) << "ignored in a handshake";
    expect_next_session(pair);
  }
}

TEST(CompactReset, a_living_session_survives_it_and_checks_at_most_once_in_ten_seconds) {
  PairOptions options = kUsual;
  options.gateway_cid = Octets(8, 7);
  CompactPair pair(options);
  pair.establish();
  const Octets reset = reset_for(pair);
  EXPECT_TRUE(pair.to_device(reset).ok());
  pair.settle();
  EXPECT_TRUE(pair.device->established());
  EXPECT_FALSE(pair.to_device(reset).ok());
  pair.pass(9999);
  EXPECT_FALSE(pair.to_device(reset).ok());
  pair.pass(1);
  EXPECT_TRUE(pair.to_device(reset).ok());
  pair.settle();
  pair.pass(20000);
  Octets other = reset, cut = reset, longer = reset;
  other.back() ^= 1;
  cut.pop_back();
  longer.push_back(7);
  EXPECT_FALSE(pair.to_device(other).ok()) << "of another cid";
  EXPECT_FALSE(pair.to_device(cut).ok());
  EXPECT_FALSE(pair.to_device(longer).ok());
  EXPECT_TRUE(pair.to_device(reset).ok()) << "the true one still counts";
}

TEST(CompactLost, unacknowledged_for_thirty_seconds_makes_a_handshake_and_the_message_goes_again) {
  CompactPair pair;
  pair.establish();
  pair.device_sends(test::text("kept"));
  const Instant start = pair.now;
  while (pair.device->established() && pair.now.since(start) < 200000) {
    pair.device_packet();
    pair.pass_to_next_deadline();
  }
  EXPECT_EQ(pair.now.since(start), 30000u);
  EXPECT_EQ(pair.device_events.back().kind, EventKind::Lost);
  EXPECT_EQ(pair.device->session_id()[0] | pair.device->session_id()[15], 0) << "none any more";
  expect_next_session(pair);
  EXPECT_EQ(pair.gateway_got, (std::vector<Octets>{test::text("kept"), test::text("next")}));
}

TEST(CompactLost, a_gateway_that_is_heard_keeps_the_session_although_it_acknowledges_late) {
  CompactPair pair;
  pair.establish();
  pair.device_sends(test::text("heard late"));
  const Instant start = pair.now;
  while (!pair.device->send_idle() && pair.now.since(start) < 300000) {
    const Octets up = pair.device_packet();
    if (!up.empty() && pair.now.since(start) > 100000) pair.to_gateway(up);
    pair.take_messages();
    pair.pass(5000);
    pair.device->on_deadline(pair.now);
    ASSERT_EQ(pair.gateway->ping(pair.now), Error::None);
    ASSERT_TRUE(pair.to_device(pair.gateway_packet()).ok());
    ASSERT_TRUE(pair.device->established()) << pair.now.since(start);
  }
  EXPECT_EQ(pair.gateway_got, std::vector<Octets>{test::text("heard late")});
}

TEST(CompactLost, without_randomness_then_it_pauses_and_comes_back) {
  CompactPair pair;
  pair.establish();
  pair.device_random.empty = true;
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  while (pair.device->established()) {
    pair.device_packet();
    pair.pass_to_next_deadline();
  }
  EXPECT_EQ(pair.device->state(), State::AwaitingPauseEnd);
  EXPECT_TRUE(pair.device_packet().empty());
  pair.device_random.empty = false;
  expect_next_session(pair);
}

TEST(CompactLost, what_was_acknowledged_but_not_taken_is_still_there_in_the_next_session) {
  CompactPair pair;
  pair.establish();
  pair.gateway_sends(test::text("one"));
  pair.to_device(pair.gateway_packet());
  pair.to_gateway(pair.device_packet());
  ASSERT_TRUE(pair.gateway->send_idle()) << "acknowledged";
  const std::vector<Duration> times = times_until_hello(pair, pair.now);
  ASSERT_FALSE(times.empty());
  while (pair.device->state() == State::AwaitingChallenge) {  // its first HELLO went unheard
    pair.pass_to_next_deadline();
    const Octets hello = pair.device_packet();
    if (hello.empty()) continue;
    const Octets challenge = pair.challenge_for(hello);
    EXPECT_EQ(pair.to_device(challenge).error, Error::MessageWaiting);
    pair.take_messages();
    EXPECT_TRUE(pair.to_device(challenge).ok());
  }
  EXPECT_EQ(pair.device_got, std::vector<Octets>{test::text("one")});
  expect_next_session(pair);
}

}  // namespace
}  // namespace usmp
