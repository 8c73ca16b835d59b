// Keepalive, checks after RESET, and who gives up when (§4, §6).
#include <gtest/gtest.h>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::Octets;
using test::PairOptions;
using test::SessionPair;

// Times at which the device says something while nobody answers, until it begins a handshake.
std::vector<Duration> times_until_hello(SessionPair& pair, Instant since) {
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

TEST(Keepalive, pings_after_silence_repeats_at_1_3_7_and_gives_up_at_15) {
  SessionPair pair;
  pair.establish();
  const Instant start = pair.now;
  EXPECT_EQ(times_until_hello(pair, start),
            (std::vector<Duration>{60000, 61000, 63000, 67000, 75000}));
  EXPECT_EQ(pair.device_events.back().kind, EventKind::Lost);
  EXPECT_EQ(pair.device_events.back().cause, Cause::NoAnswer);
}

TEST(Keepalive, is_at_most_a_third_of_what_the_gateway_keeps) {
  PairOptions options;
  options.idle_s = 30;
  options.keepalive = 50000;
  SessionPair pair(options);
  pair.establish();
  const Instant start = pair.now;
  EXPECT_EQ(times_until_hello(pair, start).front(), 10000u);
}

TEST(Keepalive, an_answer_ends_the_check) {
  SessionPair pair;
  pair.establish();
  for (int round = 0; round < 20; ++round) {
    pair.pass_to_next_deadline();
    pair.settle();
  }
  EXPECT_TRUE(pair.device->established());
  EXPECT_TRUE(pair.gateway->established());
  EXPECT_GT(pair.now.ms, 15u * 60000u);
}

TEST(Reset, is_a_hint_checked_with_pings_at_0_1_2_3_and_a_handshake_at_4) {
  SessionPair pair;
  pair.establish();
  Octets reset(9);
  reset.resize(
      write_reset({reset.data(), reset.size()}, pair.device->agreement().peer_cid.view()).value);
  const Instant start = pair.now;
  EXPECT_TRUE(pair.to_device(reset).ok());
  EXPECT_FALSE(pair.to_device(reset).ok()) << "ignored during a check";
  EXPECT_EQ(times_until_hello(pair, start), (std::vector<Duration>{0, 1000, 2000, 3000, 4000}));
}

TEST(Reset, a_living_session_survives_it_and_checks_at_most_once_in_ten_seconds) {
  SessionPair pair;
  pair.establish();
  Octets reset(9);
  reset.resize(
      write_reset({reset.data(), reset.size()}, pair.device->agreement().peer_cid.view()).value);
  EXPECT_TRUE(pair.to_device(reset).ok());
  pair.settle();
  EXPECT_TRUE(pair.device->established());
  EXPECT_FALSE(pair.to_device(reset).ok());
  pair.pass(9999);
  EXPECT_FALSE(pair.to_device(reset).ok());
  pair.pass(1);
  EXPECT_TRUE(pair.to_device(reset).ok());
  Octets other = reset;
  other.back() ^= 1;
  pair.settle();
  pair.pass(20000);
  EXPECT_FALSE(pair.to_device(other).ok()) << "of another cid";
}

TEST(Lost, unacknowledged_for_thirty_seconds_makes_a_handshake_and_the_message_goes_again) {
  SessionPair pair;
  pair.establish();
  pair.device_sends(test::text("kept"));
  const Instant start = pair.now;
  while (pair.device->established() && pair.now.since(start) < 200000) {
    pair.device_packet();
    pair.pass_to_next_deadline();
  }
  EXPECT_EQ(pair.now.since(start), 30000u);
  EXPECT_EQ(pair.device_events.back().kind, EventKind::Lost);
  pair.to_device(pair.challenge_for(pair.device_packet()));
  pair.to_device(pair.answer_for(pair.device_packet()));
  pair.settle();
  ASSERT_EQ(pair.gateway_got.size(), 1u);
  EXPECT_EQ(pair.gateway_got[0], test::text("kept"));
}

TEST(Lost, what_was_acknowledged_but_not_taken_is_still_there_in_the_next_session) {
  SessionPair pair;
  pair.establish();
  pair.gateway_sends(test::text("one"));
  pair.gateway_sends(test::text("two"));
  pair.to_device(pair.gateway_packet());
  pair.to_gateway(pair.device_packet());
  ASSERT_TRUE(pair.gateway->send_idle()) << "acknowledged";
  pair.device->close(ByeReason::Done, pair.now);
  pair.device_packet();
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const Octets hello = pair.device_packet();
  const Octets challenge = pair.challenge_for(hello);
  EXPECT_EQ(pair.to_device(challenge).error, Error::MessageWaiting);
  pair.take_messages();
  EXPECT_EQ(pair.device_got, (std::vector<Octets>{test::text("one"), test::text("two")}));
  EXPECT_TRUE(pair.to_device(challenge).ok());
  EXPECT_EQ(pair.to_device(pair.answer_for(pair.device_packet())).value.kind,
            EventKind::Established);
}

TEST(Idle, a_gateway_that_heard_nothing_says_bye_2_and_forgets) {
  for (const std::uint32_t idle_s : {90u, 3000000u}) {  // the second beyond what instants compare
    PairOptions options;
    options.idle_s = idle_s;
    SessionPair pair(options);
    pair.establish();
    pair.settle();
    std::uint64_t waited_ms = 0;
    while (pair.gateway->established() && waited_ms < 10000000000u) {
      const Instant next = pair.gateway->next_deadline(pair.now);
      waited_ms += next.since(pair.now);
      pair.now = next;
      pair.gateway->on_deadline(pair.now);
    }
    EXPECT_EQ(waited_ms, std::uint64_t{idle_s} * 1000);
    EXPECT_FALSE(pair.gateway_packet().empty());
    EXPECT_EQ(pair.gateway->state(), State::Closed);
  }
}

TEST(Asleep, a_gateway_stops_resending_to_a_silent_device_and_goes_on_when_it_is_heard) {
  SessionPair pair;
  pair.establish();
  pair.settle();
  pair.gateway_sends(test::text("held"));
  const Instant start = pair.now;
  while (!pair.gateway->asleep() && pair.now.since(start) < 300000) {
    pair.gateway_packet();
    pair.now = pair.gateway->next_deadline(pair.now);
    const Event event = pair.gateway->on_deadline(pair.now);
    EXPECT_EQ(event.kind == EventKind::Asleep, pair.gateway->asleep());
  }
  EXPECT_EQ(pair.now.since(start), 30000u);
  EXPECT_TRUE(pair.gateway_packet().empty());
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  pair.to_gateway(pair.device_packet());
  EXPECT_FALSE(pair.gateway->asleep());
  pair.settle();
  ASSERT_EQ(pair.device_got.size(), 1u);
}

}  // namespace
}  // namespace usmp
