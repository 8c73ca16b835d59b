// See retransmit_timer.hpp. The arithmetic is that of RFC 6298 in whole milliseconds.
#include "usmp/detail/retransmit_timer.hpp"

#include "usmp/wire2/limits.hpp"

namespace usmp {

namespace {

static_assert(kRtoMax <= 0xFFFF && wire2::kRtoMax <= kRtoMax, "rto_ has 16 bits");

const uint8_t kDoublingsMax = 10;  // 2^10 times the smallest timeout is beyond the largest

}  // namespace

void RetransmitTimer::reset(Medium medium) {
  begin(is_slow_line(medium) ? Bounds::SlowLine : Bounds::Datagram, kRtoInitial);
}

void RetransmitTimer::reset_wire2() { begin(Bounds::Wire2, wire2::kRtoInitial); }

void RetransmitTimer::begin(Bounds bounds, Duration initial) {
  bounds_ = bounds;
  srtt8_ = 0;
  rttvar4_ = 0;
  rto_ = static_cast<uint16_t>(initial);
  deadline_ = Instant(0);
  doublings_ = 0;
  running_ = false;
  sampled_ = false;
}

Duration RetransmitTimer::smallest() const {
  switch (bounds_) {
    case Bounds::Datagram:
      return kRtoMin;
    case Bounds::SlowLine:
      return kRtoMinSlowLine;
    case Bounds::Wire2:
      return wire2::kRtoMin;
  }
  return kRtoMin;
}

Duration RetransmitTimer::largest() const {
  return bounds_ == Bounds::Wire2 ? wire2::kRtoMax : kRtoMax;
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
  if (rto < smallest()) rto = smallest();
  if (rto > largest()) rto = largest();
  rto_ = static_cast<uint16_t>(rto);
}

Duration RetransmitTimer::backed_off() const {
  Duration timeout = rto_;
  for (uint8_t count = 0; count < doublings_ && timeout < largest(); ++count) timeout *= 2;
  return timeout < largest() ? timeout : largest();
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
