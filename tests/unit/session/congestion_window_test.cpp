// The congestion window in chunks (§4, RFC 5681).
#include "usmp/detail/congestion_window.hpp"

#include <gtest/gtest.h>

namespace usmp {
namespace {

CongestionWindow on_udp() {
  CongestionWindow window;
  window.reset(Medium::Udp);
  return window;
}

TEST(CongestionWindow, begins_at_four_and_is_always_open_off_udp) {
  CongestionWindow window = on_udp();
  EXPECT_TRUE(window.open(3, 100, Instant(0)));
  EXPECT_FALSE(window.open(4, 100, Instant(0)));
  window.reset(Medium::Serial);
  EXPECT_TRUE(window.open(255, 100, Instant(0)));
}

TEST(CongestionWindow, grows_by_one_an_acknowledged_chunk_then_by_one_a_round_trip) {
  CongestionWindow window = on_udp();
  for (int count = 0; count < 12; ++count) window.acknowledged(true);
  EXPECT_EQ(window.chunks(), 16);
  window.loss(16);
  EXPECT_EQ(window.chunks(), 8);
  for (int count = 0; count < 8; ++count) window.acknowledged(true);
  EXPECT_EQ(window.chunks(), 9);
}

TEST(CongestionWindow, does_not_grow_while_the_application_leaves_it_unused) {
  CongestionWindow window = on_udp();
  for (int count = 0; count < 100; ++count) window.acknowledged(false);
  EXPECT_EQ(window.chunks(), 4);
}

TEST(CongestionWindow, is_one_after_a_timeout_and_never_beyond_255) {
  CongestionWindow window = on_udp();
  window.timeout(40);
  EXPECT_EQ(window.chunks(), 1);
  for (int count = 0; count < 19; ++count) window.acknowledged(true);
  EXPECT_EQ(window.chunks(), 20);  // slow start up to half of what was under way
  for (int count = 0; count < 100000; ++count) window.acknowledged(true);
  EXPECT_EQ(window.chunks(), 255);
}

TEST(CongestionWindow, a_datagram_takes_room_for_one_round_trip) {
  CongestionWindow window = on_udp();
  for (int count = 0; count < 4; ++count) {
    ASSERT_TRUE(window.open(0, 100, Instant(0)));
    window.datagram_sent(100, Instant(0));
  }
  EXPECT_FALSE(window.open(0, 100, Instant(99)));
  EXPECT_TRUE(window.open(0, 100, Instant(100)));
  window.datagram_sent(100, Instant(100));
  EXPECT_TRUE(window.open(2, 100, Instant(150)));
  EXPECT_FALSE(window.open(3, 100, Instant(150)));
}

}  // namespace
}  // namespace usmp
