// Messages and datagrams of an established session: order, sizes, credit, acknowledgement, BYE.
#include <gtest/gtest.h>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::Octets;
using test::PairOptions;
using test::SessionPair;

Octets pattern(std::size_t size, std::uint8_t seed = 0) {
  Octets octets(size);
  for (std::size_t index = 0; index < size; ++index) {
    octets[index] = static_cast<std::uint8_t>(index * 7 + seed);
  }
  return octets;
}

TEST(Messages, arrive_whole_both_ways_at_every_size_up_to_the_limit) {
  SessionPair pair;
  pair.establish();
  std::vector<Octets> up, down;
  for (std::size_t size = 0; size <= 1024; size += size < 300 ? 1 : 181) {
    up.push_back(pattern(size));
    down.push_back(pattern(size, 9));
    pair.device_sends(up.back());
    pair.gateway_sends(down.back());
  }
  pair.settle();
  EXPECT_EQ(pair.gateway_got, up);
  EXPECT_EQ(pair.device_got, down);
  EXPECT_TRUE(pair.device->send_idle());
  while (Outgoing* done = pair.device->take_finished()) {
    EXPECT_EQ(done->delivery, Delivery::Acknowledged);
  }
}

TEST(Messages, the_smallest_device_talks_to_the_largest_gateway) {
  PairOptions options;
  options.device = {64, 64, 1};
  options.gateway = {1232, 65535, 255};
  options.device_cid_size = 8;
  SessionPair pair(options);
  pair.establish();
  std::vector<Octets> up, down;
  for (std::size_t size = 0; size <= 64; ++size) {
    down.push_back(pattern(size));
    pair.gateway_sends(down.back());
    up.push_back(pattern(size, 3));
    pair.device_sends(up.back());
  }
  pair.settle();
  EXPECT_EQ(pair.device_got, down);
  EXPECT_EQ(pair.gateway_got, up);
}

TEST(Messages, carry_their_channel) {
  SessionPair pair;
  pair.establish();
  pair.device_sends(pattern(3), 7);
  pair.device_sends(pattern(900), 255);
  pair.settle();
  EXPECT_EQ(pair.gateway_got_channels, (std::vector<std::uint8_t>{7, 255}));
}

TEST(Messages, too_large_is_refused_and_the_next_one_goes) {
  SessionPair pair;
  pair.establish();
  test::Posted large(pattern(4097));
  EXPECT_EQ(pair.device->send(large.node, pair.now), Error::TooLarge);
  pair.device_sends(pattern(4096));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(Messages, no_packet_is_larger_than_its_receiver_takes) {
  PairOptions options;
  options.device = {64, 1024, 9};
  SessionPair pair(options);
  pair.establish();
  for (int count = 0; count < 20; ++count) pair.gateway_sends(pattern(200));
  for (int round = 0; round < 1000; ++round) {
    const Octets packet = pair.gateway_packet();
    EXPECT_LE(packet.size(), 64u);
    if (!packet.empty()) pair.to_device(packet);
    pair.take_messages();
    const Octets back = pair.device_packet();
    if (!back.empty()) pair.to_gateway(back);
  }
  EXPECT_EQ(pair.device_got.size(), 20u);
}

TEST(Messages, a_short_buffer_is_told_and_a_larger_one_sends) {
  SessionPair pair;
  pair.establish();
  pair.device_sends(pattern(500));
  std::uint8_t small[100];
  EXPECT_EQ(pair.device->poll_transmit(MutableBytes(small), pair.now).error, Error::BufferTooSmall);
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(Messages, a_duplicate_packet_delivers_nothing_twice) {
  SessionPair pair;
  pair.establish();
  pair.device_sends(pattern(10));
  const Octets packet = pair.device_packet();
  EXPECT_TRUE(pair.to_gateway(packet).ok());
  EXPECT_EQ(pair.to_gateway(packet).error, Error::Replayed);
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
  pair.settle();
  pair.device_sends(pattern(11));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 2u);
}

TEST(Messages, every_flipped_bit_is_dropped_and_the_true_packet_still_counts) {
  SessionPair pair;
  pair.establish();
  pair.device_sends(pattern(30));
  const Octets packet = pair.device_packet();
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    Octets flipped = packet;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1u << (bit % 8));
    EXPECT_FALSE(pair.to_gateway(flipped).ok()) << bit;
  }
  EXPECT_TRUE(pair.to_gateway(packet).ok());
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(Messages, lost_packets_are_resent_by_the_timer) {
  SessionPair pair;
  pair.establish();
  for (int count = 0; count < 5; ++count) pair.device_sends(pattern(100));
  while (!pair.device_packet().empty()) {
  }
  for (int round = 0; round < 20 && !pair.device->send_idle(); ++round) {
    pair.pass_to_next_deadline();
    pair.settle();
  }
  EXPECT_EQ(pair.gateway_got.size(), 5u);
  EXPECT_GT(pair.device->chunks_resent(), 0u);
}

TEST(Messages, an_application_that_does_not_take_holds_the_sender_back_and_loses_nothing) {
  PairOptions options;
  options.device = {64, 64, 2};
  SessionPair pair(options);
  pair.establish();
  for (std::uint8_t count = 0; count < 10; ++count) pair.gateway_sends(Octets{count});
  for (int round = 0; round < 50; ++round) {  // nobody takes
    const Octets down = pair.gateway_packet();
    if (!down.empty()) pair.to_device(down);
    const Octets up = pair.device_packet();
    if (!up.empty()) pair.to_gateway(up);
    if (down.empty() && up.empty()) pair.pass_to_next_deadline();
    if (pair.now.ms > 20000) break;
  }
  EXPECT_TRUE(pair.device->established());
  for (int round = 0; round < 50 && pair.device_got.size() < 10; ++round) {
    pair.settle();
    pair.pass_to_next_deadline();
  }
  ASSERT_EQ(pair.device_got.size(), 10u);
  for (std::uint8_t count = 0; count < 10; ++count) EXPECT_EQ(pair.device_got[count][0], count);
}

TEST(Messages, an_ack_rides_with_an_answer_in_one_packet) {
  SessionPair pair;
  pair.establish();
  pair.device_sends(pattern(10));
  pair.to_gateway(pair.device_packet());
  pair.take_messages();
  pair.gateway_sends(pattern(10));
  EXPECT_FALSE(pair.gateway_packet().empty());
  EXPECT_TRUE(pair.gateway_packet().empty()) << "one packet holds both";
}

TEST(Messages, several_small_ones_share_a_packet) {
  SessionPair pair;
  pair.establish();
  for (int count = 0; count < 4; ++count) pair.device_sends(pattern(20));
  pair.to_gateway(pair.device_packet());
  EXPECT_TRUE(pair.device_packet().empty());
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got.size(), 4u);
}

TEST(Datagrams, arrive_once_and_several_in_one_packet_are_all_found) {
  SessionPair pair;
  pair.establish();
  const Octets bytes = test::text("lossy");
  ASSERT_EQ(pair.device->send_datagram(test::view(bytes), 3, pair.now), Error::None);
  EXPECT_EQ(pair.device->send_datagram(test::view(bytes), 3, pair.now), Error::Full);
  pair.device_sends(test::text("kept"));
  Octets packet = pair.device_packet();
  ASSERT_TRUE(
      pair.gateway->receive({packet.data(), packet.size()}, pair.address, pair.budget, pair.now)
          .ok());
  Message message;
  ASSERT_TRUE(pair.gateway->next_datagram(&message));
  EXPECT_EQ(test::octets_of(message.content), bytes);
  EXPECT_EQ(message.channel, 3);
  EXPECT_FALSE(pair.gateway->next_datagram(&message));
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(Datagrams, too_large_ones_are_refused_and_the_largest_goes) {
  SessionPair pair;
  pair.establish();
  const std::size_t most = pair.gateway->datagram_size_max();
  EXPECT_EQ(most, 256u - 29u);
  const Octets fits(most), larger(most + 1);
  EXPECT_EQ(pair.gateway->send_datagram(test::view(larger), 0, pair.now), Error::TooLarge);
  EXPECT_EQ(pair.gateway->send_datagram(test::view(fits), 0, pair.now), Error::None);
  Octets packet = pair.gateway_packet();
  ASSERT_TRUE(pair.device->receive({packet.data(), packet.size()}, pair.now).ok());
  Message message;
  EXPECT_TRUE(pair.device->next_datagram(&message));
}

TEST(Datagrams, are_dropped_without_room_in_the_congestion_window) {
  SessionPair pair;
  pair.establish();
  const Octets bytes(5);
  for (int count = 0; count < 4; ++count) {
    ASSERT_EQ(pair.device->send_datagram(test::view(bytes), 0, pair.now), Error::None);
    pair.device_packet();
  }
  EXPECT_EQ(pair.device->send_datagram(test::view(bytes), 0, pair.now), Error::Congested);
  pair.pass(1000);
  EXPECT_EQ(pair.device->send_datagram(test::view(bytes), 0, pair.now), Error::None);
}

TEST(Bye, ends_the_session_at_once_and_gives_messages_back) {
  SessionPair pair;
  pair.establish();
  test::Posted& unsent = pair.device_sends(pattern(10));
  pair.gateway->close(ByeReason::GoingDown, pair.now);
  EXPECT_EQ(pair.to_device(pair.gateway_packet()).value.cause, Cause::ByeGoingDown);
  EXPECT_EQ(pair.device->state(), State::Closed);
  EXPECT_EQ(pair.gateway->state(), State::Closed);
  EXPECT_TRUE(pair.device_packet().empty()) << "without an answer";
  EXPECT_EQ(pair.device->take_back(), &unsent.node);
  EXPECT_EQ(unsent.node.delivery, Delivery::Returned);
  EXPECT_EQ(pair.device->take_back(), nullptr);
  pair.establish();
  pair.device_sends(pattern(4));
  pair.settle();
  EXPECT_EQ(pair.gateway_got.back(), pattern(4));
}

TEST(Bye, messages_left_in_the_session_go_again_in_the_next_one) {
  SessionPair pair;
  pair.establish();
  pair.device_sends(pattern(700));
  pair.device_packet();
  pair.gateway->close(ByeReason::Replaced, pair.now);
  pair.to_device(pair.gateway_packet());
  pair.establish();
  pair.settle();
  ASSERT_EQ(pair.gateway_got.size(), 1u);
  EXPECT_EQ(pair.gateway_got[0], pattern(700));
}

TEST(Bye, a_device_that_is_done_says_so) {
  SessionPair pair;
  pair.establish();
  pair.device->close(ByeReason::Done, pair.now);
  EXPECT_EQ(pair.to_gateway(pair.device_packet()).value.cause, Cause::ByeDone);
  EXPECT_EQ(pair.device->state(), State::Closed);
}

// Datagrams are never acknowledged: no timer tells when they left the congestion window.
TEST(Messages, one_behind_datagrams_that_fill_the_congestion_window_goes_a_round_trip_later) {
  SessionPair pair;
  pair.establish();
  const Octets reading = test::text("23.5 C");
  Error error = Error::None;
  for (int count = 0; error == Error::None; ++count) {
    ASSERT_LT(count, 100);
    error = pair.device->send_datagram(test::view(reading), 0, pair.now);
    pair.device_packet();
  }
  ASSERT_EQ(error, Error::Congested);
  pair.device_sends(test::text("alarm"));
  EXPECT_TRUE(pair.device_packet().empty());
  const Instant next = pair.device->next_deadline(pair.now);
  EXPECT_LE(next.since(pair.now), kRtoInitial);
  pair.now = next;
  pair.device->on_deadline(pair.now);
  pair.settle();
  EXPECT_EQ(pair.gateway_got, std::vector<Octets>{test::text("alarm")});
}

}  // namespace
}  // namespace usmp
