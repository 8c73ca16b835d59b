// See control_pace.hpp.
#include "usmp/wire2/detail/control_pace.hpp"

namespace usmp {
namespace wire2 {

void ControlPace::begin(Instant now) {
  for (Instant& sent : sent_) sent = Instant(now.ms - kControlWindow);
  next_ = 0;
}

bool ControlPace::fewer_than(uint8_t count, Instant now) const {
  // One that seems to lie ahead is from so long ago that instants no longer compare.
  return now.before(back(count)) || now.since(back(count)) >= kControlWindow;
}

void ControlPace::sent(Instant now) {
  sent_[next_ % kControlsPerSecondMax] = now;
  ++next_;
}

}  // namespace wire2
}  // namespace usmp
