// USMP::boardStorage(): where keys lie on this board, if it has one of the usual memories. Other
// boards give USMPKeys a USMPStorage of their own.
#ifndef USMP_ARDUINO_USMP_BOARD_STORAGE_HPP
#define USMP_ARDUINO_USMP_BOARD_STORAGE_HPP

#if defined(ARDUINO_ARCH_ESP32)
#include "usmp_nvs.hpp"
namespace USMP {
inline USMPStorage boardStorage() {
  static Preferences preferences;
  return nvs(preferences);
}
}  // namespace USMP

#elif defined(ARDUINO_ARCH_ESP8266) || defined(ARDUINO_ARCH_RP2040) || __has_include(<EEPROM.h>)
#include <EEPROM.h>

#include "usmp_eeprom.hpp"
namespace USMP {
inline USMPStorage boardStorage() { return eeprom(EEPROM); }
}  // namespace USMP
#endif

#endif  // USMP_ARDUINO_USMP_BOARD_STORAGE_HPP
