// The calls whose cycles and stack are of interest, by the names that docs/reference/tiny-crypto.md
// has for them, each with input of one size and any content.
#ifndef USMP_TESTS_SIMAVR_MEASURED_HPP
#define USMP_TESTS_SIMAVR_MEASURED_HPP

#include <functional>
#include <string>
#include <vector>

#include "simulated_avr.hpp"

namespace usmp::simavr {

struct Measured {
  std::string name;
  Operation operation;
  uint8_t option;
  std::vector<uint16_t> sizes;
  size_t data_size;

  /// The call with `data_size` bytes from `next_byte`.
  Mailbox box(const std::function<uint8_t()>& next_byte) const;
};

/// All of them, in the order of the page.
const std::vector<Measured>& measured_calls();

}  // namespace usmp::simavr

#endif  // USMP_TESTS_SIMAVR_MEASURED_HPP
