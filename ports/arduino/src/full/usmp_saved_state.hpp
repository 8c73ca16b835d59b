// A session that sleeps, as bytes: put them where they outlive the sleep and nobody else reads
// them.
#ifndef USMP_ARDUINO_USMP_SAVED_STATE_HPP
#define USMP_ARDUINO_USMP_SAVED_STATE_HPP

#include "../usmp_api.h"

// NOLINTBEGIN(readability-identifier-naming)
/// No constructor: in memory that outlives a deep sleep (ESP32: RTC_DATA_ATTR) it must stay as it
/// is.
struct USMPSavedState {
  uint8_t size;  ///< 0: none
  uint8_t bytes[USMP_SAVED_STATE_MAX];
};
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_ARDUINO_USMP_SAVED_STATE_HPP
