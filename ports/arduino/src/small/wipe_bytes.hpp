// Overwriting secrets so that no optimizer leaves it out. Not the core's own, which is not for
// ports.
#ifndef USMP_ARDUINO_SMALL_WIPE_BYTES_HPP
#define USMP_ARDUINO_SMALL_WIPE_BYTES_HPP

#include <stddef.h>
#include <string.h>

namespace usmp {

inline void wipe_bytes(void* secret, size_t size) {
  memset(secret, 0, size);
  __asm__ __volatile__("" : : "r"(secret) : "memory");  // not a dead store
}

}  // namespace usmp

#endif  // USMP_ARDUINO_SMALL_WIPE_BYTES_HPP
