// See rng.hpp.
#include "rng.hpp"

namespace usmp::sim {

std::uint64_t Rng::next() {
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

bool Rng::chance(double probability) {
  constexpr double kSteps = 9007199254740992.0;  // 2^53
  return static_cast<double>(next() >> 11) < probability * kSteps;
}

void Rng::fill(std::uint8_t* out, std::size_t size) {
  std::uint64_t word = 0;
  for (std::size_t index = 0; index < size; ++index) {
    if (index % 8 == 0) word = next();
    out[index] = static_cast<std::uint8_t>(word >> (8 * (index % 8)));
  }
}

Random Rng::source() {
  const auto fill_from = [](void* context, std::uint8_t* out, std::size_t size) {
    static_cast<Rng*>(context)->fill(out, size);
    return true;
  };
  return Random{fill_from, this};
}

}  // namespace usmp::sim
