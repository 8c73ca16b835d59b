// The handshake of §2 in a compact device: what is taken, what is dropped, what is repeated.
#include <gtest/gtest.h>

#include <cstring>

#include "compact/compact_keys.hpp"
#include "session_pair.hpp"
#include "wire3/key_schedule.hpp"

namespace usmp {
namespace {

using test::CompactPair;
using test::Octets;
using test::PairOptions;
using test::view;

const PairOptions kUsual = test::usual_options<CompactDevice>();

// Where the fields of a CHALLENGE to a device without a cid lie.
const std::size_t kSuitesAt = 5, kFlagsAt = 6, kMaxPacketAt = 7, kMaxMessageAt = 9, kWindowAt = 11,
                  kCidSizeAt = 16;

// The genuine CHALLENGE, and what follows it, still lead to a session.
void expect_works(CompactPair& pair, const Octets& challenge) {
  ASSERT_TRUE(pair.to_device(challenge).ok());
  EXPECT_EQ(pair.to_device(pair.answer_for(pair.device_packet())).value.kind,
            EventKind::Established);
  pair.device_sends(test::text("works"));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.back(), test::text("works"));
}

Octets begin(CompactPair& pair) {
  EXPECT_EQ(pair.device->connect(pair.now), Error::None);
  return pair.challenge_for(pair.device_packet());
}

TEST(CompactHandshake, both_sides_agree_on_a_session) {
  for (const Medium medium : {Medium::Serial, Medium::Ble}) {
    for (const std::uint8_t suites : Octets{1, 2, 3}) {
      for (const std::size_t cid_size : {0u, 4u, 8u}) {
        PairOptions options = kUsual;
        options.medium = medium;
        options.suites = suites;
        options.gateway_cid = Octets(cid_size, 0xC1);
        CompactPair pair(options);
        pair.establish();
        ASSERT_TRUE(pair.gateway);
        EXPECT_TRUE(pair.gateway->established());
        EXPECT_EQ(test::octets_of(pair.device->session_id()),
                  test::octets_of(pair.gateway->session_id()));
        EXPECT_NE(test::octets_of(pair.device->session_id()), Octets(16, 0));
        EXPECT_EQ(test::octets_of(pair.handshake->device_id()), pair.device_id);
        pair.gateway_sends(test::text("down"));
        pair.device_sends(test::text("up"));
        pair.settle();
        EXPECT_EQ(pair.device_got, std::vector<Octets>{test::text("down")});
        EXPECT_EQ(pair.gateway_got, std::vector<Octets>{test::text("up")});
      }
    }
  }
}

TEST(CompactHandshake, ids_and_keys_of_every_size_are_known_to_the_gateway) {
  for (const std::size_t size : {1u, 2u, 31u, 32u}) {
    CompactPair pair;
    const Octets id(size, 'x'), psk(size < 16 ? 16 : 255, 0x77);
    pair.device_config.device_id = view(id);
    pair.device_config.psk = view(psk);
    pair.gateway_psk = psk;
    pair.establish();
    EXPECT_EQ(test::octets_of(pair.handshake->device_id()), id);
  }
}

TEST(CompactHandshake, hello_is_repeated_the_same_with_doubled_spans_then_a_pause_and_new_keys) {
  CompactPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const Octets first = pair.device_packet();
  EXPECT_TRUE(pair.device_packet().empty());
  Duration expected = 250;
  Instant sent = pair.now;
  std::vector<Duration> spans;
  for (int repeat = 0; repeat < 5; ++repeat) {
    pair.pass_to_next_deadline();
    spans.push_back(pair.now.since(sent));
    EXPECT_GE(spans.back(), expected * 79 / 100);
    EXPECT_LE(spans.back(), expected * 121 / 100);
    sent = pair.now;
    expected *= 2;
    EXPECT_EQ(pair.device_packet(), first);
  }
  EXPECT_NE(spans, (std::vector<Duration>{250, 500, 1000, 2000, 4000})) << "with jitter";
  pair.pass_to_next_deadline();
  EXPECT_GE(pair.now.since(sent), 8000u * 79 / 100) << "one more doubled interval";
  ASSERT_EQ(pair.device_events.size(), 1u);
  EXPECT_EQ(pair.device_events[0].kind, EventKind::AttemptFailed);
  EXPECT_EQ(pair.device_events[0].cause, Cause::NoAnswer);
  EXPECT_EQ(pair.device->state(), State::AwaitingPauseEnd);
  EXPECT_TRUE(pair.device_packet().empty());
  const Instant failed = pair.now;
  pair.pass_to_next_deadline();
  EXPECT_GE(pair.now.since(failed), 790u);
  EXPECT_LE(pair.now.since(failed), 1210u);
  const Octets next = pair.device_packet();
  ASSERT_EQ(next.size(), first.size());
  EXPECT_NE(next, first);
}

TEST(CompactHandshake, pauses_double_up_to_five_minutes_and_begin_anew_after_a_session) {
  CompactPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const auto next_pause = [&pair] {
    while (pair.device->state() != State::AwaitingPauseEnd) {
      pair.device_packet();
      pair.pass_to_next_deadline();
    }
    const Instant failed = pair.now;
    pair.pass_to_next_deadline();
    return pair.now.since(failed);
  };
  Duration expected = 1000;
  for (int count = 0; count < 11; ++count) {
    const Duration pause = next_pause();
    EXPECT_GE(pause, expected * 79 / 100);
    EXPECT_LE(pause, expected * 121 / 100);
    expected = std::min<Duration>(expected * 2, 300000);
  }
  expect_works(pair, pair.challenge_for(pair.device_packet()));
  pair.device->close(ByeReason::Done, pair.now);
  pair.device_packet();
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  EXPECT_LE(next_pause(), 1210u);
}

TEST(CompactHandshake, hello_ack_is_repeated_three_times) {
  CompactPair pair;
  pair.to_device(begin(pair));
  const Octets hello_ack = pair.device_packet();
  Duration expected = 250;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const Instant sent = pair.now;
    pair.pass_to_next_deadline();
    EXPECT_GE(pair.now.since(sent), expected * 79 / 100);
    EXPECT_LE(pair.now.since(sent), expected * 121 / 100);
    expected *= 2;
    EXPECT_EQ(pair.device_packet(), hello_ack);
    EXPECT_TRUE(pair.device_packet().empty());
  }
  pair.pass_to_next_deadline();
  EXPECT_EQ(pair.device->state(), State::AwaitingPauseEnd);
  EXPECT_EQ(pair.device_events.back().cause, Cause::NoAnswer);
}

TEST(CompactHandshake, a_second_challenge_is_ignored_and_the_first_one_counts) {
  CompactPair pair;
  const Octets challenge = begin(pair);
  ASSERT_TRUE(pair.to_device(challenge).ok());
  const Octets hello_ack = pair.device_packet();
  const std::uint32_t dropped = pair.device->dropped();
  EXPECT_FALSE(pair.to_device(challenge).ok());
  EXPECT_EQ(pair.device->dropped(), dropped) << "repeated by an honest gateway";
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_EQ(pair.to_device(pair.answer_for(hello_ack)).value.kind, EventKind::Established);
}

TEST(CompactHandshake, a_second_session_ok_is_dropped_and_the_session_stands) {
  CompactPair pair;
  pair.to_device(begin(pair));
  const Octets session_ok = pair.answer_for(pair.device_packet());
  ASSERT_TRUE(pair.to_device(session_ok).ok());
  EXPECT_FALSE(pair.to_device(session_ok).ok());
  pair.device_sends(test::text("stands"));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(CompactHandshake, data_that_overtakes_session_ok_is_dropped_and_comes_again) {
  CompactPair pair;
  pair.to_device(begin(pair));
  const Octets session_ok = pair.answer_for(pair.device_packet());
  pair.gateway_sends(test::text("early"));
  EXPECT_FALSE(pair.to_device(pair.gateway_packet()).ok());
  EXPECT_EQ(pair.to_device(session_ok).value.kind, EventKind::Established);
  for (int round = 0; round < 5 && pair.device_got.empty(); ++round) {
    pair.pass_to_next_deadline();
    pair.settle();
  }
  EXPECT_EQ(pair.device_got, std::vector<Octets>{test::text("early")});
}

TEST(CompactHandshake, wrong_key_is_told_and_the_next_attempt_with_the_right_one_works) {
  CompactPair pair;
  pair.gateway_psk[31] ^= 1;
  pair.to_device(begin(pair));
  const auto event = pair.to_device(pair.answer_for(pair.device_packet()));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event.value.kind, EventKind::AttemptFailed);
  EXPECT_EQ(event.value.cause, Cause::NotAuthenticated);
  EXPECT_EQ(pair.device->state(), State::AwaitingPauseEnd);
  pair.gateway_psk[31] ^= 1;
  pair.pass_to_next_deadline();
  expect_works(pair, pair.challenge_for(pair.device_packet()));
}

TEST(CompactHandshake, a_reject_of_another_proof_is_dropped_and_the_right_answer_counts) {
  CompactPair pair;
  pair.to_device(begin(pair));
  const Octets good = pair.device_packet();
  Octets bad = good;
  bad.back() ^= 1;
  EXPECT_EQ(pair.to_device(pair.answer_for(bad)).error, Error::Unauthentic);
  EXPECT_EQ(pair.device->state(), State::AwaitingSessionOk);
  EXPECT_EQ(pair.to_device(pair.answer_for(good)).value.kind, EventKind::Established);
}

TEST(CompactHandshake, hints_are_told_and_the_attempt_goes_on) {
  CompactPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const Octets packet = pair.device_packet();
  Hello hello;
  ASSERT_EQ(parse_hello(view(packet), &hello), Error::None);
  for (const auto& [reason, cause] : {std::pair(RejectReason::NoCommonSuite, Cause::NoCommonSuite),
                                      std::pair(RejectReason::Busy, Cause::Busy),
                                      std::pair(RejectReason::Parameters, Cause::Parameters)}) {
    Octets out(64);
    out.resize(write_reject({out.data(), out.size()}, hello, reason).value);
    const auto event = pair.to_device(out);
    ASSERT_TRUE(event.ok());
    EXPECT_EQ(event.value.kind, EventKind::Hint);
    EXPECT_EQ(event.value.cause, cause);
    for (std::size_t bit = 0; bit < 5 * 8; ++bit) {  // first byte and tag bind it to the HELLO
      Octets flipped = out;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1u << (bit % 8));
      EXPECT_FALSE(pair.to_device(flipped).ok()) << bit;
    }
  }
  // REJECT 1 never answers HELLO: anybody could end attempts with it.
  for (const std::uint8_t reason : Octets{0, 1, 5, 255}) {
    Octets out(64);
    out.resize(write_reject({out.data(), out.size()}, hello, RejectReason::Busy).value);
    out.back() = reason;
    EXPECT_FALSE(pair.to_device(out).ok()) << unsigned{reason};
  }
  EXPECT_EQ(pair.device->state(), State::AwaitingChallenge);
  expect_works(pair, pair.challenge_for(packet));
}

TEST(CompactHandshake, a_low_order_public_key_is_dropped_and_the_true_one_works) {
  CompactPair pair;
  const Octets good = begin(pair);
  for (const std::uint8_t point : Octets{0, 1}) {
    Octets challenge = good;
    std::fill(challenge.end() - 48, challenge.end() - 16, std::uint8_t{0});
    *(challenge.end() - 48) = point;
    EXPECT_EQ(pair.to_device(challenge).error, Error::Unauthentic);
    EXPECT_EQ(pair.device->state(), State::AwaitingChallenge);
  }
  expect_works(pair, good);
}

TEST(CompactHandshake, without_randomness_nothing_is_sent_and_later_it_works) {
  CompactPair pair;
  pair.device_random.empty = true;
  EXPECT_EQ(pair.device->connect(pair.now), Error::RandomFailed);
  EXPECT_EQ(pair.device->state(), State::Idle);
  EXPECT_TRUE(pair.device_packet().empty());
  pair.device_random.empty = false;
  pair.establish();
}

TEST(CompactHandshake, randomness_that_ends_between_attempts_makes_a_pause_and_no_old_keys) {
  CompactPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const Octets first = pair.device_packet();
  pair.device_random.empty = true;
  while (pair.device->state() == State::AwaitingChallenge) {
    pair.pass_to_next_deadline();
    const Octets again = pair.device_packet();
    EXPECT_TRUE(again.empty() || again == first);
  }
  for (int count = 0; count < 4; ++count) {
    pair.pass_to_next_deadline();
    EXPECT_EQ(pair.device->state(), State::AwaitingPauseEnd);
    EXPECT_TRUE(pair.device_packet().empty());
  }
  pair.device_random.empty = false;
  pair.pass_to_next_deadline();
  const Octets next = pair.device_packet();
  ASSERT_FALSE(next.empty());
  EXPECT_NE(next, first);
  expect_works(pair, pair.challenge_for(next));
}

// `size` bytes of unknown extensions: one with a value, one without, one that fills the rest.
Octets unknown_extensions(std::size_t size) {
  Octets extensions = {0x7f, 3, 1, 2, 3, 0x10, 0, 0xEE, static_cast<std::uint8_t>(size - 9)};
  extensions.resize(size, 0xEE);
  return extensions;
}

TEST(CompactHandshake, a_challenge_of_the_largest_size_is_taken) {
  PairOptions options = kUsual;
  options.gateway_cid = Octets(8, 9);
  const Octets largest_of_ours = unknown_extensions(kExtensionsSizeMaxGateway);
  CompactPair genuine(options);
  genuine.gateway_config.extensions = view(largest_of_ours);
  expect_works(genuine, begin(genuine));

  // A gateway of ours leaves room for a device's cid, so 192 bytes are made by hand.
  CompactPair pair(options);
  Octets challenge = begin(pair);
  const Octets extensions = unknown_extensions(kChallengeSizeMax - challenge.size());
  const std::size_t at = kCidSizeAt + 1 + 8;
  challenge[at] = static_cast<std::uint8_t>(extensions.size());
  challenge.insert(challenge.begin() + at + 1, extensions.begin(), extensions.end());
  ASSERT_EQ(challenge.size(), kChallengeSizeMax);
  EXPECT_TRUE(pair.to_device(challenge).ok());
  EXPECT_EQ(pair.device->state(), State::AwaitingSessionOk);
  EXPECT_EQ(pair.device_packet()[0], 0x33);
}

TEST(CompactHandshake, extensions_of_a_gateway_are_skipped) {
  const Octets extension = {0x7f, 3, 1, 2, 3, 0x10, 0};
  CompactPair pair;
  pair.gateway_config.extensions = view(extension);
  pair.establish();
  pair.device_sends(test::text("a"));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(CompactHandshake, a_malformed_challenge_is_dropped_and_the_genuine_one_works) {
  const auto dropped = [](const char* what, auto change) {
    CompactPair pair;
    const Octets extension = {0x7f, 1, 5, 0x20, 2, 1, 1};
    pair.gateway_config.extensions = view(extension);
    const Octets genuine = begin(pair);
    Octets challenge = genuine;
    change(challenge);
    const std::uint32_t before = pair.device->dropped();
    EXPECT_FALSE(pair.to_device(challenge).ok()) << what;
    EXPECT_EQ(pair.device->dropped(), before + 1) << what;
    EXPECT_EQ(pair.device->state(), State::AwaitingChallenge) << what;
    expect_works(pair, genuine);
  };
  const std::size_t ext_at = kCidSizeAt + 2;
  dropped("no suite", [](Octets& c) { c[kSuitesAt] = 0; });
  dropped("two suites", [](Octets& c) { c[kSuitesAt] = 3; });
  dropped("an unknown suite", [](Octets& c) { c[kSuitesAt] = 4; });
  dropped("the stream flag", [](Octets& c) { c[kFlagsAt] = 1; });
  dropped("max_packet 63", [](Octets& c) { c[kMaxPacketAt] = 63, c[kMaxPacketAt + 1] = 0; });
  dropped("max_message 0", [](Octets& c) { c[kMaxMessageAt] = c[kMaxMessageAt + 1] = 0; });
  dropped("window 0", [](Octets& c) { c[kWindowAt] = 0; });
  dropped("a cid of 9 bytes", [](Octets& c) {
    c[kCidSizeAt] = 9;
    c.insert(c.begin() + kCidSizeAt + 1, 9, 0);
  });
  dropped("a cid that is not there", [](Octets& c) { c[kCidSizeAt] = 8; });
  dropped("a cid of 255 bytes", [](Octets& c) { c[kCidSizeAt] = 255; });
  dropped("cut short", [](Octets& c) { c.pop_back(); });
  dropped("one byte more", [](Octets& c) { c.push_back(0); });
  dropped("nothing but its first byte", [](Octets& c) { c.resize(1); });
  dropped("cut before its key", [](Octets& c) { c.resize(20); });
  dropped("a tag of another HELLO", [](Octets& c) { c[4] ^= 0x80; });
  dropped("an extension beyond ext", [&](Octets& c) { c[ext_at + 1] = 6; });
  dropped("an extension far beyond ext", [&](Octets& c) { c[ext_at + 1] = 255; });
  dropped("half an extension's header", [&](Octets& c) { c[ext_at + 4] = 1; });
  dropped("ext beyond the packet", [&](Octets& c) { c[ext_at - 1] = 255; });
  dropped("193 bytes", [&](Octets& c) {
    const std::size_t more = kChallengeSizeMax + 1 - c.size();
    c[ext_at - 1] = static_cast<std::uint8_t>(7 + more);
    Octets extension(more, 0);
    extension[1] = static_cast<std::uint8_t>(more - 2);
    c.insert(c.begin() + ext_at + 7, extension.begin(), extension.end());
  });
}

TEST(CompactHandshake, other_flags_of_a_challenge_are_ignored) {
  CompactPair pair;
  Octets challenge = begin(pair);
  challenge[kFlagsAt] = 0xFE;
  EXPECT_TRUE(pair.to_device(challenge).ok());
}

TEST(CompactHandshake, a_suite_that_was_not_offered_is_dropped) {
  PairOptions options = kUsual;
  options.suites = kSuiteBitAes256Gcm;
  CompactPair pair(options);
  const Octets genuine = begin(pair);
  Octets challenge = genuine;
  challenge[kSuitesAt] = kSuiteBitChaCha20Poly1305;
  EXPECT_FALSE(pair.to_device(challenge).ok());
  expect_works(pair, genuine);
}

TEST(CompactHandshake, a_challenge_with_any_bit_flipped_leads_to_no_session) {
  const std::size_t size = [] {
    CompactPair pair;
    return begin(pair).size();
  }();
  for (std::size_t bit = 0; bit < size * 8; ++bit) {
    CompactPair pair;
    Octets challenge = begin(pair);
    challenge[bit / 8] = static_cast<std::uint8_t>(challenge[bit / 8] ^ 1u << (bit % 8));
    if (!pair.to_device(challenge).ok()) continue;
    const Octets answer = pair.answer_for(pair.device_packet());
    EXPECT_TRUE(answer.empty()) << "the gateway opens what is bound to another CHALLENGE, bit "
                                << bit;
  }
}

TEST(CompactHandshake, an_answer_with_any_bit_flipped_is_dropped_and_the_true_one_counts) {
  for (const bool right_key : {true, false}) {
    CompactPair pair;
    if (!right_key) pair.gateway_psk[0] ^= 1;
    pair.to_device(begin(pair));
    const Octets answer = pair.answer_for(pair.device_packet());
    ASSERT_EQ(answer[0], right_key ? 0x34 : 0x35);
    for (std::size_t bit = 0; bit < answer.size() * 8; ++bit) {
      Octets flipped = answer;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1u << (bit % 8));
      EXPECT_FALSE(pair.to_device(flipped).ok()) << bit;
    }
    Octets cut = answer, longer = answer;
    cut.pop_back();
    longer.push_back(0);
    EXPECT_FALSE(pair.to_device(cut).ok());
    EXPECT_FALSE(pair.to_device(longer).ok());
    EXPECT_FALSE(pair.to_device({answer[0]}).ok());
    EXPECT_EQ(pair.device->state(), State::AwaitingSessionOk);
    EXPECT_EQ(pair.to_device(answer).value.kind,
              right_key ? EventKind::Established : EventKind::AttemptFailed);
  }
}

TEST(CompactHandshake, a_gateway_that_does_not_have_the_key_gets_no_session) {
  CompactPair pair;
  pair.to_device(begin(pair));
  pair.device_packet();
  Octets forged(33, 0);
  forged[0] = 0x34;
  EXPECT_FALSE(pair.to_device(forged).ok()) << "a proof of zeros";
  EXPECT_EQ(pair.device->state(), State::AwaitingSessionOk);
}

TEST(CompactHandshake, a_retry_is_of_no_use_on_a_line_and_dropped) {
  CompactPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const Octets packet = pair.device_packet();
  Hello hello;
  ASSERT_EQ(parse_hello(view(packet), &hello), Error::None);
  const std::uint8_t cookie[kCookieSize] = {1};
  Octets retry(64);
  retry.resize(write_retry({retry.data(), retry.size()}, hello, cookie).value);
  EXPECT_FALSE(pair.to_device(retry).ok());
  expect_works(pair, pair.challenge_for(packet));
}

TEST(CompactHandshake, packets_of_every_first_byte_are_dropped_in_every_state) {
  CompactPair pair;
  const auto refused = [&pair] {
    for (unsigned byte0 = 0; byte0 < 256; ++byte0) {
      if (pair.device->established() && byte0 == 0x36) continue;  // RESET: a hint
      for (const std::size_t size : {1u, 5u, 6u, 17u, 33u, 40u, 66u}) {
        Octets packet(size, 0xA5);
        packet[0] = static_cast<std::uint8_t>(byte0);
        EXPECT_FALSE(pair.to_device(packet).ok()) << byte0 << " " << size;
      }
    }
    EXPECT_FALSE(pair.to_device({}).ok());
  };
  refused();
  const Octets challenge = begin(pair);
  refused();
  ASSERT_TRUE(pair.to_device(challenge).ok());
  const Octets hello_ack = pair.device_packet();
  refused();
  ASSERT_TRUE(pair.to_device(pair.answer_for(hello_ack)).ok());
  refused();
  EXPECT_TRUE(pair.device->established());
  pair.device_sends(test::text("after"));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
  pair.device->close(ByeReason::Done, pair.now);
  refused();
  pair.device_packet();
  refused();
  pair.establish();
}

TEST(CompactHandshake, connect_is_refused_while_one_is_under_way) {
  CompactPair pair;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  const Octets hello = pair.device_packet();
  EXPECT_EQ(pair.device->connect(pair.now), Error::WrongState);
  expect_works(pair, pair.challenge_for(hello));
  EXPECT_EQ(pair.device->connect(pair.now), Error::WrongState);
  CompactDevice bare;
  EXPECT_EQ(bare.connect(pair.now), Error::BadConfig) << "before init()";
}

TEST(CompactHandshake, close_ends_an_attempt_and_its_pause_for_good) {
  CompactPair pair;
  const Octets challenge = begin(pair);
  pair.device->close(ByeReason::Done, pair.now);
  EXPECT_EQ(pair.device->state(), State::Closed);
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_FALSE(pair.to_device(challenge).ok());
  pair.pass(1000000);
  EXPECT_EQ(pair.device->on_deadline(pair.now).kind, EventKind::None);
  EXPECT_TRUE(pair.device_packet().empty());
  pair.establish();
}

TEST(CompactHandshake, configurations_out_of_range_are_refused) {
  CompactPair pair;
  const auto refused = [&pair](auto change, std::uint16_t packet_room = 192, bool room = true) {
    DeviceConfig config = pair.device_config;
    change(config);
    CompactDevice device;
    std::uint8_t memory[1024];
    return device.init(config, room ? memory : nullptr, packet_room) == Error::BadConfig;
  };
  const auto nothing = [](DeviceConfig&) {};
  EXPECT_FALSE(refused(nothing));
  EXPECT_TRUE(refused(nothing, 191));
  EXPECT_TRUE(refused(nothing, 192, false));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.psk.size = 15; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.device_id.size = 0; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.device_id.size = 33; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.limits.max_packet = 63; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.limits.max_message = 0; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.limits.window = 0; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.limits.window = 2; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.cid_size = 1; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.suites = 0; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.suites = 4; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.early_data = true; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.medium = Medium::Udp; }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.medium = Medium::Stream; }));
  const Octets extension = {1, 0};
  EXPECT_TRUE(refused([&](DeviceConfig& config) { config.extensions = view(extension); }));
}

// The labels of compact_keys.hpp are numbers: a wrong one would still agree with itself.
TEST(CompactKeys, are_those_of_the_whole_key_schedule) {
  wire3::Hash chain, next;
  for (std::size_t index = 0; index < sizeof chain; ++index) {
    chain[index] = static_cast<std::uint8_t>(index * 11);
  }
  DirectionKey expected, got;
  wire3::derive_d2g(expected, chain);
  compact::expand(got, chain, compact::Label::DeviceToGateway);
  EXPECT_EQ(std::memcmp(&expected, &got, sizeof got), 0);
  wire3::derive_g2d(expected, chain);
  compact::expand(got, chain, compact::Label::GatewayToDevice);
  EXPECT_EQ(std::memcmp(&expected, &got, sizeof got), 0);
  std::memcpy(next, chain, sizeof next);
  wire3::next_chain(next);
  compact::expand(chain, chain, compact::Label::Next);
  EXPECT_EQ(std::memcmp(next, chain, sizeof next), 0) << "in place";
}

}  // namespace
}  // namespace usmp
