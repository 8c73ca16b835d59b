// Datagrams of a compact device: they lie in the packet that brought them, among other frames.
#include <gtest/gtest.h>

#include "keyed_pair.hpp"

namespace usmp {
namespace {

using test::CompactPair;
using test::Octets;
using test::PairOptions;
using test::view;

const PairOptions kUsual = test::usual_options<CompactDevice>();

std::vector<std::pair<std::uint8_t, Octets>> taken(CompactDevice& device) {
  std::vector<std::pair<std::uint8_t, Octets>> all;
  Message message;
  while (device.next_datagram(&message)) {
    all.emplace_back(message.channel, test::octets_of(message.content));
  }
  return all;
}

TEST(CompactDatagrams, go_out_once_beside_a_message) {
  CompactPair pair;
  pair.establish();
  const Octets bytes = test::text("lossy");
  ASSERT_EQ(pair.device->send_datagram(view(bytes), 3, pair.now), Error::None);
  EXPECT_TRUE(pair.device->datagram_waiting());
  EXPECT_FALSE(pair.device->can_sleep());
  EXPECT_EQ(pair.device->send_datagram(view(bytes), 3, pair.now), Error::Full);
  pair.device_sends(test::text("kept"));
  ASSERT_TRUE(pair.to_gateway(pair.device_packet()).ok());
  EXPECT_FALSE(pair.device->datagram_waiting());
  EXPECT_TRUE(pair.device_packet().empty());
  Message message;
  ASSERT_TRUE(pair.gateway->next_datagram(&message));
  EXPECT_EQ(test::octets_of(message.content), bytes);
  EXPECT_EQ(message.channel, 3);
  EXPECT_FALSE(pair.gateway->next_datagram(&message));
  pair.settle_in_time();
  EXPECT_EQ(pair.gateway_got.size(), 1u);
}

TEST(CompactDatagrams, too_large_ones_are_refused_and_the_largest_goes_beside_a_full_chunk) {
  for (const std::uint16_t max_packet : std::vector<std::uint16_t>{64, 100, 1232}) {
    PairOptions options = kUsual;
    options.gateway.max_packet = max_packet;
    options.gateway_cid = Octets(8, 2);
    options.packet_room = 500;
    CompactPair pair(options);
    pair.establish();
    const std::size_t most = pair.device->datagram_size_max();
    EXPECT_EQ(most, std::min<std::size_t>(max_packet, 500) - 29 - 8);
    const Octets fits(most, 4), larger(most + 1, 4);
    EXPECT_EQ(pair.device->send_datagram(view(larger), 0, pair.now), Error::TooLarge);
    pair.device_sends(Octets(600, 1));
    ASSERT_EQ(pair.device->send_datagram(view(fits), 0, pair.now), Error::None);
    int datagrams = 0;
    for (Octets up = pair.device_packet(); !up.empty(); up = pair.device_packet()) {
      ASSERT_TRUE(pair.to_gateway(up).ok());
      Message message;
      if (pair.gateway->next_datagram(&message)) {
        ++datagrams;
        EXPECT_EQ(test::octets_of(message.content), fits);
      }
      pair.take_messages();
      pair.to_device(pair.gateway_packet());
    }
    EXPECT_EQ(datagrams, 1);
    pair.settle_in_time();
    EXPECT_EQ(pair.gateway_got.size(), 1u);
  }
}

TEST(CompactDatagrams, the_largest_message_bounds_them_too) {
  PairOptions options = kUsual;
  options.gateway.max_message = 10;
  CompactPair pair(options);
  pair.establish();
  EXPECT_EQ(pair.device->datagram_size_max(), 10u);
}

TEST(CompactDatagrams, several_in_one_packet_are_all_found_whatever_stands_between) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  const Octets frames = {0,    0x0c, 1, 1, 0,   'a',                  // behind a PAD
                         0x0b, 0,    0, 9, 2,   0,   'm', 's',        // a message
                         0x0c, 2,    0, 0,                            // empty
                         1,    55,                                    // PING
                         0x0c, 3,    3, 0, 'c', 'd', 'e', 5,   0, 0,  // DRAINED, PADs
                         0x0c, 4,    1, 0, 'f'};
  const auto event = pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, frames));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event.value.kind, EventKind::Drained);
  EXPECT_EQ(taken(*pair.device), (std::vector<std::pair<std::uint8_t, Octets>>{
                                     {1, {'a'}}, {2, {}}, {3, {'c', 'd', 'e'}}, {4, {'f'}}}));
  EXPECT_TRUE(taken(*pair.device).empty());
  Message message;
  ASSERT_TRUE(pair.device->message(&message));
  EXPECT_EQ(test::octets_of(message.content), (Octets{'m', 's'}));
  EXPECT_EQ(message.channel, 9);
}

TEST(CompactDatagrams, those_not_taken_end_with_the_next_packet_even_if_that_is_dropped) {
  test::KeyedPair<CompactPair> keyed;
  CompactPair& pair = keyed.pair;
  const Octets frames = {0x0c, 1, 1, 0, 'a', 0x0c, 1, 1, 0, 'b'};
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, frames)).ok());
  Message message;
  ASSERT_TRUE(pair.device->next_datagram(&message));
  EXPECT_FALSE(pair.to_device(Octets(40, 0x38)).ok());
  EXPECT_FALSE(pair.device->next_datagram(&message));
  ASSERT_TRUE(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 1, frames)).ok());
  EXPECT_EQ(taken(*pair.device).size(), 2u);
}

// A port may use one buffer for both ways: what goes out lies over what came in.
TEST(CompactDatagrams, those_not_taken_end_with_the_next_packet_out) {
  for (const Octets& end : {Octets{1, 9}, Octets{0x03, 0}}) {  // PING, and BYE before a HELLO
    test::KeyedPair<CompactPair> keyed;
    CompactPair& pair = keyed.pair;
    Octets frames = {0x0c, 1, 1, 0, 'a', 0x0c, 1, 1, 0, 'b'};
    frames.insert(frames.end(), end.begin(), end.end());
    Octets buffer = keyed.packet(keyed.g2d, Bytes(), 0, frames);
    const std::size_t size = buffer.size();
    buffer.resize(pair.options.packet_room);
    const MutableBytes whole(buffer.data(), buffer.size());
    ASSERT_TRUE(pair.device->receive(whole.first(size), pair.now).ok());
    Message message;
    ASSERT_TRUE(pair.device->next_datagram(&message));
    if (!pair.device->established()) {
      ASSERT_EQ(pair.device->connect(pair.now), Error::None);
    }
    ASSERT_GT(pair.device->poll_transmit(whole, pair.now).value, 0u);
    EXPECT_FALSE(pair.device->next_datagram(&message));
  }
}

TEST(CompactDatagrams, one_before_a_bye_or_a_breach_is_still_found) {
  for (const Octets& end : {Octets{0x03, 0}, Octets{0x06}}) {
    test::KeyedPair<CompactPair> keyed;
    CompactPair& pair = keyed.pair;
    Octets frames = {0x0c, 1, 1, 0, 'a'};
    frames.insert(frames.end(), end.begin(), end.end());
    EXPECT_EQ(pair.to_device(keyed.packet(keyed.g2d, Bytes(), 0, frames)).value.kind,
              EventKind::Closed);
    EXPECT_EQ(taken(*pair.device).size(), 1u);
    pair.device_packet();
    pair.establish();
  }
}

TEST(CompactDatagrams, one_that_waits_when_the_session_ends_is_given_up) {
  CompactPair pair;
  pair.establish();
  const Octets bytes(5, 1);
  ASSERT_EQ(pair.device->send_datagram(view(bytes), 0, pair.now), Error::None);
  pair.gateway->close(ByeReason::Done, pair.now);
  pair.to_device(pair.gateway_packet());
  EXPECT_FALSE(pair.device->datagram_waiting());
  pair.establish();
  EXPECT_TRUE(pair.device_packet().empty());
  ASSERT_EQ(pair.device->send_datagram(view(bytes), 0, pair.now), Error::None);
  EXPECT_TRUE(pair.to_gateway(pair.device_packet()).ok());
}

}  // namespace
}  // namespace usmp
