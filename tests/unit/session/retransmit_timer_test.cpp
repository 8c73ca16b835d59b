// The retransmission timeout of RFC 6298 with the bounds of §4.
#include "usmp/detail/retransmit_timer.hpp"

#include <gtest/gtest.h>

namespace usmp {
namespace {

RetransmitTimer timer_on(Medium medium) {
  RetransmitTimer timer;
  timer.reset(medium);
  return timer;
}

TEST(RetransmitTimer, waits_one_second_before_the_first_sample) {
  EXPECT_EQ(timer_on(Medium::Udp).rto(), 1000u);
  EXPECT_EQ(timer_on(Medium::Serial).rto(), 1000u);
}

TEST(RetransmitTimer, first_sample_gives_three_times_itself) {
  RetransmitTimer timer = timer_on(Medium::Udp);
  timer.sample(200);
  EXPECT_EQ(timer.rto(), 600u);  // srtt 200 + 4 * 100
  EXPECT_EQ(timer.smoothed(), 200u);
}

TEST(RetransmitTimer, steady_round_trips_bring_it_near_them_but_not_below_the_least) {
  RetransmitTimer timer = timer_on(Medium::Udp);
  for (int count = 0; count < 200; ++count) timer.sample(400);
  EXPECT_GE(timer.rto(), 400u);
  EXPECT_LE(timer.rto(), 410u);
  for (int count = 0; count < 200; ++count) timer.sample(1);
  EXPECT_EQ(timer.rto(), kRtoMin);
  RetransmitTimer line = timer_on(Medium::Serial);
  for (int count = 0; count < 200; ++count) line.sample(1);
  EXPECT_EQ(line.rto(), kRtoMinSlowLine);
}

TEST(RetransmitTimer, doubles_at_each_expiry_up_to_a_minute_until_progress) {
  RetransmitTimer timer = timer_on(Medium::Udp);
  timer.start(Instant(0));
  const Duration expected[] = {2000, 4000, 8000, 16000, 32000, 60000, 60000};
  for (const Duration span : expected) {
    timer.expire();
    EXPECT_FALSE(timer.running());
    timer.start(Instant(5));
    EXPECT_EQ(timer.deadline().since(Instant(5)), span);
  }
  EXPECT_EQ(timer.rto(), 1000u);
  timer.progress();
  EXPECT_EQ(timer.backed_off(), 1000u);
}

TEST(RetransmitTimer, a_huge_sample_stays_within_a_minute) {
  RetransmitTimer timer = timer_on(Medium::Udp);
  timer.sample(0xFFFFFFFFu);
  EXPECT_EQ(timer.rto(), kRtoMax);
}

}  // namespace
}  // namespace usmp
