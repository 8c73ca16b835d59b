// The handshake of §2 in both roles: what is taken, what is dropped, what is repeated.
#include <gtest/gtest.h>

#include "session_pair.hpp"
#include "usmp/challenge_reader.hpp"

namespace usmp {
namespace {

using test::Octets;
using test::PairOptions;
using test::SessionPair;
using test::view;

TEST(Handshake, both_sides_agree_on_a_session) {
  for (const Medium medium : {Medium::Udp, Medium::Stream, Medium::Serial, Medium::Ble}) {
    PairOptions options;
    options.medium = medium;
    SessionPair pair(options);
    pair.establish();
    ASSERT_TRUE(pair.gateway);
    EXPECT_TRUE(pair.gateway->established());
    EXPECT_EQ(test::octets_of(pair.device->session_id()),
              test::octets_of(pair.gateway->session_id()));
    EXPECT_EQ(test::octets_of(pair.handshake->device_id()), pair.device_id);
  }
}

TEST(Handshake, hello_is_repeated_the_same_with_doubled_spans_then_a_pause_and_new_keys) {
  SessionPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const Octets first = pair.device_packet();
  Duration expected = 1000;
  Instant sent = pair.now;
  for (int repeat = 0; repeat < 5; ++repeat) {
    pair.pass_to_next_deadline();
    const Duration waited = pair.now.since(sent);
    EXPECT_GE(waited, expected * 79 / 100);
    EXPECT_LE(waited, expected * 121 / 100);
    sent = pair.now;
    expected = std::min<Duration>(expected * 2, 8000);
    EXPECT_EQ(pair.device_packet(), first);
  }
  pair.pass_to_next_deadline();
  ASSERT_EQ(pair.device_events.size(), 1u);
  EXPECT_EQ(pair.device_events[0].kind, EventKind::AttemptFailed);
  EXPECT_EQ(pair.device_events[0].cause, Cause::NoAnswer);
  EXPECT_EQ(pair.device->state(), State::AwaitingPauseEnd);
  const Instant failed = pair.now;
  pair.pass_to_next_deadline();
  EXPECT_GE(pair.now.since(failed), 790u);
  EXPECT_LE(pair.now.since(failed), 1210u);
  const Octets next = pair.device_packet();
  EXPECT_FALSE(next.empty());
  EXPECT_NE(next, first);
}

TEST(Handshake, pauses_double_up_to_five_minutes) {
  SessionPair pair;
  pair.options.medium = Medium::Udp;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  std::vector<Duration> pauses;
  Instant failed = pair.now;
  while (pauses.size() < 11) {
    const bool pausing = pair.device->state() == State::AwaitingPauseEnd;
    if (pausing) failed = pair.now;
    pair.device_packet();
    pair.pass_to_next_deadline();
    if (pausing && pair.device->state() == State::AwaitingChallenge) {
      pauses.push_back(pair.now.since(failed));
    }
  }
  Duration expected = 1000;
  for (const Duration pause : pauses) {
    EXPECT_GE(pause, expected * 79 / 100);
    EXPECT_LE(pause, expected * 121 / 100);
    expected = std::min<Duration>(expected * 2, 300000);
  }
}

TEST(Handshake, hello_ack_is_repeated_three_times) {
  SessionPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  pair.to_device(pair.challenge_for(pair.device_packet()));
  const Octets hello_ack = pair.device_packet();
  for (int repeat = 0; repeat < 3; ++repeat) {
    pair.pass_to_next_deadline();
    EXPECT_EQ(pair.device_packet(), hello_ack);
  }
  pair.pass_to_next_deadline();
  EXPECT_EQ(pair.device->state(), State::AwaitingPauseEnd);
}

TEST(Handshake, a_repeated_hello_ack_gets_the_same_session_ok) {
  SessionPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  pair.to_device(pair.challenge_for(pair.device_packet()));
  const Octets hello_ack = pair.device_packet();
  const Octets first = pair.answer_for(hello_ack);
  EXPECT_EQ(pair.answer_for(hello_ack), first);
  EXPECT_EQ(pair.to_device(first).value.kind, EventKind::Established);
}

TEST(Handshake, wrong_key_is_told_and_the_next_attempt_with_the_right_one_works) {
  SessionPair pair;
  pair.gateway_psk[31] ^= 1;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  pair.to_device(pair.challenge_for(pair.device_packet()));
  const auto event = pair.to_device(pair.answer_for(pair.device_packet()));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event.value.kind, EventKind::AttemptFailed);
  EXPECT_EQ(event.value.cause, Cause::NotAuthenticated);
  pair.gateway_psk[31] ^= 1;
  pair.pass_to_next_deadline();
  pair.to_device(pair.challenge_for(pair.device_packet()));
  EXPECT_EQ(pair.to_device(pair.answer_for(pair.device_packet())).value.kind,
            EventKind::Established);
}

TEST(Handshake, the_third_different_wrong_proof_ends_it_and_repeats_do_not_count) {
  SessionPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  pair.to_device(pair.challenge_for(pair.device_packet()));
  const Octets good = pair.device_packet();
  for (std::uint8_t wrong = 1; wrong <= 2; ++wrong) {
    Octets bad = good;
    bad.back() ^= wrong;
    EXPECT_FALSE(pair.answer_for(bad).empty());
    EXPECT_FALSE(pair.answer_for(bad).empty()) << "the same bytes, answered again";
  }
  EXPECT_FALSE(pair.handshake->exhausted());
  Octets first_again = good;
  first_again.back() ^= 1;
  EXPECT_FALSE(pair.answer_for(first_again).empty());
  EXPECT_FALSE(pair.handshake->exhausted());
  Octets third = good;
  third.back() ^= 3;
  EXPECT_FALSE(pair.answer_for(third).empty());
  EXPECT_TRUE(pair.handshake->exhausted());
  EXPECT_TRUE(pair.answer_for(good).empty());
}

TEST(Handshake, a_wrong_proof_leaves_room_for_the_right_one) {
  SessionPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  pair.to_device(pair.challenge_for(pair.device_packet()));
  const Octets good = pair.device_packet();
  Octets bad = good;
  bad.back() ^= 1;
  const Octets reject = pair.answer_for(bad);
  EXPECT_EQ(pair.to_device(reject).error, Error::Unauthentic) << "not about the device's own proof";
  EXPECT_EQ(pair.to_device(pair.answer_for(good)).value.kind, EventKind::Established);
}

TEST(Handshake, retry_is_taken_three_times_each_with_a_new_cookie) {
  SessionPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const std::uint8_t secret[32] = {9};
  const Octets place(18, 3);
  for (std::uint64_t period = 10; period < 14; ++period) {
    const Octets packet = pair.device_packet();
    Hello hello;
    ASSERT_EQ(parse_hello(view(packet), &hello), Error::None);
    EXPECT_EQ(hello.cookie.size, period == 10 ? 0u : kCookieSize);
    if (period > 10) {
      EXPECT_TRUE(cookie_valid(hello, secret, view(place), period - 1));
      EXPECT_TRUE(cookie_valid(hello, secret, view(place), period)) << "the last period counts";
      EXPECT_FALSE(cookie_valid(hello, secret, view(place), period + 1));
      EXPECT_FALSE(cookie_valid(hello, secret, view(Octets(18, 4)), period));
    }
    std::uint8_t cookie[kCookieSize];
    make_cookie(cookie, secret, view(place), hello.public_key, period);
    Octets retry(64);
    retry.resize(write_retry({retry.data(), retry.size()}, hello, cookie).value);
    EXPECT_EQ(pair.to_device(retry).ok(), period < 13);
    EXPECT_FALSE(pair.to_device(retry).ok()) << "a cookie already sent";
    if (period == 13) {
      EXPECT_TRUE(pair.device_packet().empty());
    }
  }
}

TEST(Handshake, hints_are_told_and_the_attempt_goes_on_but_ends_on_a_stream) {
  for (const Medium medium : {Medium::Udp, Medium::Stream}) {
    PairOptions options;
    options.medium = medium;
    SessionPair pair(options);
    ASSERT_EQ(pair.device->connect(pair.now), Error::None);
    const Octets packet = pair.device_packet();
    Hello hello;
    ASSERT_EQ(parse_hello(view(packet), &hello), Error::None);
    Octets out(64);
    out.resize(write_reject({out.data(), out.size()}, hello, RejectReason::Busy).value);
    const auto event = pair.to_device(out);
    ASSERT_TRUE(event.ok());
    EXPECT_EQ(event.value.cause, Cause::Busy);
    EXPECT_EQ(event.value.kind, medium == Medium::Udp ? EventKind::Hint : EventKind::AttemptFailed);
    if (medium == Medium::Udp) {
      pair.to_device(pair.challenge_for(packet));
      EXPECT_EQ(pair.to_device(pair.answer_for(pair.device_packet())).value.kind,
                EventKind::Established);
    }
  }
}

TEST(Handshake, gateway_finds_no_common_suite_or_another_medium) {
  SessionPair pair;
  pair.device_config.suites = kSuiteBitChaCha20Poly1305;
  pair.gateway_config.suites = kSuiteBitAes256Gcm;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const Octets packet = pair.device_packet();
  Hello hello;
  ASSERT_EQ(parse_hello(view(packet), &hello), Error::None);
  GatewayHandshake handshake;
  const Octets cid(8, 1);
  EXPECT_EQ(handshake.begin(pair.gateway_config, hello, view(cid), pair.now).value,
            GatewayHandshake::Offer::NoCommonSuite);
  pair.gateway_config.suites = 3;
  pair.gateway_config.medium = Medium::Stream;
  EXPECT_EQ(handshake.begin(pair.gateway_config, hello, view(cid), pair.now).value,
            GatewayHandshake::Offer::Parameters);
  pair.gateway_config.medium = Medium::Udp;
  EXPECT_EQ(handshake.begin(pair.gateway_config, hello, view(Octets(3, 1)), pair.now).error,
            Error::BadConfig)
      << "a cid of 3 bytes can be guessed";
}

TEST(Handshake, a_low_order_public_key_is_dropped) {
  SessionPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  Octets challenge = pair.challenge_for(pair.device_packet());
  std::fill(challenge.end() - 48, challenge.end() - 16, std::uint8_t{0});
  EXPECT_EQ(pair.to_device(challenge).error, Error::Unauthentic);
  EXPECT_EQ(pair.device->state(), State::AwaitingChallenge);
}

TEST(Handshake, without_randomness_nothing_is_sent_and_later_it_works) {
  SessionPair pair;
  pair.device_random.empty = true;
  EXPECT_EQ(pair.device->connect(pair.now), Error::RandomFailed);
  EXPECT_TRUE(pair.device_packet().empty());
  pair.device_random.empty = false;
  pair.establish();
}

TEST(Handshake, packets_go_out_in_pieces_and_challenge_comes_in_byte_by_byte) {
  SessionPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const auto in_pieces = [&pair] {
    Octets whole, piece(7);
    bool last = false;
    while (!last) {
      const auto size =
          pair.device->poll_transmit_piece({piece.data(), piece.size()}, &last, pair.now);
      EXPECT_TRUE(size.ok());
      whole.insert(whole.end(), piece.begin(), piece.begin() + static_cast<long>(size.value));
    }
    return whole;
  };
  const Octets hello = in_pieces();
  const Octets challenge = pair.challenge_for(hello);
  ChallengeReader reader;
  ASSERT_EQ(pair.device->start_challenge(reader), Error::None);
  for (const std::uint8_t byte : challenge) {
    EXPECT_FALSE(reader.complete());
    const std::uint8_t one[1] = {byte};
    reader.update(Bytes(one));
  }
  EXPECT_TRUE(reader.complete());
  ASSERT_TRUE(pair.device->receive_challenge(reader, pair.now).ok());
  EXPECT_EQ(pair.to_device(pair.answer_for(in_pieces())).value.kind, EventKind::Established);
}

TEST(Handshake, early_data_goes_right_behind_hello_ack_and_only_where_asked_for) {
  PairOptions options;
  options.early_data = true;
  SessionPair pair(options);
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  pair.device_sends(test::text("21.5 C"));
  pair.to_device(pair.challenge_for(pair.device_packet()));
  const Octets hello_ack = pair.device_packet();
  const Octets early = pair.device_packet();
  ASSERT_FALSE(early.empty());
  EXPECT_EQ(early[0], 0x38);
  pair.to_device(pair.answer_for(hello_ack));
  EXPECT_TRUE(pair.to_gateway(early).ok());
  pair.take_messages();
  ASSERT_EQ(pair.gateway_got.size(), 1u);
  EXPECT_EQ(pair.gateway_got[0], test::text("21.5 C"));

  SessionPair without;
  test::Posted message(test::text("x"));
  EXPECT_EQ(without.device->send(message.node, without.now), Error::WrongState);
}

// A CHALLENGE is not authentic: what it says of the gateway's limits may be anybody's word.
TEST(Handshake, no_message_is_refused_by_a_challenge_that_was_forged) {
  PairOptions options;
  options.early_data = true;
  options.gateway.max_message = 20;
  SessionPair pair(options);
  pair.gateway_config.limits.max_message = 10;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const test::Posted& small = pair.device_sends(test::text("21.5 C"));
  const test::Posted& large = pair.device_sends(Octets(20, 1));
  const test::Posted& behind = pair.device_sends(test::text("on"));
  ASSERT_TRUE(pair.to_device(pair.challenge_for(pair.device_packet())).ok());
  EXPECT_EQ(pair.device_packet()[0], 0x33);
  EXPECT_EQ(pair.device_packet()[0], 0x38);  // the first message; the others wait
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_EQ(pair.device->take_finished(), nullptr);
  while (pair.device->state() == State::AwaitingSessionOk) {  // nobody answers
    while (!pair.device_packet().empty()) {
    }
    pair.now = pair.device->next_deadline(pair.now);
    pair.device->on_deadline(pair.now);
  }
  EXPECT_EQ(pair.device->take_finished(), nullptr);
  EXPECT_EQ(large.node.delivery, Delivery::Queued);
  pair.gateway_config.limits.max_message = 20;
  pair.establish();
  pair.settle();
  EXPECT_EQ(small.node.delivery, Delivery::Acknowledged);
  EXPECT_EQ(large.node.delivery, Delivery::Acknowledged);
  EXPECT_EQ(behind.node.delivery, Delivery::Acknowledged);
  EXPECT_EQ(pair.gateway_got.size(), 3u);
}

TEST(Handshake, a_message_that_a_proven_gateway_does_not_take_is_refused) {
  PairOptions options;
  options.early_data = true;
  options.gateway.max_message = 10;
  SessionPair pair(options);
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const test::Posted& large = pair.device_sends(Octets(20, 1));
  const test::Posted& behind = pair.device_sends(test::text("on"));
  pair.to_device(pair.challenge_for(pair.device_packet()));
  const Octets hello_ack = pair.device_packet();
  EXPECT_TRUE(pair.device_packet().empty());
  ASSERT_TRUE(pair.to_device(pair.answer_for(hello_ack)).ok());
  EXPECT_EQ(pair.device->take_finished(), &large.node);
  EXPECT_EQ(large.node.delivery, Delivery::Refused);
  pair.settle();
  EXPECT_EQ(behind.node.delivery, Delivery::Acknowledged);
  ASSERT_EQ(pair.gateway_got.size(), 1u);
  EXPECT_EQ(pair.gateway_got[0], test::text("on"));
}

TEST(Handshake, extensions_are_skipped_on_both_sides) {
  const Octets extension = {0x7f, 3, 1, 2, 3, 0x10, 0};
  SessionPair pair;
  pair.device_config.extensions = view(extension);
  pair.gateway_config.extensions = view(extension);
  pair.establish();
}

TEST(Handshake, configurations_out_of_range_are_refused) {
  SessionPair pair;
  const auto refused = [&pair](auto change) {
    DeviceConfig config = pair.device_config;
    change(config);
    DeviceSession device;
    std::uint8_t room[1024], places[4096];
    PlaceState states[4];
    ChunkState chunks[1];
    return device.init(config, SendBuffer(chunks, 1), ReceiveBuffer(room, places, states)) ==
           Error::BadConfig;
  };
  EXPECT_FALSE(refused([](DeviceConfig&) {}));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.psk.size = 15; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.device_id.size = 0; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.device_id.size = 33; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.limits.max_packet = 63; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.limits.window = 0; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.cid_size = 9; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.suites = 4; }));
}

}  // namespace
}  // namespace usmp
