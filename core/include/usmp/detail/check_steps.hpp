// When a device repeats an unanswered PING, and when it gives the session up: the one table of both
// of its engines. Not the unit u, which is the session's to know.
#ifndef USMP_DETAIL_CHECK_STEPS_HPP
#define USMP_DETAIL_CHECK_STEPS_HPP

#include <stdint.h>

#include "usmp/limits.hpp"

namespace usmp {

/// At the last of these steps the session is lost.
static const uint8_t kCheckSteps = 4;

/// USMP3 §4, §6: units from the first PING to the end of `step`.
inline uint8_t check_units(bool after_reset, uint8_t step) {
  if (after_reset) return static_cast<uint8_t>(step + 1);  // 1, 2, 3, 4
  return static_cast<uint8_t>((2u << step) - 1);           // 1, 3, 7, 15
}

static_assert((2u << (kCheckSteps - 1)) - 1 == kCheckUnits, "15 u");
static_assert(kCheckSteps == kResetCheckUnits, "4 u");

}  // namespace usmp

#endif  // USMP_DETAIL_CHECK_STEPS_HPP
