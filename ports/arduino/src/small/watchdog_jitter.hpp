// The one thing on an AVR that nobody can foretell exactly: how its watchdog's oscillator drifts
// against its clock. Not a random generator: an addition to a seed that comes from outside.
#ifndef USMP_ARDUINO_SMALL_WATCHDOG_JITTER_HPP
#define USMP_ARDUINO_SMALL_WATCHDOG_JITTER_HPP

#include <stdint.h>

#include "usmp/crypto.hpp"

namespace usmp {

/// SHA-256 over how long each of 64 periods of the watchdog lasts, in clock cycles by six; takes a
/// second, in which interrupts wait up to 16 ms. A bit of each that is not to be foretold is the
/// most to hope for, and with a precise or simulated oscillator there is none.
void collect_watchdog_jitter(uint8_t (&digest)[crypto::kHashSize]);

}  // namespace usmp

#endif  // USMP_ARDUINO_SMALL_WATCHDOG_JITTER_HPP
