// Which sequence numbers of one epoch and direction were here already (§3). Asked before a packet
// is opened, told only after it authenticated.
#ifndef USMP_DETAIL_REPLAY_WINDOW_HPP
#define USMP_DETAIL_REPLAY_WINDOW_HPP

#include <stdint.h>

#include "usmp/limits.hpp"

namespace usmp {

/// Plain data: may lie in a union and be copied; call clear() first.
struct ReplayWindow {
  uint32_t next;     ///< one above the highest number that was here; 0 at first
  uint32_t bits[2];  ///< bit i: number next - 1 - i was here

  void clear();
  /// True if `seq` was not here and is not too old.
  bool fresh(uint32_t seq) const;
  /// `seq` authenticated: it counts from now on. True if it is the highest so far.
  bool mark(uint32_t seq);
};

static_assert(kReplayWindowSize == 64, "two words of bits");

}  // namespace usmp

#endif  // USMP_DETAIL_REPLAY_WINDOW_HPP
