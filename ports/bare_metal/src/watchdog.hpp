// A watchdog made of the clock's interrupt, for a board whose own is not there (in an emulator) or
// not used. It finds a loop that stands still, not an interrupt that does: hardware does both.
#ifndef USMP_BARE_METAL_WATCHDOG_HPP
#define USMP_BARE_METAL_WATCHDOG_HPP

#include <stdint.h>

#include "usmp_bare_metal/board.hpp"

namespace usmp {

/// Says why the board started, in a word that a reset leaves alone. Garbage after a cold start
/// counts as no.
class WatchdogMark {
 public:
  void set() { word_ = kSet; }
  /// True once after set().
  bool take() {
    const bool was_set = word_ == kSet;
    word_ = 0;
    return was_set;
  }

 private:
  static const uint32_t kSet = 0x57445421;
  volatile uint32_t word_;
};

class Watchdog {
 public:
  void feed() { left_ms_ = board::kWatchdogMs; }
  /// From the interrupt of each millisecond. True: nobody fed it in time.
  bool tick() {
    if (left_ms_ > 0) left_ms_ = left_ms_ - 1;
    return left_ms_ == 0;
  }

 private:
  volatile uint32_t left_ms_;
};

}  // namespace usmp

#endif  // USMP_BARE_METAL_WATCHDOG_HPP
