// See watchdog_jitter.hpp. The watchdog's flag is looked at, its interrupt not taken: a sketch may
// have one of its own.
#if defined(__AVR__)

#include "watchdog_jitter.hpp"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

namespace usmp {

namespace {

const uint8_t kPeriods = 64;
const uint16_t kRoundsMax = 60000;  // longer than any period of 16 ms

// Rounds of a loop until the watchdog's period ends.
uint16_t rounds_of_a_period() {
  uint16_t rounds = 0;
  const uint8_t status = SREG;
  cli();
  wdt_reset();
  WDTCSR = _BV(WDCE) | _BV(WDE) | _BV(WDIF);
  WDTCSR = _BV(WDIE) | _BV(WDIF);  // 16 ms, no reset
  while ((WDTCSR & _BV(WDIF)) == 0 && rounds < kRoundsMax) ++rounds;
  wdt_reset();
  WDTCSR = _BV(WDCE) | _BV(WDE) | _BV(WDIF);
  WDTCSR = _BV(WDIF);  // off again
  SREG = status;
  return rounds;
}

}  // namespace

void collect_watchdog_jitter(uint8_t (&digest)[crypto::kHashSize]) {
  crypto::Sha256 hash;
  for (uint8_t period = 0; period < kPeriods; ++period) {
    const uint16_t rounds = rounds_of_a_period();
    hash.update(Bytes(reinterpret_cast<const uint8_t*>(&rounds), sizeof rounds));
  }
  hash.finish(digest);
}

}  // namespace usmp

#endif  // __AVR__
