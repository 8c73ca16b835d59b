// The retransmission timeout of RFC 6298 with the bounds of §4, or those of wire 2. Times in
// milliseconds; no clock.
#ifndef USMP_DETAIL_RETRANSMIT_TIMER_HPP
#define USMP_DETAIL_RETRANSMIT_TIMER_HPP

#include <stdint.h>

#include "usmp/config.hpp"
#include "usmp/limits.hpp"
#include "usmp/time.hpp"

namespace usmp {

class RetransmitTimer {
 public:
  /// Before the first sample, and again after a wake (§4).
  void reset(Medium medium);
  /// The same with the bounds of wire 2's stop-and-wait.
  void reset_wire2();
  /// A round trip was measured; ends the doubling.
  void sample(Duration round_trip);
  /// Something new was acknowledged: ends the doubling.
  void progress() { doublings_ = 0; }

  /// The timeout without doubling.
  Duration rto() const { return rto_; }
  /// The timeout with the doublings of the expiries since the last progress.
  Duration backed_off() const;
  /// The smoothed round trip; the initial timeout of wire 3 before the first sample.
  Duration smoothed() const { return sampled_ ? srtt8_ / 8 : kRtoInitial; }

  bool running() const { return running_; }
  Instant deadline() const { return deadline_; }
  void start(Instant now);
  void stop() { running_ = false; }
  /// The deadline passed: the next one is twice as far away.
  void expire();

 private:
  enum class Bounds : uint8_t { Datagram, SlowLine, Wire2 };

  void begin(Bounds bounds, Duration initial);
  Duration smallest() const;
  Duration largest() const;

  Duration srtt8_;    // 8 x the smoothed round trip, to keep its fractions
  Duration rttvar4_;  // 4 x the variation
  Instant deadline_;
  uint16_t rto_;
  uint8_t doublings_;
  bool running_;
  bool sampled_;
  Bounds bounds_;
};

}  // namespace usmp

#endif  // USMP_DETAIL_RETRANSMIT_TIMER_HPP
