// What the compiler and the core want of <string.h>, simple: a libc's own versions take 500 bytes
// of flash to be faster at sizes that no packet has. Compiled by itself, so that no optimizer turns
// a loop below into a call of itself.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, size_t size) {
  uint8_t* out = static_cast<uint8_t*>(to);
  const uint8_t* in = static_cast<const uint8_t*>(from);
  while (size-- > 0) *out++ = *in++;
  return to;
}

void* memmove(void* to, const void* from, size_t size) {
  uint8_t* out = static_cast<uint8_t*>(to);
  const uint8_t* in = static_cast<const uint8_t*>(from);
  if (out <= in) return memcpy(to, from, size);
  while (size-- > 0) out[size] = in[size];
  return to;
}

void* memset(void* to, int value, size_t size) {
  uint8_t* out = static_cast<uint8_t*>(to);
  // Secrets are wiped after every packet, in places that are aligned.
  if (value == 0 && (reinterpret_cast<uintptr_t>(out) & 3) == 0) {
    for (; size >= 4; size -= 4, out += 4) *reinterpret_cast<uint32_t*>(out) = 0;
  }
  while (size-- > 0) *out++ = static_cast<uint8_t>(value);
  return to;
}

int memcmp(const void* one, const void* other, size_t size) {
  const uint8_t* left = static_cast<const uint8_t*>(one);
  const uint8_t* right = static_cast<const uint8_t*>(other);
  for (; size > 0; --size, ++left, ++right) {
    if (*left != *right) return *left - *right;
  }
  return 0;
}
}
