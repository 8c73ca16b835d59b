// Time as the core sees it: milliseconds that come in from outside and wrap after 49 days.
// Not a clock: nothing here reads one.
#ifndef USMP_TIME_HPP
#define USMP_TIME_HPP

#include <stdint.h>

namespace usmp {

/// A span of time in milliseconds, at most kDurationMax.
typedef uint32_t Duration;

/// The longest span that two instants can be apart and still compare: 24 days and a half.
static const Duration kDurationMax = 0x7FFFFFFFu;
/// A deadline is never further away than this, so that a session is looked at before it wraps.
static const Duration kDeadlineMax = 0x3FFFFFFFu;

/// A moment on the caller's monotonic clock, in milliseconds modulo 2^32. It only means something
/// beside another instant of the same clock less than kDurationMax away.
struct Instant {
  uint32_t ms;

  Instant() = default;
  explicit Instant(uint32_t milliseconds) : ms(milliseconds) {}
  Instant operator+(Duration span) const { return Instant(ms + span); }
  /// True if this moment is `other` or later.
  bool reached(Instant other) const { return static_cast<int32_t>(ms - other.ms) >= 0; }
  bool before(Instant other) const { return !reached(other); }
  /// Milliseconds since `earlier`; 0 if that lies in the future.
  Duration since(Instant earlier) const { return reached(earlier) ? ms - earlier.ms : 0; }
  bool operator==(Instant other) const { return ms == other.ms; }
};

}  // namespace usmp

#endif  // USMP_TIME_HPP
