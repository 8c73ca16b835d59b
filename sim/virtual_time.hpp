// The simulation's time: 64-bit milliseconds since the run began, and the clocks of its hosts,
// which show them as Instants, each from a beginning of its own (also shortly before it wraps).
#ifndef USMP_SIM_VIRTUAL_TIME_HPP
#define USMP_SIM_VIRTUAL_TIME_HPP

#include <cstdint>

#include "usmp/time.hpp"

namespace usmp::sim {

/// Milliseconds since the run began.
using Time = std::uint64_t;

inline constexpr Time kSecond = 1000;
inline constexpr Time kMinute = 60 * kSecond;
inline constexpr Time kHour = 60 * kMinute;
inline constexpr Time kDay = 24 * kHour;

class HostClock {
 public:
  explicit HostClock(std::uint32_t start_ms) : start_ms_(start_ms) {}
  Instant at(Time now) const { return Instant(static_cast<std::uint32_t>(start_ms_ + now)); }
  /// When `deadline`, as seen at `now`, comes; one that has passed is due now.
  Time when(Instant deadline, Time now) const { return now + deadline.since(at(now)); }

 private:
  std::uint32_t start_ms_;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_VIRTUAL_TIME_HPP
