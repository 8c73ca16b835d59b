// The clock of the loop: monotonic, in the two forms that the engine takes. Not the time of day.
#ifndef USMP_GATEWAY_LOOP_MONOTONIC_CLOCK_HPP
#define USMP_GATEWAY_LOOP_MONOTONIC_CLOCK_HPP

#include <time.h>

#include <cstdint>

#include "usmp/time.hpp"

namespace usmp::gateway {

/// One look at the clock. All threads see the same clock.
struct MonotonicTime {
  Instant now;
  std::uint64_t seconds;

  static MonotonicTime read() {
    timespec time{};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);  // cannot fail on Linux
    const auto seconds = static_cast<std::uint64_t>(time.tv_sec);
    const std::uint64_t ms = seconds * 1000 + static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
    return {Instant(static_cast<std::uint32_t>(ms)), seconds};
  }
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LOOP_MONOTONIC_CLOCK_HPP
