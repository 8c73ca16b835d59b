// A gateway's session follows its device to another address (§6), and not an attacker.
#include <gtest/gtest.h>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::address_of;
using test::Octets;
using test::PairOptions;
using test::SessionPair;

class Path : public testing::Test {
 protected:
  Path() {
    pair.establish();
    pair.settle();
  }
  /// Where the gateway's next packets go, all of them.
  std::vector<std::pair<Address, Octets>> gateway_packets() {
    std::vector<std::pair<Address, Octets>> packets;
    for (Octets packet = pair.gateway_packet(); !packet.empty(); packet = pair.gateway_packet()) {
      packets.emplace_back(pair.sent_to, packet);
    }
    return packets;
  }
  Octets device_says(const char* characters) {
    pair.device_sends(test::text(characters));
    return pair.device_packet();
  }

  SessionPair pair;
  const Address old_address = address_of("here");
  const Address new_address = address_of("there");
};

TEST_F(Path, follows_the_highest_number_and_asks_both_addresses) {
  EXPECT_EQ(pair.to_gateway_from(device_says("moved"), new_address).value.kind, EventKind::Moved);
  const auto packets = gateway_packets();
  ASSERT_GE(packets.size(), 2u);
  EXPECT_EQ(packets[0].first, new_address);
  EXPECT_EQ(packets[1].first, old_address);
  EXPECT_EQ(pair.gateway->address(), new_address);
}

TEST_F(Path, stays_once_the_pong_came_from_there) {
  pair.to_gateway_from(device_says("moved"), new_address);
  for (const auto& [to, packet] : gateway_packets()) {
    if (to == new_address) pair.to_device(packet);
  }
  for (Octets up = pair.device_packet(); !up.empty(); up = pair.device_packet()) {
    pair.to_gateway_from(up, new_address);
  }
  pair.pass(10000);
  pair.gateway->on_deadline(pair.now);
  EXPECT_EQ(pair.gateway->address(), new_address);
  pair.gateway_sends(Octets(1000));
  EXPECT_EQ(gateway_packets().at(0).first, new_address);
}

TEST_F(Path, goes_back_when_no_pong_came_in_three_rto) {
  pair.to_gateway_from(device_says("copied by an attacker"), new_address);
  gateway_packets();
  const Duration rto = pair.gateway->rto();
  pair.pass(rto);
  pair.gateway->on_deadline(pair.now);
  EXPECT_EQ(gateway_packets().size(), 2u) << "asks again after each RTO";
  pair.pass(2 * rto);
  pair.gateway->on_deadline(pair.now);
  EXPECT_EQ(pair.gateway->address(), old_address);
}

TEST_F(Path, goes_back_at_once_when_the_device_speaks_from_where_it_was) {
  pair.to_gateway_from(device_says("copied by an attacker"), new_address);
  gateway_packets();
  pair.to_gateway_from(device_says("genuine"), old_address);
  EXPECT_EQ(pair.gateway->address(), old_address);
}

TEST_F(Path, sends_to_an_unproven_address_at_most_three_times_what_came_from_there) {
  const Octets packet = device_says("x");
  pair.to_gateway_from(packet, new_address);
  pair.take_messages();
  for (int count = 0; count < 20; ++count) pair.gateway_sends(Octets(800));
  std::size_t sent = 0;
  for (int round = 0; round < 3; ++round) {
    for (const auto& [to, out] : gateway_packets()) {
      if (to == new_address) sent += out.size();
    }
    pair.pass(100);
    pair.gateway->on_deadline(pair.now);
    if (pair.gateway->address() == old_address) break;
  }
  EXPECT_LE(sent, 3 * packet.size());
  EXPECT_GT(sent, 0u);
}

TEST_F(Path, an_older_number_or_a_replay_moves_nothing) {
  const Octets older = device_says("older");
  const Octets newer = device_says("newer");
  pair.to_gateway_from(newer, old_address);
  pair.to_gateway_from(older, new_address);
  EXPECT_EQ(pair.gateway->address(), old_address);
  EXPECT_FALSE(pair.to_gateway_from(newer, new_address).ok());
  EXPECT_EQ(pair.gateway->address(), old_address);
  EXPECT_FALSE(pair.to_gateway_from(Octets(60, 0x38), new_address).ok());
  EXPECT_EQ(pair.gateway->address(), old_address);
}

// Found by session_fuzzer: the owner's loop would spin until the address is proven or given up.
TEST(PathAllowance, an_ack_beyond_it_waits_and_leaves_the_deadline_ahead) {
  PairOptions options;
  options.gateway.window = 2;  // credit rises by half when a message is taken: an ACK at once
  SessionPair pair(options);
  pair.establish();
  pair.settle();
  pair.device_sends(test::text("a"));
  const Octets up = pair.device_packet();
  // A PING of 23 bytes and this fill 3 times the bytes that came, to the last one.
  const std::size_t ack_packet_size = 5 + kAckFrameSize + kDataFirstHeaderSize + 16;
  pair.gateway_sends(Octets(3 * up.size() - 23 - ack_packet_size));
  pair.to_gateway_from(up, address_of("there"));
  std::size_t sent_there = 0;
  for (Octets down = pair.gateway_packet(); !down.empty(); down = pair.gateway_packet()) {
    if (pair.sent_to == address_of("there")) sent_there += down.size();
  }
  ASSERT_EQ(sent_there, 3 * up.size());
  pair.take_messages();
  EXPECT_TRUE(pair.gateway_packet().empty());
  EXPECT_TRUE(pair.now.before(pair.gateway->next_deadline(pair.now)));
  // The path's own deadlines come, the old address is taken again, and nothing was lost.
  for (int count = 0; count < 20; ++count) {
    pair.pass_to_next_deadline();
    pair.settle();
  }
  EXPECT_EQ(pair.device_got.size(), 1u);
  EXPECT_TRUE(pair.device->send_idle());
}

}  // namespace
}  // namespace usmp
