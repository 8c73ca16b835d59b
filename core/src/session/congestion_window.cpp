// See congestion_window.hpp.
#include "usmp/detail/congestion_window.hpp"

namespace usmp {

namespace {

const uint8_t kWindowMax = 255;
const uint8_t kThresholdMin = 2;

uint8_t half_of(uint16_t in_flight) {
  const uint16_t half = in_flight / 2;
  if (half < kThresholdMin) return kThresholdMin;
  return half > kWindowMax ? kWindowMax : static_cast<uint8_t>(half);
}

}  // namespace

void CongestionWindow::reset(Medium medium) {
  active_ = is_udp(medium);
  window_ = kCongestionWindowInitial;
  threshold_ = kWindowMax;
  grown_ = 0;
  datagrams_ = 0;
  datagrams_since_ = Instant(0);
}

bool CongestionWindow::open(uint16_t in_flight, Duration round_trip, Instant now) const {
  if (!active_) return true;
  const bool counts = datagrams_ != 0 && now.since(datagrams_since_) < round_trip;
  return in_flight + (counts ? datagrams_ : 0) < window_;
}

bool CongestionWindow::shut_by_datagrams(uint16_t in_flight, Duration round_trip, Instant now,
                                         Instant* until) const {
  if (open(in_flight, round_trip, now) || in_flight >= window_) return false;
  *until = datagrams_since_ + round_trip;
  return true;
}

void CongestionWindow::datagram_sent(Duration round_trip, Instant now) {
  if (datagrams_ == 0 || now.since(datagrams_since_) >= round_trip) {
    datagrams_ = 0;
    datagrams_since_ = now;
  }
  if (datagrams_ < kWindowMax) ++datagrams_;
}

void CongestionWindow::acknowledged(bool limited) {
  if (!limited || window_ == kWindowMax) return;  // an unused window proves nothing
  if (window_ < threshold_) {
    ++window_;  // slow start
  } else if (++grown_ >= window_) {
    grown_ = 0;
    ++window_;  // one chunk a round trip
  }
}

void CongestionWindow::loss(uint16_t in_flight) {
  threshold_ = half_of(in_flight);
  window_ = threshold_;
  grown_ = 0;
}

void CongestionWindow::timeout(uint16_t in_flight) {
  threshold_ = half_of(in_flight);
  window_ = 1;
  grown_ = 0;
}

}  // namespace usmp
