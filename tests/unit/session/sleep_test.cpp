// Sleep and wake of §5: what is saved, that it is used once, and the packets of a wake.
#include <gtest/gtest.h>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::Octets;
using test::PairOptions;
using test::SessionPair;

Octets saved_state(SessionPair& pair) {
  Octets saved(kSavedStateSizeMax);
  const auto size = pair.device->save({saved.data(), saved.size()}, pair.now);
  EXPECT_TRUE(size.ok());
  saved.resize(size.value);
  return saved;
}

Error wake(SessionPair& pair, Octets saved, std::uint32_t slept_s = 0) {
  return pair.device->wake({saved.data(), saved.size()}, slept_s, pair.now);
}

TEST(Sleep, from_sleep_to_delivered_in_one_packet_and_one_back) {
  SessionPair pair;
  pair.establish();
  pair.device_sends(test::text("before"));
  pair.settle();
  const Octets saved = saved_state(pair);
  EXPECT_LE(saved.size(), 96u);
  EXPECT_EQ(pair.device->state(), State::Asleep);
  pair.pass(600000);
  pair.restart_device();
  ASSERT_EQ(wake(pair, saved), Error::None);
  pair.device_sends(test::text("woken"));
  const Octets packet = pair.device_packet();
  EXPECT_EQ(packet[0], 0x3C);
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_EQ(pair.to_gateway(packet).value.kind, EventKind::Woke);
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got.back(), test::text("woken"));
  const Octets answer = pair.gateway_packet();
  EXPECT_TRUE(pair.gateway_packet().empty());
  EXPECT_EQ(pair.to_device(answer).value.kind, EventKind::Drained);
  EXPECT_TRUE(pair.device->send_idle());
  EXPECT_TRUE(pair.device->can_sleep());
}

TEST(Sleep, what_the_gateway_holds_comes_with_the_answer_to_a_wake) {
  SessionPair pair;
  pair.establish();
  pair.settle();
  const Octets saved = saved_state(pair);
  pair.gateway_sends(test::text("led on"));
  pair.gateway_packet();  // lost: the device sleeps
  pair.pass(120000);
  for (int count = 0; count < 8; ++count) {
    pair.gateway->on_deadline(pair.now);
    pair.gateway_packet();
    pair.pass(20000);
  }
  EXPECT_TRUE(pair.gateway->asleep());
  ASSERT_EQ(wake(pair, saved), Error::None);
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  pair.to_gateway(pair.device_packet());
  const Octets answer = pair.gateway_packet();
  EXPECT_EQ(pair.to_device(answer).value.kind, EventKind::Drained);
  pair.take_messages();
  ASSERT_EQ(pair.device_got.size(), 1u);
  EXPECT_EQ(pair.device_got[0], test::text("led on"));
}

TEST(Sleep, many_wakes_in_a_row_each_in_an_epoch_of_its_own) {
  SessionPair pair;
  pair.establish();
  for (std::uint8_t round = 1; round <= 100; ++round) {
    const Octets saved = saved_state(pair);
    pair.pass(3000);
    ASSERT_EQ(wake(pair, saved), Error::None);
    EXPECT_EQ(pair.device->epoch(), round);
    pair.device_sends(Octets{round});
    pair.gateway_sends(Octets{round, round});
    pair.settle();
    ASSERT_EQ(pair.gateway_got.size(), round);
    ASSERT_EQ(pair.device_got.size(), round);
  }
}

TEST(Sleep, the_gateway_follows_over_lost_wakes_up_to_64_epochs) {
  SessionPair pair;
  pair.establish();
  // Each life after a wake is heard by nobody, until the device gives up at 32.
  for (int round = 0; round < 32; ++round) {
    const Octets saved = saved_state(pair);
    ASSERT_EQ(wake(pair, saved), Error::None) << round;
    EXPECT_EQ(pair.device->ping(pair.now), Error::None);
    EXPECT_FALSE(pair.device_packet().empty());
  }
  pair.device_sends(test::text("heard at last"));
  pair.to_gateway(pair.device_packet());
  pair.take_messages();
  ASSERT_EQ(pair.gateway_got.size(), 1u);
  pair.to_device(pair.gateway_packet());
  pair.settle();
  EXPECT_TRUE(pair.device->can_sleep());
}

TEST(Sleep, after_32_wakes_without_a_word_a_handshake_is_made) {
  SessionPair pair;
  pair.establish();
  Error error = Error::None;
  int wakes = 0;
  while (error == Error::None && wakes < 100) {
    const Octets saved = saved_state(pair);
    error = wake(pair, saved);
    ++wakes;
  }
  EXPECT_EQ(error, Error::StateUsed);
  EXPECT_EQ(wakes, 33);
  pair.establish();
}

TEST(Sleep, a_used_damaged_or_foreign_state_is_discarded_and_a_handshake_works) {
  SessionPair pair;
  pair.establish();
  const Octets saved = saved_state(pair);
  for (std::size_t bit = 0; bit < saved.size() * 8; ++bit) {
    Octets spoilt = saved;
    spoilt[bit / 8] = static_cast<std::uint8_t>(spoilt[bit / 8] ^ (1u << (bit % 8)));
    EXPECT_EQ(wake(pair, spoilt), Error::StateUsed) << bit;
  }
  Octets cut(saved.begin(), saved.end() - 1);
  EXPECT_EQ(wake(pair, cut), Error::StateUsed);
  EXPECT_EQ(wake(pair, Octets(saved.size(), 0)), Error::StateUsed) << "overwritten with zeros";
  EXPECT_EQ(wake(pair, saved, 3601), Error::StateUsed) << "slept longer than idle_s";
  pair.establish();
}

TEST(Sleep, waking_wipes_the_state_it_was_given) {
  SessionPair pair;
  pair.establish();
  Octets saved = saved_state(pair);
  ASSERT_EQ(pair.device->wake({saved.data(), saved.size()}, 0, pair.now), Error::None);
  EXPECT_EQ(saved, Octets(saved.size(), 0));
}

TEST(Sleep, is_refused_while_anything_is_under_way_or_waits) {
  SessionPair pair;
  Octets out(kSavedStateSizeMax);
  const MutableBytes buffer(out.data(), out.size());
  EXPECT_EQ(pair.device->save(buffer, pair.now).error, Error::NotIdle);
  pair.establish();
  pair.device_sends(test::text("unacknowledged"));
  EXPECT_EQ(pair.device->save(buffer, pair.now).error, Error::NotIdle);
  pair.settle();
  pair.gateway_sends(test::text("waits"));
  pair.to_device(pair.gateway_packet());
  EXPECT_EQ(pair.device->save(buffer, pair.now).error, Error::NotIdle);
  pair.settle();
  EXPECT_EQ(pair.device->save({out.data(), 40}, pair.now).error, Error::BufferTooSmall);
  EXPECT_TRUE(pair.device->established());
  EXPECT_TRUE(pair.device->save(buffer, pair.now).ok());
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_EQ(pair.device->ping(pair.now), Error::WrongState);
}

TEST(Sleep, credit_whose_ack_was_lost_before_the_sleep_is_asked_for_after_the_wake) {
  PairOptions options;
  options.device = {64, 64, 1};
  SessionPair pair(options);
  pair.establish();
  pair.gateway_sends(test::text("first"));
  pair.to_device(pair.gateway_packet());
  pair.to_gateway(pair.device_packet());  // acknowledged, with no credit while it waits
  pair.gateway_sends(test::text("second"));
  pair.take_messages();
  EXPECT_FALSE(pair.device_packet().empty()) << "the ACK with credit, lost";
  const Octets saved = saved_state(pair);
  pair.pass(100000);
  pair.gateway->on_deadline(pair.now);
  ASSERT_EQ(wake(pair, saved), Error::None);
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  for (int round = 0; round < 5 && pair.device_got.size() < 2; ++round) {
    pair.settle();
    pair.pass_to_next_deadline();
  }
  ASSERT_EQ(pair.device_got.size(), 2u);
  EXPECT_EQ(pair.device_got[1], test::text("second"));
}

TEST(Sleep, a_wake_whose_packets_are_lost_repeats_them) {
  SessionPair pair;
  pair.establish();
  const Octets saved = saved_state(pair);
  pair.pass(5000);
  ASSERT_EQ(wake(pair, saved), Error::None);
  pair.device_sends(test::text("twice"));
  pair.device_packet();
  pair.pass_to_next_deadline();
  const Octets again = pair.device_packet();
  EXPECT_EQ(again[0], 0x3C) << "long packets until an authentic one came";
  pair.to_gateway(again);
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
  pair.device_sends(test::text("short now"));
  EXPECT_EQ(pair.device_packet()[0], 0x39);
}

// The saved state's check is no secret: who writes the store can make it.
Octets checked(Octets saved) {
  std::uint8_t digest[crypto::kHashSize];
  crypto::Sha256 hash;
  hash.update(test::view(saved).first(saved.size() - 4));
  hash.finish(digest);
  std::copy(digest, digest + 4, saved.end() - 4);
  return saved;
}

// Found by wake_fuzzer: chunks of no bytes, and sizes below zero.
TEST(Sleep, a_state_with_limits_that_no_handshake_agrees_on_is_discarded) {
  // Behind version, suite, wakes, cid_D of no bytes, cid_G of 8 and the own limits.
  const std::size_t max_packet_at = 3 + 1 + 9 + 5, max_message_at = max_packet_at + 2,
                    window_at = max_message_at + 2;
  for (const std::size_t at : {max_packet_at, max_message_at, window_at}) {
    for (const std::uint8_t low : Octets{0, 31, 39, 63}) {
      SessionPair pair;
      pair.establish();
      pair.settle();
      const Octets saved = saved_state(pair);
      Octets changed = saved;
      changed[at] = at == max_packet_at ? low : 0;
      if (at != window_at) changed[at + 1] = 0;
      EXPECT_EQ(wake(pair, checked(changed)), Error::StateUsed) << at << " " << unsigned{low};
      EXPECT_EQ(wake(pair, checked(saved)), Error::None) << "the untouched one is taken";
    }
  }
}

TEST(Sleep, a_state_of_no_bytes_is_discarded) {
  SessionPair pair;
  EXPECT_EQ(pair.device->wake(MutableBytes(), 0, pair.now), Error::StateUsed);
  pair.establish();
}

}  // namespace
}  // namespace usmp
