// Sessions on a reliable stream (§4): no ACK, nothing resent, back-pressure, and a broken stream.
#include <gtest/gtest.h>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::Octets;
using test::PairOptions;
using test::SessionPair;

class Stream : public testing::Test {
 protected:
  Stream() : pair(options()) { pair.establish(); }
  static PairOptions options() {
    PairOptions options;
    options.medium = Medium::Stream;
    return options;
  }
  SessionPair pair;
};

TEST_F(Stream, messages_of_any_size_arrive_and_are_finished_when_handed_over) {
  std::vector<Octets> sent;
  for (std::size_t size : {0u, 1u, 100u, 1000u, 4096u}) {
    sent.push_back(Octets(size, static_cast<std::uint8_t>(size)));
    pair.device_sends(sent.back());
  }
  std::vector<Octets> packets;
  for (Octets packet = pair.device_packet(); !packet.empty(); packet = pair.device_packet()) {
    packets.push_back(packet);
  }
  EXPECT_TRUE(pair.device->send_idle());
  for (const Octets& packet : packets) {
    while (pair.to_gateway(packet).error == Error::MessageWaiting) FAIL();
    pair.take_messages();
  }
  EXPECT_EQ(pair.gateway_got, sent);
  EXPECT_TRUE(pair.gateway_packet().empty()) << "no ACK is sent";
}

TEST_F(Stream, a_packet_waits_while_a_message_waits_and_is_taken_then) {
  pair.device_sends(Octets(10, 1));
  const Octets first = pair.device_packet();
  pair.device_sends(Octets(10, 2));
  const Octets second = pair.device_packet();
  EXPECT_TRUE(pair.to_gateway(first).ok());
  EXPECT_EQ(pair.to_gateway(second).error, Error::MessageWaiting);
  pair.take_messages();
  EXPECT_TRUE(pair.to_gateway(second).ok());
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got.size(), 2u);
}

TEST_F(Stream, several_messages_in_one_packet_come_one_after_another) {
  for (std::uint8_t count = 0; count < 5; ++count) pair.device_sends(Octets(10, count));
  Octets packet = pair.device_packet();
  ASSERT_TRUE(
      pair.gateway->receive({packet.data(), packet.size()}, pair.address, pair.budget, pair.now)
          .ok());
  pair.take_messages();
  EXPECT_EQ(pair.gateway_got.size(), 5u);
  EXPECT_TRUE(pair.gateway->receive_buffer_idle());
}

TEST_F(Stream, what_would_be_dropped_elsewhere_closes_the_connection) {
  pair.device_sends(Octets(10, 1));
  Octets packet = pair.device_packet();
  packet.back() ^= 1;
  const auto event = pair.to_gateway(packet);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event.value.kind, EventKind::Closed);
  EXPECT_EQ(event.value.cause, Cause::StreamBroken);
  const auto device_event = pair.to_device(Octets(50, 0x38));
  ASSERT_TRUE(device_event.ok());
  EXPECT_EQ(device_event.value.kind, EventKind::Lost);
}

TEST_F(Stream, a_broken_connection_is_followed_by_a_pause_and_a_new_one) {
  pair.device_sends(Octets(10, 1));
  const Event lost = pair.device->connection_lost(pair.now);
  EXPECT_EQ(lost.kind, EventKind::Lost);
  EXPECT_EQ(lost.cause, Cause::ConnectionLost);
  EXPECT_EQ(pair.device->state(), State::AwaitingPauseEnd);
  pair.gateway.reset();
  pair.pass_to_next_deadline();
  ASSERT_FALSE(pair.device_events.empty());
  EXPECT_EQ(pair.device_events.back().kind, EventKind::ConnectDue);
  pair.establish();
  pair.settle();
  EXPECT_EQ(pair.gateway_got.size(), 1u) << "what was not handed over goes in the next session";
}

TEST_F(Stream, a_handshake_not_done_in_thirty_seconds_ends) {
  SessionPair slow(options());
  ASSERT_EQ(slow.device->connect(slow.now), Error::None);
  EXPECT_FALSE(slow.device_packet().empty());
  const Instant begun = slow.now;
  slow.pass_to_next_deadline();
  EXPECT_EQ(slow.now.since(begun), 30000u);
  EXPECT_TRUE(slow.device_packet().empty()) << "nothing is repeated on a stream";
  EXPECT_EQ(slow.device_events.back().kind, EventKind::AttemptFailed);
}

TEST_F(Stream, silence_is_noticed_by_sixty_seconds_of_unanswered_pings) {
  const Instant start = pair.now;
  while (pair.device_events.size() < 2 && pair.now.since(start) < 300000) {
    pair.device_packet();
    pair.pass_to_next_deadline();
  }
  EXPECT_EQ(pair.device_events.back().kind, EventKind::Lost);
  EXPECT_EQ(pair.now.since(start), 60000u + 60000u);  // keepalive, then 15 x 4 s
}

TEST_F(Stream, sleep_is_not_for_streams) {
  Octets out(kSavedStateSizeMax);
  EXPECT_EQ(pair.device->save({out.data(), out.size()}, pair.now).error, Error::NotIdle);
}

}  // namespace
}  // namespace usmp
