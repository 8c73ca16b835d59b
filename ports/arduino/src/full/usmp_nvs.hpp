// USMP::nvs(): keys in the key-value memory of an ESP32, through its Preferences library.
// Each write there is whole or not at all.
#ifndef USMP_ARDUINO_USMP_NVS_HPP
#define USMP_ARDUINO_USMP_NVS_HPP

#include "usmp_keys.hpp"

#if defined(ARDUINO_ARCH_ESP32)
#include <Preferences.h>
#endif

namespace usmp_arduino {

static const char kNvsSpace[] = "usmp";

/// A Preferences object, or one with its calls.
template <typename Object>
struct Nvs {
  // The names of the entries.
  static const char* name(uint8_t place) {
    static const char* const names[] = {"identity", "seed_a", "seed_b", "sleep"};
    return names[place];
  }
  static bool read(void* object, uint8_t place, uint8_t* out, size_t size) {
    Object& nvs = *static_cast<Object*>(object);
    if (!nvs.begin(kNvsSpace, true)) return false;
    const size_t there = nvs.getBytesLength(name(place));
    uint8_t stored[USMPStorage::kPlaceSize];
    const bool fits = there > 0 && there <= sizeof stored;
    const size_t got = fits ? nvs.getBytes(name(place), stored, sizeof stored) : 0;
    nvs.end();
    memset(out, 0, size);
    memcpy(out, stored, got < size ? got : size);
    memset(stored, 0, sizeof stored);
    __asm__ __volatile__("" : : "r"(stored) : "memory");  // not a dead store
    return fits && got == there;
  }
  static bool write(void* object, uint8_t place, const uint8_t* data, size_t size) {
    Object& nvs = *static_cast<Object*>(object);
    if (!nvs.begin(kNvsSpace, false)) return false;
    const bool written = nvs.putBytes(name(place), data, size) == size;
    nvs.end();
    return written;
  }
};

}  // namespace usmp_arduino

namespace USMP {
/// Keys in the entries "usmp" of `preferences`, which is used for nothing else meanwhile.
template <typename Object>
USMPStorage nvs(Object& preferences) {
  typedef usmp_arduino::Nvs<Object> Access;
  const USMPStorage storage = {Access::read, Access::write, &preferences};
  return storage;
}
}  // namespace USMP

#endif  // USMP_ARDUINO_USMP_NVS_HPP
