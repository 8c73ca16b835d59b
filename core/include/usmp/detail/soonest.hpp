// The soonest of several deadlines, never further away than kDeadlineMax.
#ifndef USMP_DETAIL_SOONEST_HPP
#define USMP_DETAIL_SOONEST_HPP

#include "usmp/time.hpp"

namespace usmp {

class Soonest {
 public:
  explicit Soonest(Instant now) : soonest_(now + kDeadlineMax) {}
  void consider(Instant deadline) {
    if (deadline.before(soonest_)) soonest_ = deadline;
  }
  Instant instant() const { return soonest_; }

 private:
  Instant soonest_;
};

}  // namespace usmp

#endif  // USMP_DETAIL_SOONEST_HPP
