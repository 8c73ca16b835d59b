// USMP::eeprom(): keys in the EEPROM object of a board, real or in flash (ESP8266, RP2040, SAMD
// with a library for it). The sketch includes <EEPROM.h>; nothing here does.
#ifndef USMP_ARDUINO_USMP_EEPROM_HPP
#define USMP_ARDUINO_USMP_EEPROM_HPP

#include "usmp_keys.hpp"

namespace usmp_arduino {

/// Bytes that USMPKeys needs.
static const size_t kEepromSize = USMPStorage::kPlaceCount * USMPStorage::kPlaceSize;

// Emulations in flash are begun with a size and committed; a real EEPROM knows neither.
template <typename Object>
auto begin_eeprom(Object& object, size_t size, int) -> decltype(object.begin(size), void()) {
  object.begin(size);
}
template <typename Object>
void begin_eeprom(Object&, size_t, long) {}
template <typename Object>
auto commit_eeprom(Object& object, int) -> decltype(static_cast<bool>(object.commit())) {
  return static_cast<bool>(object.commit());
}
template <typename Object>
bool commit_eeprom(Object&, long) {
  return true;
}

/// An EEPROM object from `Offset` on. Bytes that are there already are not written: their number of
/// writes is limited.
template <typename Object, size_t Offset>
struct Eeprom {
  static bool read(void* object, uint8_t place, uint8_t* out, size_t size) {
    Object& eeprom = *static_cast<Object*>(object);
    begin_eeprom(eeprom, Offset + kEepromSize, 0);
    const int from = static_cast<int>(Offset + place * USMPStorage::kPlaceSize);
    for (size_t index = 0; index < size; ++index) {
      out[index] = eeprom.read(from + static_cast<int>(index));
    }
    return true;
  }
  static bool write(void* object, uint8_t place, const uint8_t* data, size_t size) {
    Object& eeprom = *static_cast<Object*>(object);
    begin_eeprom(eeprom, Offset + kEepromSize, 0);
    const int from = static_cast<int>(Offset + place * USMPStorage::kPlaceSize);
    for (size_t index = 0; index < size; ++index) {
      const int at = from + static_cast<int>(index);
      if (eeprom.read(at) != data[index]) eeprom.write(at, data[index]);
    }
    return commit_eeprom(eeprom, 0);
  }
};

}  // namespace usmp_arduino

namespace USMP {
/// Keys in 512 bytes of `EEPROM` from `Offset` on.
template <size_t Offset = 0, typename Object>
USMPStorage eeprom(Object& object) {
  typedef usmp_arduino::Eeprom<Object, Offset> Access;
  const USMPStorage storage = {Access::read, Access::write, &object};
  return storage;
}
}  // namespace USMP

#endif  // USMP_ARDUINO_USMP_EEPROM_HPP
