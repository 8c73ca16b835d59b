// Sleep and wake of §5 in a compact device: what is saved, that it is used once, a wake's packets.
#include <gtest/gtest.h>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::CompactPair;
using test::Octets;
using test::PairOptions;

const PairOptions kUsual = test::usual_options<CompactDevice>();

Octets saved_state(CompactPair& pair) {
  Octets saved(kSavedStateSizeMax);
  const auto size = pair.device->save({saved.data(), saved.size()}, pair.now);
  EXPECT_TRUE(size.ok());
  saved.resize(size.value);
  return saved;
}

Error wake(CompactPair& pair, Octets saved, std::uint32_t slept_s = 0) {
  return pair.device->wake({saved.data(), saved.size()}, slept_s, pair.now);
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

TEST(CompactSleep, from_sleep_to_delivered_in_one_packet_and_one_back) {
  for (const std::size_t cid_size : {0u, 8u}) {
    PairOptions options = kUsual;
    options.gateway_cid = Octets(cid_size, 6);
    CompactPair pair(options);
    pair.establish();
    pair.device_sends(test::text("before"));
    pair.settle();
    const Octets id = test::octets_of(pair.device->session_id());
    const Octets saved = saved_state(pair);
    EXPECT_LE(saved.size(), 96u);
    EXPECT_EQ(pair.device->state(), State::Asleep);
    pair.pass(600000);
    pair.restart_device();
    ASSERT_EQ(wake(pair, saved), Error::None);
    EXPECT_EQ(test::octets_of(pair.device->session_id()), id);
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
}

TEST(CompactSleep, what_the_gateway_holds_comes_with_the_answer_to_a_wake) {
  CompactPair pair;
  pair.establish();
  pair.settle();
  const Octets saved = saved_state(pair);
  pair.gateway_sends(test::text("led on"));
  pair.gateway_packet();  // lost: the device sleeps
  for (int count = 0; count < 14 && !pair.gateway->asleep(); ++count) {
    pair.gateway->on_deadline(pair.now);
    pair.gateway_packet();
    pair.pass(20000);
  }
  EXPECT_TRUE(pair.gateway->asleep());
  ASSERT_EQ(wake(pair, saved), Error::None);
  ASSERT_EQ(pair.device->ping(pair.now), Error::None);
  pair.to_gateway(pair.device_packet());
  EXPECT_EQ(pair.to_device(pair.gateway_packet()).value.kind, EventKind::Drained);
  pair.take_messages();
  EXPECT_EQ(pair.device_got, std::vector<Octets>{test::text("led on")});
}

TEST(CompactSleep, many_wakes_in_a_row_each_in_an_epoch_of_its_own) {
  CompactPair pair;
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

TEST(CompactSleep, the_gateway_follows_over_lost_wakes) {
  CompactPair pair;
  pair.establish();
  for (int round = 0; round < 32; ++round) {  // each life after a wake is heard by nobody
    ASSERT_EQ(wake(pair, saved_state(pair)), Error::None) << round;
    EXPECT_EQ(pair.device->ping(pair.now), Error::None);
    EXPECT_FALSE(pair.device_packet().empty());
  }
  pair.device_sends(test::text("heard at last"));
  pair.to_gateway(pair.device_packet());
  pair.take_messages();
  ASSERT_EQ(pair.gateway_got.size(), 1u);
  pair.to_device(pair.gateway_packet());
  pair.settle();
  // What was heard counts from anew.
  for (int round = 0; round < 32; ++round) ASSERT_EQ(wake(pair, saved_state(pair)), Error::None);
}

TEST(CompactSleep, after_32_wakes_without_a_word_a_handshake_is_made) {
  CompactPair pair;
  pair.establish();
  Error error = Error::None;
  int wakes = 0;
  while (error == Error::None && wakes < 100) {
    error = wake(pair, saved_state(pair));
    ++wakes;
  }
  EXPECT_EQ(error, Error::StateUsed);
  EXPECT_EQ(wakes, 33);
  pair.establish();
}

TEST(CompactSleep, a_used_damaged_or_cut_state_is_discarded_and_a_handshake_works) {
  CompactPair pair;
  pair.establish();
  const Octets saved = saved_state(pair);
  for (std::size_t bit = 0; bit < saved.size() * 8; ++bit) {
    Octets spoilt = saved;
    spoilt[bit / 8] = static_cast<std::uint8_t>(spoilt[bit / 8] ^ (1u << (bit % 8)));
    EXPECT_EQ(wake(pair, spoilt), Error::StateUsed) << bit;
  }
  Octets longer = saved;
  longer.push_back(0);
  EXPECT_EQ(wake(pair, Octets(saved.begin(), saved.end() - 1)), Error::StateUsed);
  EXPECT_EQ(wake(pair, longer), Error::StateUsed);
  EXPECT_EQ(wake(pair, Octets()), Error::StateUsed);
  EXPECT_EQ(wake(pair, Octets(saved.size(), 0)), Error::StateUsed) << "overwritten with zeros";
  EXPECT_EQ(wake(pair, saved, 3601), Error::StateUsed) << "slept longer than idle_s";
  pair.establish();
}

TEST(CompactSleep, one_that_slept_just_idle_s_goes_on) {
  CompactPair pair;
  pair.establish();
  EXPECT_EQ(wake(pair, saved_state(pair), 3600), Error::None);
  pair.device_sends(test::text("woken"));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(CompactSleep, a_state_of_another_configuration_is_discarded) {
  CompactPair pair;
  pair.establish();
  const Octets saved = saved_state(pair);
  const auto discarded = [&](auto change) {
    const DeviceConfig before = pair.device_config;
    change(pair.device_config);
    pair.restart_device();
    EXPECT_EQ(wake(pair, saved), Error::StateUsed);
    pair.device_config = before;
  };
  discarded([](DeviceConfig& config) { config.limits.max_packet += 1; });
  discarded([](DeviceConfig& config) { config.limits.max_message -= 1; });
  discarded([](DeviceConfig& config) { config.suites = kSuiteBitChaCha20Poly1305; });
  pair.restart_device();
  EXPECT_EQ(wake(pair, saved), Error::None) << "on its own";
}

TEST(CompactSleep, a_state_of_the_whole_device_is_foreign) {
  test::SessionPair whole(kUsual);
  whole.establish();
  Octets saved(kSavedStateSizeMax);
  saved.resize(whole.device->save({saved.data(), saved.size()}, whole.now).value);
  CompactPair pair;
  EXPECT_EQ(wake(pair, saved), Error::StateUsed);
  saved.resize(88);
  EXPECT_EQ(wake(pair, checked(saved)), Error::StateUsed);
  pair.establish();
  Octets compact = saved_state(pair);
  EXPECT_EQ(whole.device->wake({compact.data(), compact.size()}, 0, whole.now), Error::StateUsed);
}

// Any byte of the state, at its lowest and highest, with the check made right again: no size that
// no handshake agrees on, and the session that goes on sends no packet beyond its room.
TEST(CompactSleep, a_state_that_somebody_wrote_leads_to_no_sizes_that_no_handshake_agrees_on) {
  CompactPair pair;
  pair.establish();
  const Octets saved = saved_state(pair);
  for (std::size_t at = 0; at + 4 < saved.size(); ++at) {
    for (const std::uint8_t value : Octets{0, 1, 31, 39, 63, 128, 255}) {
      for (const bool both : {false, true}) {
        Octets changed = saved;
        changed[at] = value;
        if (both && at + 5 < saved.size()) changed[at + 1] = value;
        pair.restart_device();
        if (wake(pair, checked(changed)) != Error::None) continue;
        const Agreement& agreement = pair.device->agreement();
        EXPECT_GE(agreement.max_packet, kMaxPacketMin);
        EXPECT_LE(agreement.max_packet, pair.options.packet_room);
        EXPECT_GE(agreement.max_message, 1);
        EXPECT_GE(agreement.window, 1);
        EXPECT_LE(agreement.peer_cid.size, kCidSizeMax);
        test::Posted message(Octets(agreement.max_message > 500 ? 500 : agreement.max_message, 1));
        EXPECT_EQ(pair.device->send(message.node, pair.now), Error::None);
        EXPECT_EQ(pair.device->ping(pair.now), Error::None);
        const Octets packet = pair.device_packet();
        EXPECT_FALSE(packet.empty());
        EXPECT_LE(packet.size(), agreement.max_packet);
      }
    }
  }
  pair.restart_device();
  EXPECT_EQ(wake(pair, saved), Error::None) << "the untouched one is taken";
}

TEST(CompactSleep, waking_wipes_the_state_it_was_given_taken_or_not) {
  CompactPair pair;
  pair.establish();
  Octets saved = saved_state(pair);
  Octets spoilt = saved;
  spoilt.back() ^= 1;
  EXPECT_EQ(pair.device->wake({spoilt.data(), spoilt.size()}, 0, pair.now), Error::StateUsed);
  EXPECT_EQ(spoilt, Octets(saved.size(), 0));
  ASSERT_EQ(pair.device->wake({saved.data(), saved.size()}, 0, pair.now), Error::None);
  EXPECT_EQ(saved, Octets(saved.size(), 0));
}

TEST(CompactSleep, is_refused_while_anything_is_under_way_or_waits) {
  CompactPair pair;
  Octets out(kSavedStateSizeMax);
  const MutableBytes buffer(out.data(), out.size());
  const auto refused = [&] {
    EXPECT_FALSE(pair.device->can_sleep());
    EXPECT_EQ(pair.device->save(buffer, pair.now).error, Error::NotIdle);
  };
  refused();
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  refused();
  ASSERT_TRUE(pair.to_device(pair.challenge_for(pair.device_packet())).ok());
  refused();
  ASSERT_TRUE(pair.to_device(pair.answer_for(pair.device_packet())).ok());
  pair.device_sends(test::text("unacknowledged"));
  refused();
  pair.to_gateway(pair.device_packet());
  refused();
  pair.settle();
  pair.gateway_sends(Octets(600, 1));
  pair.to_device(pair.gateway_packet());
  pair.to_gateway(pair.device_packet());
  refused();  // half received
  Message message{};
  while (!pair.device->message(&message)) {
    pair.to_device(pair.gateway_packet());
    pair.to_gateway(pair.device_packet());
  }
  refused();  // not taken
  pair.device->release_message(pair.now);
  refused();  // an ACK is owed
  pair.settle();
  EXPECT_TRUE(pair.device->can_sleep());
  EXPECT_EQ(pair.device->save({out.data(), 87}, pair.now).error, Error::BufferTooSmall);
  EXPECT_TRUE(pair.device->established());
  EXPECT_TRUE(pair.device->save(buffer, pair.now).ok());
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_EQ(pair.device->ping(pair.now), Error::WrongState);
  refused();
}

TEST(CompactSleep, a_sleeper_hears_and_says_nothing) {
  CompactPair pair;
  pair.establish();
  pair.settle();
  const Octets saved = saved_state(pair);
  pair.gateway_sends(test::text("a"));
  EXPECT_FALSE(pair.to_device(pair.gateway_packet()).ok());
  pair.pass(1000000);
  EXPECT_EQ(pair.device->on_deadline(pair.now).kind, EventKind::None);
  EXPECT_TRUE(pair.device_packet().empty());
  test::Posted message(Octets{1});
  EXPECT_EQ(pair.device->send(message.node, pair.now), Error::WrongState);
  EXPECT_EQ(wake(pair, saved), Error::None);
}

TEST(CompactSleep, a_wake_is_refused_in_a_session_and_its_state_is_still_good) {
  CompactPair pair;
  pair.establish();
  Octets saved = saved_state(pair);
  const Octets copy = saved;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  EXPECT_EQ(pair.device->wake({saved.data(), saved.size()}, 0, pair.now), Error::WrongState);
  EXPECT_EQ(saved, copy);
  pair.device->close(ByeReason::Done, pair.now);
  EXPECT_EQ(wake(pair, saved), Error::None);
  EXPECT_EQ(pair.device->ping(pair.now), Error::None);
  EXPECT_EQ(pair.to_gateway(pair.device_packet()).value.kind, EventKind::Woke);
}

TEST(CompactSleep, credit_whose_ack_was_lost_before_the_sleep_is_asked_for_after_the_wake) {
  CompactPair pair;
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
  EXPECT_EQ(pair.device_got, (std::vector<Octets>{test::text("first"), test::text("second")}));
}

TEST(CompactSleep, a_wake_whose_packets_are_lost_repeats_them) {
  CompactPair pair;
  pair.establish();
  const Octets saved = saved_state(pair);
  pair.pass(5000);
  ASSERT_EQ(wake(pair, saved), Error::None);
  pair.device_sends(test::text("twice"));
  pair.device_packet();
  const Instant sent = pair.now;
  pair.pass_to_next_deadline();
  EXPECT_EQ(pair.now.since(sent), 1000u) << "RTO of 1 s after a wake";
  const Octets again = pair.device_packet();
  EXPECT_EQ(again[0], 0x3C) << "long packets until an authentic one came";
  pair.to_gateway(again);
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
  pair.device_sends(test::text("short now"));
  EXPECT_EQ(pair.device_packet()[0], 0x39);
}

TEST(CompactSleep, the_largest_message_and_datagram_fit_the_long_packets_of_a_wake) {
  PairOptions options = kUsual;
  options.gateway = {64, 300, 2};
  options.gateway_cid = Octets(8, 1);
  CompactPair pair(options);
  pair.establish();
  ASSERT_EQ(wake(pair, saved_state(pair)), Error::None);
  const Octets datagram(pair.device->datagram_size_max(), 2);
  ASSERT_EQ(pair.device->send_datagram(test::view(datagram), 0, pair.now), Error::None);
  pair.device_sends(Octets(300, 9));
  std::size_t datagrams = 0;
  for (Octets up = pair.device_packet(); !up.empty(); up = pair.device_packet()) {
    EXPECT_LE(up.size(), 64u);
    ASSERT_TRUE(pair.to_gateway(up).ok());
    Message message;
    while (pair.gateway->next_datagram(&message)) ++datagrams;
    if (datagrams == 0) continue;  // all in long packets
    pair.take_messages();
    pair.to_device(pair.gateway_packet());
  }
  EXPECT_EQ(datagrams, 1u);
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got, std::vector<Octets>{Octets(300, 9)});
}

TEST(CompactSleep, a_message_not_taken_by_the_application_is_not_overwritten_by_a_wake) {
  CompactPair pair;
  pair.establish();
  Octets saved = saved_state(pair);
  pair.establish();
  pair.gateway_sends(test::text("waits"));
  pair.to_device(pair.gateway_packet());
  pair.device->close(ByeReason::Done, pair.now);
  pair.device_packet();
  const Octets copy = saved;
  EXPECT_EQ(pair.device->wake({saved.data(), saved.size()}, 0, pair.now), Error::MessageWaiting);
  EXPECT_EQ(saved, copy) << "the state is still good";
  pair.take_messages();
  EXPECT_EQ(pair.device_got, std::vector<Octets>{test::text("waits")});
  EXPECT_EQ(pair.device->wake({saved.data(), saved.size()}, 0, pair.now), Error::None);
}

}  // namespace
}  // namespace usmp
