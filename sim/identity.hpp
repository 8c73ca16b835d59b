// The devices that a gateway knows, by name and key. Both ends of a simulated link share it.
#ifndef USMP_SIM_IDENTITY_HPP
#define USMP_SIM_IDENTITY_HPP

#include <cstdint>
#include <vector>

#include "rng.hpp"

namespace usmp::sim {

inline constexpr std::size_t kSimulatedPskSize = 32;

struct Identity {
  std::vector<std::uint8_t> id;
  std::vector<std::uint8_t> psk;
  bool is_wire2 = false;
  bool revoked = false;
  std::int64_t generation = 1;  ///< grows with every change

  void new_psk(Rng& rng) {
    psk.resize(kSimulatedPskSize);
    rng.fill(psk.data(), psk.size());
  }
};

}  // namespace usmp::sim

#endif  // USMP_SIM_IDENTITY_HPP
