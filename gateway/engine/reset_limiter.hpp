// How many RESETs an address may cause in a second, in a table of fixed size (USMP3 §6).
// Not exact when addresses share a place: then fewer are allowed, never more.
#ifndef USMP_GATEWAY_ENGINE_RESET_LIMITER_HPP
#define USMP_GATEWAY_ENGINE_RESET_LIMITER_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/monotonic.hpp"
#include "engine/network_key.hpp"

namespace usmp::gateway {

class ResetLimiter {
 public:
  ResetLimiter(std::size_t places, std::uint64_t seed) : places_(places), seed_(seed) {}

  /// True if a RESET may go to this network now; it is counted then.
  bool allow(const NetworkKey& network, Milliseconds64 now);

 private:
  struct Place {
    NetworkKey network{};
    Milliseconds64 since = 0;
    unsigned count = 0;  // in the second that began at `since`
  };

  std::vector<Place> places_;
  std::uint64_t seed_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_RESET_LIMITER_HPP
