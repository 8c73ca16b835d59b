// Bytes that look random and are the same in every run: what a fuzzer finds once it finds again.
#ifndef USMP_TESTS_FUZZ_STEADY_RANDOM_HPP
#define USMP_TESTS_FUZZ_STEADY_RANDOM_HPP

#include <cstddef>
#include <cstdint>

#include "usmp/config.hpp"

namespace usmp::fuzz {

class SteadyRandom {
 public:
  explicit SteadyRandom(std::uint32_t seed) : state_(seed) {}
  Random random() { return {&SteadyRandom::fill, this}; }

 private:
  static bool fill(void* context, std::uint8_t* out, std::size_t size) {
    auto& self = *static_cast<SteadyRandom*>(context);
    for (std::size_t index = 0; index < size; ++index) {
      self.state_ = self.state_ * 1664525u + 1013904223u;
      out[index] = static_cast<std::uint8_t>(self.state_ >> 24);
    }
    return true;
  }
  std::uint32_t state_;
};

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_STEADY_RANDOM_HPP
