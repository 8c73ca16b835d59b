// See retransmit_timer.hpp. The arithmetic is that of RFC 6298 in whole milliseconds.
#include "usmp/detail/retransmit_timer.hpp"

namespace usmp {

namespace {

static_assert(kRtoMax <= 0xFFFF, "rto_ has 16 bits");

const uint8_t kDoublingsMax = 10;  // 2^10 times the smallest timeout is beyond the largest

Duration smallest(bool slow_line) { return slow_line ? kRtoMinSlowLine : kRtoMin; }

}  // namespace

void RetransmitTimer::reset(Medium medium) {
  slow_line_ = is_slow_line(medium);
  srtt8_ = 0;
  rttvar4_ = 0;
  rto_ = kRtoInitial;
  deadline_ = Instant(0);
  doublings_ = 0;
  running_ = false;
  sampled_ = false;
}

void RetransmitTimer::sample(Duration round_trip) {
  if (round_trip > kRtoMax) round_trip = kRtoMax;
  if (!sampled_) {
    srtt8_ = round_trip * 8;
    rttvar4_ = round_trip * 2;
    sampled_ = true;
  } else {
    const Duration smoothed = srtt8_ / 8;
    const Duration error = smoothed > round_trip ? smoothed - round_trip : round_trip - smoothed;
    rttvar4_ = rttvar4_ - rttvar4_ / 4 + error;
    srtt8_ = srtt8_ - smoothed + round_trip;
  }
  Duration rto = srtt8_ / 8 + (rttvar4_ > 0 ? rttvar4_ : 1);
  if (rto < smallest(slow_line_)) rto = smallest(slow_line_);
  if (rto > kRtoMax) rto = kRtoMax;
  rto_ = static_cast<uint16_t>(rto);
}

Duration RetransmitTimer::backed_off() const {
  Duration timeout = rto_;
  for (uint8_t count = 0; count < doublings_ && timeout < kRtoMax; ++count) timeout *= 2;
  return timeout < kRtoMax ? timeout : kRtoMax;
}

void RetransmitTimer::start(Instant now) {
  deadline_ = now + backed_off();
  running_ = true;
}

void RetransmitTimer::expire() {
  running_ = false;
  if (doublings_ < kDoublingsMax) ++doublings_;
}

}  // namespace usmp
