// See wipe.hpp.
#include "base/wipe.hpp"

#include <string.h>

namespace usmp {

void wipe(void* secret, size_t size) {
  if (size == 0) return;  // nothing may be nowhere: memset takes no null pointer
  memset(secret, 0, size);
  // The empty assembly claims to read the memory, so the memset is never a dead store.
  __asm__ __volatile__("" : : "r"(secret) : "memory");
}

bool equal_constant_time(const uint8_t* one, const uint8_t* other, size_t size) {
  // Volatile, so that no compiler turns the loop into one that stops at the first difference.
  volatile uint8_t difference = 0;
  for (size_t index = 0; index < size; ++index) {
    difference = static_cast<uint8_t>(difference | (one[index] ^ other[index]));
  }
  return difference == 0;
}

}  // namespace usmp
