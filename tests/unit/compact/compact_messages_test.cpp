// Messages of a compact device's session: order, sizes, credit, acknowledgement, BYE (§4).
#include <gtest/gtest.h>

#include "keyed_pair.hpp"

namespace usmp {
namespace {

using test::CompactPair;
using test::Octets;
using test::PairOptions;

const PairOptions kUsual = test::usual_options<CompactDevice>();

Octets pattern(std::size_t size, std::uint8_t seed = 0) {
  Octets octets(size);
  for (std::size_t index = 0; index < size; ++index) {
    octets[index] = static_cast<std::uint8_t>(index * 7 + seed);
  }
  return octets;
}

TEST(CompactMessages, arrive_whole_both_ways_at_every_size_up_to_the_limit) {
  for (const std::size_t cid_size : {0u, 8u}) {
    PairOptions options = kUsual;
    options.gateway_cid = Octets(cid_size, 3);
    CompactPair pair(options);
    pair.establish();
    std::vector<Octets> up, down;
    for (std::size_t size = 0; size <= 1024; size += size < 300 ? 1 : 181) {
      up.push_back(pattern(size));
      down.push_back(pattern(size, 9));
      pair.device_sends(up.back());
      pair.gateway_sends(down.back());
    }
    up.push_back(pattern(4096));
    pair.device_sends(up.back());
    down.push_back(pattern(1024));
    pair.gateway_sends(down.back());
    pair.settle_in_time();
    EXPECT_EQ(pair.gateway_got, up);
    EXPECT_EQ(pair.device_got, down);
    EXPECT_TRUE(pair.device->send_idle());
    std::size_t finished = 0;
    while (const Outgoing* done = pair.device->take_finished()) {
      EXPECT_EQ(done->delivery, Delivery::Acknowledged);
      EXPECT_EQ(test::octets_of(done->content), up.at(finished)) << "in order";
      ++finished;
    }
    EXPECT_EQ(finished, up.size());
  }
}

TEST(CompactMessages, the_smallest_device_talks_to_the_largest_and_the_smallest_gateway) {
  for (const ReceiveLimits gateway : {ReceiveLimits{1232, 65535, 255}, ReceiveLimits{64, 64, 1}}) {
    PairOptions options = kUsual;
    options.device = {64, 64, 1};
    options.gateway = gateway;
    options.packet_room = CompactDevice::kPacketRoomMin;
    options.gateway_cid = Octets(8, 3);
    CompactPair pair(options);
    pair.establish();
    std::vector<Octets> up, down;
    for (std::size_t size = 0; size <= 64; ++size) {
      down.push_back(pattern(size));
      pair.gateway_sends(down.back());
      up.push_back(pattern(size, 3));
      pair.device_sends(up.back());
    }
    pair.settle_in_time();
    EXPECT_EQ(pair.device_got, down);
    EXPECT_EQ(pair.gateway_got, up);
  }
}

TEST(CompactMessages, a_message_of_64_kilobytes_goes_in_chunks) {
  PairOptions options = kUsual;
  options.gateway = {300, 65535, 2};
  CompactPair pair(options);
  pair.establish();
  pair.device_sends(pattern(65535));
  pair.settle_in_time();
  ASSERT_EQ(pair.gateway_got.size(), 1u);
  EXPECT_EQ(pair.gateway_got[0], pattern(65535));
}

TEST(CompactMessages, carry_their_channel_both_ways) {
  CompactPair pair;
  pair.establish();
  pair.device_sends(pattern(3), 7);
  pair.device_sends(pattern(2900), 255);
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got_channels, (std::vector<std::uint8_t>{7, 255}));
  for (const std::size_t size : {0u, 3u, 900u}) {
    pair.gateway_sends(pattern(size), static_cast<std::uint8_t>(9 + size));
    Message message{};
    for (int round = 0; round < 50 && !pair.device->message(&message); ++round) {
      pair.to_device(pair.gateway_packet());
      pair.to_gateway(pair.device_packet());
    }
    ASSERT_TRUE(pair.device->message(&message));
    EXPECT_EQ(message.channel, static_cast<std::uint8_t>(9 + size));
    EXPECT_EQ(message.content.size, size);
    pair.settle_in_time();
  }
}

TEST(CompactMessages, no_packet_is_larger_than_its_receiver_or_the_own_room_takes) {
  for (const std::uint16_t gateway_max : std::vector<std::uint16_t>{64, 100, 1232}) {
    PairOptions options = kUsual;
    options.gateway.max_packet = gateway_max;
    options.gateway_cid = Octets(5, 1);
    options.packet_room = 250;
    CompactPair pair(options);
    pair.establish();
    pair.device_sends(pattern(2000));
    std::size_t largest = 0;
    for (Octets packet = pair.device_packet(); !packet.empty(); packet = pair.device_packet()) {
      largest = std::max(largest, packet.size());
      pair.to_gateway(packet);
      pair.take_messages();
      pair.to_device(pair.gateway_packet());
    }
    EXPECT_LE(largest, std::min<std::size_t>(gateway_max, 250));
    EXPECT_GE(largest + 4, std::min<std::size_t>(gateway_max, 250)) << "and none much smaller";
    pair.settle_in_time();
    EXPECT_EQ(pair.gateway_got.size(), 1u);
  }
}

TEST(CompactMessages, too_large_is_refused_and_the_next_one_goes) {
  CompactPair pair;
  pair.establish();
  test::Posted large(pattern(4097));
  EXPECT_EQ(pair.device->send(large.node, pair.now), Error::TooLarge);
  EXPECT_TRUE(pair.device->send_idle());
  pair.device_sends(pattern(4096));
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(CompactMessages, without_a_session_none_is_taken) {
  CompactPair pair;
  test::Posted message(pattern(4));
  EXPECT_EQ(pair.device->send(message.node, pair.now), Error::WrongState);
  EXPECT_EQ(pair.device->send_datagram(test::view(message.content), 0, pair.now),
            Error::WrongState);
  EXPECT_EQ(pair.device->ping(pair.now), Error::WrongState);
  pair.establish();
  EXPECT_EQ(pair.device->send(message.node, pair.now), Error::None);
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(CompactMessages, one_too_large_for_the_next_session_is_refused_there_and_those_behind_go) {
  CompactPair pair;
  pair.establish();
  const test::Posted& small = pair.device_sends(pattern(10));
  const test::Posted& large = pair.device_sends(pattern(20));
  const test::Posted& behind = pair.device_sends(pattern(3));
  pair.gateway->close(ByeReason::GoingDown, pair.now);
  pair.to_device(pair.gateway_packet());
  pair.gateway_config.limits.max_message = 10;
  ASSERT_EQ(pair.device->connect(pair.now), Error::None);
  ASSERT_TRUE(pair.to_device(pair.challenge_for(pair.device_packet())).ok());
  // A CHALLENGE is not authentic: nothing is refused by what it says.
  const Octets hello_ack = pair.device_packet();
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_EQ(pair.device->take_finished(), nullptr);
  ASSERT_TRUE(pair.to_device(pair.answer_for(hello_ack)).ok());
  pair.settle_in_time();
  EXPECT_EQ(small.node.delivery, Delivery::Acknowledged);
  EXPECT_EQ(large.node.delivery, Delivery::Refused);
  EXPECT_EQ(behind.node.delivery, Delivery::Acknowledged);
  EXPECT_EQ(pair.gateway_got, (std::vector<Octets>{pattern(10), pattern(3)}));
  EXPECT_EQ(pair.device->take_finished(), &small.node);
  EXPECT_EQ(pair.device->take_finished(), &large.node);
  EXPECT_EQ(pair.device->take_finished(), &behind.node);
  EXPECT_EQ(pair.device->take_finished(), nullptr);
  EXPECT_TRUE(pair.device->can_sleep());
}

TEST(CompactMessages, a_duplicate_packet_delivers_nothing_twice_either_way) {
  CompactPair pair;
  pair.establish();
  pair.device_sends(pattern(10));
  const Octets up = pair.device_packet();
  EXPECT_TRUE(pair.to_gateway(up).ok());
  EXPECT_EQ(pair.to_gateway(up).error, Error::Replayed);
  pair.gateway_sends(pattern(10));
  pair.take_messages();
  const Octets down = pair.gateway_packet();
  EXPECT_TRUE(pair.to_device(down).ok());
  EXPECT_EQ(pair.to_device(down).error, Error::Replayed);
  pair.take_messages();
  EXPECT_EQ(pair.to_device(down).error, Error::Replayed);
  pair.settle_in_time();
  EXPECT_EQ(pair.device_got.size(), 1u);
  pair.gateway_sends(pattern(11));
  pair.device_sends(pattern(12));
  pair.settle_in_time();
  EXPECT_EQ(pair.device_got.size(), 2u);
  EXPECT_EQ(pair.gateway_got.size(), 2u);
}

TEST(CompactMessages, a_chunk_resent_in_a_new_packet_is_delivered_once_and_acknowledged_again) {
  CompactPair pair;
  pair.establish();
  pair.gateway_sends(pattern(10));
  pair.to_device(pair.gateway_packet());
  pair.take_messages();
  EXPECT_FALSE(pair.device_packet().empty()) << "the ACK, lost";
  pair.pass(1100);
  pair.gateway->on_deadline(pair.now);
  const Octets again = pair.gateway_packet();
  ASSERT_FALSE(again.empty());
  EXPECT_TRUE(pair.to_device(again).ok());
  Message message;
  EXPECT_FALSE(pair.device->message(&message));
  pair.settle_in_time();
  EXPECT_EQ(pair.device_got.size(), 1u);
  EXPECT_TRUE(pair.gateway->send_idle());
}

TEST(CompactMessages, every_flipped_bit_is_dropped_and_the_true_packet_still_counts) {
  for (const std::uint8_t suites : Octets{1, 2}) {
    PairOptions options = kUsual;
    options.suites = suites;
    CompactPair pair(options);
    pair.establish();
    pair.gateway_sends(pattern(30));
    const Octets packet = pair.gateway_packet();
    const std::uint32_t dropped = pair.device->dropped();
    for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
      Octets flipped = packet;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1u << (bit % 8));
      EXPECT_FALSE(pair.to_device(flipped).ok()) << bit;
    }
    EXPECT_EQ(pair.device->dropped(), dropped + packet.size() * 8);
    EXPECT_TRUE(pair.device_packet().empty()) << "nothing but a counter changed";
    for (std::size_t size = 0; size < packet.size(); ++size) {
      EXPECT_FALSE(pair.to_device(Octets(packet.begin(), packet.begin() + long(size))).ok());
    }
    EXPECT_TRUE(pair.to_device(packet).ok());
    pair.take_messages();
    EXPECT_EQ(pair.device_got, std::vector<Octets>{pattern(30)});
  }
}

TEST(CompactMessages, a_lost_packet_is_resent_with_doubled_timeouts_the_same_bytes_inside) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  pair.device_sends(pattern(100));
  const Octets first = pair.device_packet();
  std::vector<Duration> spans;
  Instant sent = pair.now;
  for (int repeat = 0; repeat < 4; ++repeat) {
    EXPECT_TRUE(pair.device_packet().empty());
    pair.now = pair.device->next_deadline(pair.now);
    pair.device->on_deadline(pair.now);
    const Octets again = pair.device_packet();
    ASSERT_EQ(again.size(), first.size());
    EXPECT_EQ(again[1], repeat + 1) << "with a number of its own";
    spans.push_back(pair.now.since(sent));
    sent = pair.now;
    if (repeat < 3) continue;
    EXPECT_TRUE(pair.to_gateway(again).ok());
  }
  EXPECT_EQ(spans, (std::vector<Duration>{1000, 2000, 4000, 8000}));
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got, std::vector<Octets>{pattern(100)});
  // ACK of something new: no doubling any more, and no sample from a chunk sent more than once.
  pair.device_sends(pattern(3));
  pair.device_packet();
  sent = pair.now;
  EXPECT_EQ(pair.device->next_deadline(pair.now).since(sent), 1000u);
}

TEST(CompactMessages, the_timeout_follows_the_round_trips_that_were_measured) {
  for (const Duration round_trip : {0u, 200u, 3000u}) {
    CompactPair pair;
    pair.establish();
    for (int count = 0; count < 30; ++count) {
      pair.device_sends(pattern(5));
      const Octets packet = pair.device_packet();
      pair.pass(round_trip);
      pair.device->on_deadline(pair.now);
      pair.to_gateway(packet);
      pair.settle_in_time();
    }
    pair.device_sends(pattern(5));
    pair.device_packet();
    const Duration timeout = pair.device->next_deadline(pair.now).since(pair.now);
    if (round_trip == 0) {
      EXPECT_EQ(timeout, kRtoMinSlowLine);
    } else if (round_trip == 200) {
      EXPECT_GE(timeout, 200u);
      EXPECT_LE(timeout, 260u);
    } else {
      EXPECT_GE(timeout, 1000u) << "resent before they came: no sample";
    }
    pair.settle_in_time();
  }
}

TEST(CompactMessages, an_application_that_does_not_take_holds_the_gateway_back_and_loses_nothing) {
  PairOptions options = kUsual;
  options.device = {64, 64, 1};
  CompactPair pair(options);
  pair.establish();
  for (std::uint8_t count = 0; count < 10; ++count) pair.gateway_sends(Octets{count});
  Message message{};
  for (int round = 0; round < 200 && pair.now.ms < 40000; ++round) {  // nobody takes
    const Octets down = pair.gateway_packet();
    if (!down.empty()) pair.to_device(down);
    const Octets up = pair.device_packet();
    if (!up.empty()) pair.to_gateway(up);
    if (down.empty() && up.empty()) pair.pass_to_next_deadline();
    if (pair.device->message(&message)) {
      EXPECT_EQ(test::octets_of(message.content), Octets{0}) << "the first one stays";
    }
  }
  EXPECT_TRUE(pair.device->established());
  for (int round = 0; round < 50 && pair.device_got.size() < 10; ++round) {
    pair.settle_in_time();
    pair.pass_to_next_deadline();
  }
  ASSERT_EQ(pair.device_got.size(), 10u);
  for (std::uint8_t count = 0; count < 10; ++count) EXPECT_EQ(pair.device_got[count][0], count);
}

TEST(CompactMessages, a_chunk_outside_the_credit_is_dropped_and_answered_with_an_ack_at_once) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  const Octets one = {0x0b, 0, 0, 0, 1, 0, 'a'}, two = {0x0b, 1, 0, 0, 1, 0, 'b'};
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, one)).ok());
  EXPECT_FALSE(pair.device_packet().empty());
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 1, two)).ok());
  EXPECT_FALSE(pair.device_packet().empty()) << "an ACK";
  const Octets beyond = {0x0b, 9, 0, 0, 1, 0, 'c'};
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 2, beyond)).ok());
  EXPECT_FALSE(pair.device_packet().empty());
  pair.take_messages();
  EXPECT_FALSE(pair.device_packet().empty()) << "credit rises from 0: told at once";
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 3, two)).ok());
  pair.take_messages();
  EXPECT_EQ(pair.device_got, (std::vector<Octets>{{'a'}, {'b'}}));
}

TEST(CompactMessages, credit_0_holds_them_and_is_probed_with_ping_until_it_rises) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  const Octets no_credit = {0x04, 0, 0, 0, 0, 0, 0, 0};
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, no_credit)).ok());
  pair.device_sends(pattern(10));
  EXPECT_TRUE(pair.device_packet().empty());
  const Instant start = pair.now;
  for (const Duration probe : {1000u, 3000u, 7000u}) {
    pair.now = pair.device->next_deadline(pair.now);
    pair.device->on_deadline(pair.now);
    EXPECT_EQ(pair.now.since(start), probe);
    const Octets packet = pair.device_packet();
    EXPECT_EQ(packet.size(), 1u + 4 + 2 + 16) << "a PING and no more";
    const std::uint32_t seq = probe;  // an answer without credit
    ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), seq, no_credit)).ok());
    EXPECT_TRUE(pair.device_packet().empty());
  }
  const Octets credit = {0x04, 0, 0, 1, 0, 0, 0, 0};
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 8000, credit)).ok());
  EXPECT_TRUE(pair.to_gateway(pair.device_packet()).ok());
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got, std::vector<Octets>{pattern(10)});
}

TEST(CompactMessages, an_ack_that_goes_back_counts_for_nothing) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  pair.device_sends(pattern(10));
  pair.to_gateway(pair.device_packet());
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 5, {4, 1, 0, 1, 0, 0, 0, 0})).ok());
  EXPECT_TRUE(pair.device->send_idle());
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 6, {4, 0, 0, 0, 0, 0, 0, 0})).ok());
  EXPECT_TRUE(pair.device->established());
  pair.device_sends(pattern(11));
  EXPECT_TRUE(pair.to_gateway(pair.device_packet()).ok()) << "its credit of 0 did not count";
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got.size(), 2u);
}

TEST(CompactMessages, an_ack_rides_with_an_answer_in_one_packet) {
  CompactPair pair;
  pair.establish();
  pair.gateway_sends(pattern(10));
  pair.to_device(pair.gateway_packet());
  pair.take_messages();
  pair.device_sends(pattern(10));
  EXPECT_TRUE(pair.to_gateway(pair.device_packet()).ok());
  EXPECT_TRUE(pair.device_packet().empty()) << "one packet holds both";
  EXPECT_TRUE(pair.gateway->send_idle());
}

TEST(CompactMessages, many_in_a_row_count_over_the_end_of_16_bits) {
  PairOptions options = kUsual;
  options.gateway = {300, 64, 2};
  CompactPair pair(options);
  pair.establish();
  test::Posted message(pattern(1));
  for (std::uint32_t count = 0; count < 0x10005; ++count) {
    ASSERT_EQ(pair.device->send(message.node, pair.now), Error::None);
    pair.to_gateway(pair.device_packet());
    pair.take_messages();
    pair.to_device(pair.gateway_packet());
    ASSERT_EQ(pair.device->take_finished(), &message.node) << count;
  }
  EXPECT_EQ(pair.gateway_got.size(), 0x10005u);
}

TEST(CompactBye, ends_the_session_at_once_and_gives_messages_back) {
  CompactPair pair;
  pair.establish();
  test::Posted& unsent = pair.device_sends(pattern(10));
  test::Posted& behind = pair.device_sends(pattern(11));
  EXPECT_EQ(pair.device->take_back(), nullptr) << "the session has them";
  pair.gateway->close(ByeReason::GoingDown, pair.now);
  EXPECT_EQ(pair.to_device(pair.gateway_packet()).value.cause, Cause::ByeGoingDown);
  EXPECT_EQ(pair.device->state(), State::Closed);
  EXPECT_TRUE(pair.device_packet().empty()) << "without an answer";
  EXPECT_EQ(pair.device->take_back(), &unsent.node);
  EXPECT_EQ(unsent.node.delivery, Delivery::Returned);
  EXPECT_EQ(pair.device->take_back(), &behind.node);
  EXPECT_EQ(pair.device->take_back(), nullptr);
  pair.establish();
  pair.device_sends(pattern(4));
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got, std::vector<Octets>{pattern(4)});
}

TEST(CompactBye, each_reason_is_told) {
  const std::pair<std::uint8_t, Cause> reasons[] = {
      {0, Cause::ByeDone},     {1, Cause::ByeProtocolError}, {2, Cause::ByeIdle},
      {3, Cause::ByeReplaced}, {4, Cause::ByeRevoked},       {5, Cause::ByeGoingDown},
      {6, Cause::ByeOther},    {255, Cause::ByeOther}};
  for (const auto& [reason, cause] : reasons) {
    test::KeyedPair<CompactPair> keyed;
    const auto event = keyed.pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, {3, reason}));
    EXPECT_EQ(event.value.kind, EventKind::Closed);
    EXPECT_EQ(event.value.cause, cause);
    keyed.pair.establish();
  }
}

TEST(CompactBye, messages_left_in_the_session_go_again_from_their_start_in_the_next_one) {
  CompactPair pair;
  pair.establish();
  pair.device_sends(pattern(3000));
  pair.device_sends(pattern(5));
  pair.to_gateway(pair.device_packet());
  pair.to_device(pair.gateway_packet());  // its first chunk is acknowledged
  pair.device_packet();
  pair.gateway->close(ByeReason::Replaced, pair.now);
  pair.to_device(pair.gateway_packet());
  pair.establish();
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got, (std::vector<Octets>{pattern(3000), pattern(5)}));
}

TEST(CompactBye, half_a_message_that_came_in_is_forgotten_with_its_session) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  const Octets half = {0x0a, 0, 0, 3, 4, 0, 'h', 'a', 'l', 'f', 0x03, 0};
  EXPECT_EQ(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, half)).value.kind,
            EventKind::Closed);
  pair.establish();
  pair.gateway_sends(test::text("whole"));
  pair.settle_in_time();
  EXPECT_EQ(pair.device_got, std::vector<Octets>{test::text("whole")});
}

TEST(CompactBye, a_message_in_the_packet_of_a_bye_or_before_a_breach_is_still_there) {
  for (const Octets& end : {Octets{0x03, 0}, Octets{0x06}}) {
    test::KeyedPair<CompactPair> keyed;
    CompactPair& pair = keyed.pair;
    Octets frames = {0x0b, 0, 0, 7, 1, 0, 'a'};
    frames.insert(frames.end(), end.begin(), end.end());
    EXPECT_EQ(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, frames)).value.kind,
              EventKind::Closed);
    pair.device_packet();
    EXPECT_EQ(pair.device->state(), State::Closed);
    ASSERT_EQ(pair.device->connect(pair.now), Error::None);
    const Octets challenge = pair.challenge_for(pair.device_packet());
    EXPECT_EQ(pair.to_device(challenge).error, Error::MessageWaiting);
    pair.take_messages();
    EXPECT_EQ(pair.device_got, std::vector<Octets>{{'a'}});
    EXPECT_TRUE(pair.to_device(challenge).ok()) << "HELLO and its answer are repeated until then";
    EXPECT_EQ(pair.to_device(pair.answer_for(pair.device_packet())).value.kind,
              EventKind::Established);
  }
}

TEST(CompactBye, a_device_that_is_done_says_so_once) {
  CompactPair pair;
  pair.establish();
  test::Posted& left = pair.device_sends(pattern(10));
  pair.device->close(ByeReason::Done, pair.now);
  EXPECT_EQ(pair.device->take_back(), nullptr) << "not before the BYE is out";
  pair.device->close(ByeReason::Done, pair.now);
  EXPECT_EQ(pair.to_gateway(pair.device_packet()).value.cause, Cause::ByeDone);
  EXPECT_EQ(pair.device->state(), State::Closed);
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_EQ(pair.device->take_back(), &left.node);
}

class CompactBreach : public testing::TestWithParam<test::Breach> {};

TEST_P(CompactBreach, is_answered_with_bye_1_and_the_next_session_works) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  const auto event = pair.to_device(keyed.packet(keyed.g2d, Bytes(), 5, GetParam().frames));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event.value.kind, EventKind::Closed);
  EXPECT_EQ(event.value.cause, Cause::ByeProtocolError);
  EXPECT_EQ(pair.to_gateway(pair.device_packet()).value.cause, Cause::ByeProtocolError);
  EXPECT_EQ(pair.device->state(), State::Closed);
  pair.establish();
  pair.device_sends(test::text("again"));
  pair.gateway_sends(test::text("and back"));
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got, std::vector<Octets>{test::text("again")});
  EXPECT_EQ(pair.device_got, std::vector<Octets>{test::text("and back")});
}

std::vector<test::Breach> all_breaches() {
  std::vector<test::Breach> all = test::breaches();
  all.push_back({"reserved_first_byte", {0x07}});
  all.push_back({"first_byte_behind_the_last", {0x0d}});
  all.push_back({"ack_far_ahead", {0x04, 0xFF, 0x7F, 1, 0, 0, 0, 0}});
  all.push_back({"ack_of_the_last_bit", {0x04, 0, 0, 1, 0, 0, 0, 0x80}});
  all.push_back({"datagram_without_size", {0x0c, 0, 1}});
  all.push_back({"data_without_size", {0x09, 0, 0, 1}});
  Octets large(6 + 1025, 0);
  large[0] = 0x0b, large[4] = 1025 & 0xFF, large[5] = 1025 >> 8;
  all.push_back({"message_beyond_max_message", large});
  Octets datagram(4 + 1025, 0);
  datagram[0] = 0x0c, datagram[2] = 1025 & 0xFF, datagram[3] = 1025 >> 8;
  all.push_back({"datagram_beyond_max_message", datagram});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Each, CompactBreach, testing::ValuesIn(all_breaches()),
                         [](const auto& test_case) { return test_case.param.name; });

TEST(CompactBreaches, a_message_beyond_max_message_in_its_second_chunk_is_one) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  Octets first(6 + 1024, 1), second = {0x09, 1, 0, 1, 0, 9};
  first[0] = 0x0a, first[1] = first[2] = first[3] = 0, first[4] = 0, first[5] = 4;
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, first)).ok());
  EXPECT_TRUE(pair.device->established());
  EXPECT_EQ(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 1, second)).value.cause,
            Cause::ByeProtocolError);
  pair.device_packet();
  pair.establish();
}

TEST(CompactBreaches, empty_packets_pads_and_pongs_are_none) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  EXPECT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, {})).ok());
  EXPECT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 1, {0, 0, 2, 77, 0})).ok());
  EXPECT_TRUE(pair.device_packet().empty());
  EXPECT_EQ(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 2, {5})).value.kind,
            EventKind::Drained);
  EXPECT_TRUE(pair.device->established());
}

TEST(CompactBreaches, a_ping_is_answered_with_its_token_and_an_ack_in_one_packet) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  EXPECT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, {1, 77})).ok());
  Octets packet = pair.device_packet();
  MutableBytes frames;
  wire3::DataHeader header;
  ASSERT_EQ(wire3::read_data_header(test::view(packet), Bytes(), &header), Error::None);
  ASSERT_TRUE(wire3::open_data(crypto::Suite::Aes256Gcm, keyed.d2g, header,
                               {packet.data(), packet.size()}, &frames));
  EXPECT_EQ(test::octets_of(frames), (Octets{4, 0, 0, 1, 0, 0, 0, 0, 2, 77}));
  EXPECT_TRUE(pair.device_packet().empty());
}

}  // namespace
}  // namespace usmp
