// Instants that do not wrap: 64-bit milliseconds counted from the first one that came in.
// Not a clock: it only follows the instants that the owner hands in.
#ifndef USMP_GATEWAY_ENGINE_MONOTONIC_HPP
#define USMP_GATEWAY_ENGINE_MONOTONIC_HPP

#include <cstdint>

#include "usmp/time.hpp"

namespace usmp::gateway {

using Milliseconds64 = std::uint64_t;

class Monotonic {
 public:
  explicit Monotonic(Instant start) : last_(start) {}

  /// `now` in milliseconds since the start; an instant before the last one counts as that.
  Milliseconds64 follow(Instant now) {
    elapsed_ms_ += now.since(last_);
    if (now.reached(last_)) last_ = now;
    return elapsed_ms_;
  }
  /// As follow(), for a moment at or after the last one, without going there.
  Milliseconds64 at(Instant now) const { return elapsed_ms_ + now.since(last_); }

 private:
  Milliseconds64 elapsed_ms_ = 0;
  Instant last_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_MONOTONIC_HPP
