// One place an address, found by a seeded hash; a place is taken over when its second is over.
#include "engine/reset_limiter.hpp"

#include "usmp/limits.hpp"

namespace usmp::gateway {
namespace {

constexpr Milliseconds64 kSecond = 1000;

}  // namespace

bool ResetLimiter::allow(const NetworkKey& network, Milliseconds64 now) {
  Place& place = places_[NetworkKeyHash{seed_}(network) % places_.size()];
  const bool second_over = place.count == 0 || now - place.since >= kSecond;
  if (second_over) {
    place.network = network;
    place.since = now;
    place.count = 0;
  } else if (place.network != network) {
    return false;
  }
  // USMP3 §6: at most 10 a second an address.
  if (place.count >= kResetsPerSecondAddress) return false;
  ++place.count;
  return true;
}

}  // namespace usmp::gateway
