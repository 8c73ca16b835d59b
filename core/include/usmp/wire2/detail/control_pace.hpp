// When the last control frames went out, so that never more of them go in a second than a peer
// takes. Knows no frame.
#ifndef USMP_WIRE2_DETAIL_CONTROL_PACE_HPP
#define USMP_WIRE2_DETAIL_CONTROL_PACE_HPP

#include "usmp/wire2/limits.hpp"

namespace usmp {
namespace wire2 {

class ControlPace {
 public:
  void begin(Instant now);
  /// True if fewer than `count` (at most kControlsPerSecondMax) went out in the last second.
  bool fewer_than(uint8_t count, Instant now) const;
  /// When that is so again. Only if it is not.
  Instant until(uint8_t count) const { return back(count) + kControlWindow; }
  void sent(Instant now);

 private:
  Instant back(uint8_t count) const {
    return sent_[static_cast<uint8_t>(next_ - count) % kControlsPerSecondMax];
  }

  Instant sent_[kControlsPerSecondMax];  // a ring
  uint8_t next_;
};

static_assert(256 % kControlsPerSecondMax == 0, "the ring's index wraps with it");

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_DETAIL_CONTROL_PACE_HPP
