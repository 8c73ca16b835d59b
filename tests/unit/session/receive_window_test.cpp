// The receiving half of §4: order, credit, and when an ACK is due.
#include "usmp/detail/receive_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "session_pair.hpp"

namespace usmp {
namespace {

using test::Octets;
using Verdict = ReceiveWindow::Verdict;

class ReceiveWindowTest : public testing::Test {
 protected:
  void start(std::uint8_t size, std::uint16_t max_message = 200, std::uint16_t first = 0) {
    places.assign(std::size_t{255} * 40, 0);
    room.assign(max_message, 0);
    states.resize(255);
    window.init();
    window.start(Medium::Udp, ReceiveLimits{64, max_message, size}, 0, first);
    window.lend(ReceiveBuffer(room.data(), places.data(), states.data()));
  }
  Verdict take(std::uint16_t number, const Octets& bytes, bool first = true, bool last = true) {
    Chunk chunk;
    chunk.content = test::view(bytes);
    chunk.number = number;
    chunk.channel = static_cast<std::uint8_t>(number);
    chunk.first = first;
    chunk.last = last;
    return window.take(chunk, now);
  }
  Octets message() {
    Message out;
    return window.message(&out) ? test::octets_of(out.content) : Octets{0xEE, 0xEE};
  }
  void acknowledged() { window.ack_sent(); }

  ReceiveWindow window;
  Octets room, places;
  std::vector<PlaceState> states;
  Instant now{0};
};

TEST_F(ReceiveWindowTest, puts_chunks_in_order_and_tells_what_is_there) {
  start(8);
  EXPECT_EQ(take(2, {3}, false, true), Verdict::Taken);
  EXPECT_EQ(take(1, {2}, false, false), Verdict::Taken);
  EXPECT_EQ(window.ack().next, 0);
  EXPECT_EQ(window.ack().bits, 0b11u);
  EXPECT_EQ(window.ack().credit, 8);
  EXPECT_FALSE(window.message_waiting());
  EXPECT_EQ(take(0, {1}, true, false), Verdict::Taken);
  EXPECT_EQ(message(), (Octets{1, 2, 3}));
  EXPECT_EQ(window.ack().next, 3);
  EXPECT_EQ(window.ack().bits, 0u);
}

TEST_F(ReceiveWindowTest, credit_shrinks_behind_a_waiting_message_and_never_goes_back) {
  start(4);
  take(0, {1});
  EXPECT_EQ(window.ack().credit, 3);
  take(1, {2});
  take(2, {3});
  EXPECT_EQ(window.ack().next, 3);
  EXPECT_EQ(window.ack().credit, 1);
  take(3, {4});
  EXPECT_EQ(window.ack().credit, 0);
  EXPECT_EQ(take(4, {5}), Verdict::Dropped);
  EXPECT_EQ(message(), Octets{1});
  EXPECT_EQ(window.release(), Verdict::Taken);
  EXPECT_EQ(message(), Octets{2});
  EXPECT_EQ(window.ack().credit, 1);
  EXPECT_EQ(take(4, {5}), Verdict::Taken);
  for (std::uint8_t expected = 2; expected <= 5; ++expected) {
    EXPECT_EQ(message(), Octets{expected});
    EXPECT_EQ(window.release(), Verdict::Taken);
  }
  EXPECT_EQ(window.ack().credit, 4);
  EXPECT_TRUE(window.buffer_idle());
}

TEST_F(ReceiveWindowTest, a_window_of_one_takes_one_message_at_a_time) {
  start(1);
  take(0, {1});
  EXPECT_EQ(window.ack().credit, 0);
  acknowledged();
  EXPECT_EQ(take(1, {2}), Verdict::Dropped);
  acknowledged();
  EXPECT_EQ(window.release(), Verdict::Taken);
  EXPECT_TRUE(window.ack_due(now)) << "credit rises from 0";
  EXPECT_EQ(window.ack().credit, 1);
  EXPECT_EQ(take(1, {2}), Verdict::Taken);
}

TEST_F(ReceiveWindowTest, what_does_not_fit_together_is_a_protocol_error) {
  start(4);
  EXPECT_EQ(take(0, {1}, false, true), Verdict::ProtocolError);  // no first
  start(4);
  take(0, {1}, true, false);
  EXPECT_EQ(take(1, {1}, true, true), Verdict::ProtocolError);  // first inside
  start(4, 40);
  take(0, Octets(30), true, false);
  EXPECT_EQ(take(1, Octets(11), false, true), Verdict::ProtocolError);  // beyond max_message
  start(4);
  EXPECT_EQ(take(0, Octets(34)), Verdict::ProtocolError);  // larger than a chunk may be
  start(4);
  take(1, {1}, false, true);
  EXPECT_EQ(take(0, {1}, true, true), Verdict::Taken);
  EXPECT_EQ(window.release(), Verdict::ProtocolError);  // found when it moves up
}

TEST_F(ReceiveWindowTest, acknowledges_at_once_or_every_second_chunk_or_after_25_ms) {
  start(8);
  take(0, {1}, true, false);
  EXPECT_FALSE(window.ack_due(now));
  EXPECT_FALSE(window.ack_due(Instant(24)));
  EXPECT_TRUE(window.ack_due(Instant(25)));
  take(1, {1}, false, false);
  EXPECT_TRUE(window.ack_due(now)) << "every second chunk";
  acknowledged();
  take(2, {1}, false, true);
  EXPECT_TRUE(window.ack_due(now)) << "the end of a message";
  acknowledged();
  EXPECT_EQ(window.release(), Verdict::Taken);
  acknowledged();
  take(2, {1}, false, true);
  EXPECT_TRUE(window.ack_due(now)) << "a duplicate";
  acknowledged();
  take(4, {1}, false, false);
  EXPECT_TRUE(window.ack_due(now)) << "leaves a gap";
  acknowledged();
  take(3, {1}, true, false);
  EXPECT_TRUE(window.ack_due(now)) << "fills a gap";
  acknowledged();
  take(40, {1}, true, false);
  EXPECT_TRUE(window.ack_due(now)) << "outside the credit";
}

TEST_F(ReceiveWindowTest, acknowledges_the_chunk_that_uses_up_the_credit) {
  start(1);
  take(0, {1}, true, false);
  EXPECT_TRUE(window.ack_due(now));
}

TEST_F(ReceiveWindowTest, without_a_buffer_a_chunk_is_dropped_and_comes_again) {
  start(4);
  const ReceiveBuffer buffer = window.take_buffer();
  EXPECT_EQ(take(0, {1}), Verdict::Dropped);
  EXPECT_EQ(window.ack().next, 0);
  window.lend(buffer);
  EXPECT_EQ(take(0, {1}), Verdict::Taken);
}

// Any order of arrival, with repeats, any moment of taking: every message once, in order.
TEST_F(ReceiveWindowTest, any_arrival_gives_every_message_once_and_in_order) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 engine(seed);
    const auto random = [&engine] { return static_cast<std::uint32_t>(engine()); };
    const std::uint8_t size = static_cast<std::uint8_t>(1 + random() % 40);
    const std::uint16_t base = static_cast<std::uint16_t>(random());
    start(size, 200, base);
    struct Piece {
      Octets bytes;
      bool first, last;
    };
    std::vector<Piece> pieces;
    std::vector<Octets> sent, got;
    while (pieces.size() < 300) {
      const std::size_t chunks = 1 + random() % 6;
      Octets whole;
      for (std::size_t index = 0; index < chunks; ++index) {
        Octets bytes(random() % 34);
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
        whole.insert(whole.end(), bytes.begin(), bytes.end());
        pieces.push_back({bytes, index == 0, index + 1 == chunks});
      }
      sent.push_back(whole);
    }
    std::uint32_t edge = window.ack().next + window.ack().credit;
    for (int step = 0; step < 100000 && got.size() < sent.size(); ++step) {
      const Ack told = window.ack();
      const std::uint32_t told_edge =
          edge + static_cast<std::uint16_t>(told.next + told.credit - edge);
      ASSERT_LT(static_cast<std::uint16_t>(told.next + told.credit - edge), 0x8000) << "went back";
      edge = told_edge;
      const std::size_t at = static_cast<std::uint16_t>(told.next - base);
      const std::size_t pick =
          at + random() % (size + 2u) - std::min<std::size_t>(at, random() % 3);
      if (pick < pieces.size()) {
        const Piece& piece = pieces[pick];
        ASSERT_NE(
            take(static_cast<std::uint16_t>(base + pick), piece.bytes, piece.first, piece.last),
            Verdict::ProtocolError);
      }
      if (window.message_waiting() && random() % 3 == 0) {
        got.push_back(message());
        ASSERT_EQ(window.release(), Verdict::Taken);
      }
      const Ack after = window.ack();
      for (int bit = 0; bit < 32; ++bit) {  // what was named is kept
        const std::uint16_t chunk = static_cast<std::uint16_t>(told.next + 1 + bit);
        const std::int16_t ahead = static_cast<std::int16_t>(chunk - after.next);
        if ((told.bits >> bit & 1) == 0 || ahead < 1) continue;
        ASSERT_TRUE(after.bits >> (ahead - 1) & 1) << "seed " << seed;
      }
    }
    EXPECT_EQ(got, sent) << "seed " << seed;
  }
}

}  // namespace
}  // namespace usmp
