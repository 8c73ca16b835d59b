// The sending half of §4: what goes when, what goes again, what the timer does.
#include "usmp/detail/send_window.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::Octets;
using test::Posted;

class SendWindowTest : public testing::Test {
 protected:
  void start(std::uint8_t credit, Medium medium = Medium::Serial) {
    window.init();
    window.lend(SendBuffer(states, 16));
    window.start(medium, 10, 1000, credit);
  }
  void post(std::size_t size) {
    messages.emplace_back(Octets(size, static_cast<std::uint8_t>(messages.size())));
    window.enqueue(messages.back().node);
  }
  /// Sends all that may go; the numbers of the chunks.
  std::vector<int> send_all() {
    std::vector<int> numbers;
    while (window.ready(now)) {
      numbers.push_back(window.peek().number);
      window.mark_sent(now);
    }
    return numbers;
  }
  void ack(std::uint16_t next, std::uint8_t credit, std::uint32_t bits = 0) {
    const Ack frame{bits, next, credit};
    ASSERT_FALSE(window.names_unsent(frame));
    window.acknowledge(frame, now);
  }

  SendWindow window;
  ChunkState states[16];
  std::deque<Posted> messages;
  Instant now{0};
};

TEST_F(SendWindowTest, cuts_messages_into_chunks_that_tell_first_and_last) {
  start(10);
  post(25);
  post(0);
  std::vector<Chunk> chunks;
  while (window.ready(now)) {
    chunks.push_back(window.peek());
    window.mark_sent(now);
  }
  ASSERT_EQ(chunks.size(), 4u);
  EXPECT_TRUE(chunks[0].first && !chunks[0].last);
  EXPECT_TRUE(!chunks[1].first && !chunks[1].last);
  EXPECT_TRUE(!chunks[2].first && chunks[2].last);
  EXPECT_EQ(chunks[2].content.size, 5u);
  EXPECT_TRUE(chunks[3].first && chunks[3].last);
  EXPECT_EQ(chunks[3].content.size, 0u);
  EXPECT_EQ(chunks[3].number, 3);
}

TEST_F(SendWindowTest, goes_no_further_than_credit_and_buffer) {
  start(3);
  post(100);
  EXPECT_EQ(send_all(), (std::vector<int>{0, 1, 2}));
  ack(2, 3);
  EXPECT_EQ(send_all(), (std::vector<int>{3, 4}));
  start(255);
  post(500);
  EXPECT_EQ(send_all().size(), 16u);
}

TEST_F(SendWindowTest, gives_a_message_back_when_its_last_chunk_is_acknowledged_in_order) {
  start(10);
  post(25);
  post(5);
  send_all();
  ack(0, 10, 0b111);  // 1, 2 and 3 are there, 0 is not
  EXPECT_EQ(window.take_finished(), nullptr);
  ack(4, 10);
  EXPECT_EQ(window.take_finished(), &messages[0].node);
  EXPECT_EQ(window.take_finished(), &messages[1].node);
  EXPECT_EQ(messages[0].node.delivery, Delivery::Acknowledged);
  EXPECT_EQ(window.take_finished(), nullptr);
  EXPECT_TRUE(window.idle());
}

TEST_F(SendWindowTest, refuses_what_the_peer_cannot_take_and_sends_the_rest) {
  start(10);
  post(1001);
  post(1000);
  EXPECT_EQ(window.take_finished(), &messages[0].node);
  EXPECT_EQ(messages[0].node.delivery, Delivery::Refused);
  EXPECT_EQ(send_all().size(), 10u);
}

TEST_F(SendWindowTest, resends_a_chunk_when_three_sent_later_arrived_and_not_before) {
  start(16);
  post(100);
  send_all();
  ack(0, 16, 0b1);
  EXPECT_TRUE(send_all().empty());
  ack(0, 16, 0b11);
  EXPECT_TRUE(send_all().empty());
  ack(0, 16, 0b111);
  EXPECT_EQ(send_all(), (std::vector<int>{0}));
  // Its second sending is only lost when three chunks first sent after that arrived.
  ack(0, 16, 0b11111);
  EXPECT_TRUE(send_all().empty());
  post(30);
  EXPECT_EQ(send_all(), (std::vector<int>{10, 11, 12}));
  ack(0, 16, 0b111000011111);
  EXPECT_EQ(send_all().front(), 0);
}

TEST_F(SendWindowTest, everything_unacknowledged_goes_again_after_a_timeout) {
  start(16);
  post(50);
  send_all();
  ack(0, 16, 0b10);  // chunk 2
  now = window.timer().deadline();
  EXPECT_FALSE(window.on_timeout(now));
  EXPECT_EQ(send_all(), (std::vector<int>{0, 1, 3, 4}));
  EXPECT_EQ(window.resent_total(), 4u);
  EXPECT_EQ(window.timer().deadline().since(now), 2 * window.timer().rto());
}

TEST_F(SendWindowTest, after_a_timeout_on_udp_one_chunk_goes_at_first) {
  start(16, Medium::Udp);
  post(100);
  EXPECT_EQ(send_all().size(), 4u);
  now = window.timer().deadline();
  window.on_timeout(now);
  EXPECT_EQ(send_all(), (std::vector<int>{0}));
  ack(1, 16);
  EXPECT_EQ(send_all(), (std::vector<int>{1, 2}));
}

TEST_F(SendWindowTest, an_ack_of_a_chunk_never_sent_is_told) {
  start(16);
  post(20);
  send_all();
  EXPECT_FALSE(window.names_unsent(Ack{0, 2, 16}));
  EXPECT_TRUE(window.names_unsent(Ack{0, 3, 16}));
  EXPECT_FALSE(window.names_unsent(Ack{0b1, 0, 16}));
  EXPECT_TRUE(window.names_unsent(Ack{0b10, 0, 16}));
  EXPECT_FALSE(window.names_unsent(Ack{0, 0xFFFF, 16}));  // an old one
}

TEST_F(SendWindowTest, samples_only_chunks_sent_once) {
  start(16);
  post(10);
  send_all();
  now = window.timer().deadline();
  window.on_timeout(now);
  send_all();
  now = now + 7;
  ack(1, 16);
  EXPECT_EQ(window.timer().rto(), kRtoInitial);
  post(10);
  send_all();
  now = now + 30;
  ack(2, 16);
  EXPECT_EQ(window.timer().rto(), 90u);
}

TEST_F(SendWindowTest, probes_for_credit_and_goes_on_when_it_comes) {
  start(1);
  post(20);
  EXPECT_EQ(send_all().size(), 1u);
  ack(1, 0);
  EXPECT_TRUE(window.starved());
  ASSERT_TRUE(window.timer().running());
  now = window.timer().deadline();
  EXPECT_TRUE(window.on_timeout(now));
  EXPECT_TRUE(window.timer().running());
  ack(1, 1);
  EXPECT_EQ(send_all(), (std::vector<int>{1}));
}

TEST_F(SendWindowTest, messages_begin_again_in_the_next_session) {
  start(4);
  post(35);
  send_all();
  ack(2, 4);
  window.stop();
  EXPECT_FALSE(window.ready(now));
  window.start(Medium::Serial, 20, 1000, 4);
  EXPECT_EQ(send_all(), (std::vector<int>{0, 1}));
  ack(2, 4);
  EXPECT_EQ(window.take_finished(), &messages[0].node);
}

TEST_F(SendWindowTest, numbers_wrap) {
  window.init();
  window.lend(SendBuffer(states, 16));
  window.resume(Medium::Serial, 10, 1000, 8, 0xFFFE);
  post(50);
  EXPECT_EQ(send_all(), (std::vector<int>{0xFFFE, 0xFFFF, 0, 1, 2}));
  ack(0, 8, 0b1);
  ack(3, 8);
  EXPECT_NE(window.take_finished(), nullptr);
}

TEST_F(SendWindowTest, is_hopeless_only_after_thirty_seconds_and_four_resends) {
  start(16);
  post(10);
  send_all();
  for (int count = 0; count < 4; ++count) {
    EXPECT_FALSE(window.resent_often());
    now = window.timer().deadline();
    window.on_timeout(now);
    send_all();
  }
  EXPECT_TRUE(window.resent_often());
  EXPECT_EQ(now.ms, 15000u);
  EXPECT_FALSE(window.hopeless(now));
  EXPECT_TRUE(window.hopeless(Instant(30000)));
  window.pause();
  EXPECT_FALSE(window.ready(now));
  window.go_on(Medium::Serial, now);
  EXPECT_FALSE(window.resent_often());
  EXPECT_EQ(send_all(), (std::vector<int>{0}));
}

}  // namespace
}  // namespace usmp
