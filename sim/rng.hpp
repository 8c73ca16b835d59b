// The one source of chance of a simulation: everything that is random comes from one seed, so that
// a run replays exactly. Not for keys of real devices.
#ifndef USMP_SIM_RNG_HPP
#define USMP_SIM_RNG_HPP

#include <cstddef>
#include <cstdint>

#include "usmp/config.hpp"

namespace usmp::sim {

/// splitmix64: small, fast, and each seed a sequence of its own.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();
  /// 0 … bound - 1; `bound` is not 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// low … high, both included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  bool chance(double probability);
  /// A generator of its own, so that what one part draws changes nothing for another.
  Rng fork() { return Rng(next()); }
  void fill(std::uint8_t* out, std::size_t size);
  template <typename T, std::size_t N>
  const T& pick(const T (&choices)[N]) {
    return choices[below(N)];
  }

  /// As the random source of sessions; `this` must outlive them.
  Random source();

 private:
  std::uint64_t state_;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_RNG_HPP
