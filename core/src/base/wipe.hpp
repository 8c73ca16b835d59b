// Wiping secrets so that the compiler cannot leave it out, and comparing them without telling by
// time where they differ.
#ifndef USMP_BASE_WIPE_HPP
#define USMP_BASE_WIPE_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/bytes.hpp"

namespace usmp {

/// Overwrites `size` bytes with zeros; never removed by the optimizer.
void wipe(void* secret, size_t size);

/// True if both hold the same `size` bytes; the time depends on `size` only.
bool equal_constant_time(const uint8_t* one, const uint8_t* other, size_t size);

/// Bytes that are wiped when they go out of scope.
template <size_t N>
struct SecretArray {
  uint8_t bytes[N];

  SecretArray() : bytes() {}
  ~SecretArray() { wipe(bytes, N); }
  SecretArray(const SecretArray&) = delete;
  SecretArray& operator=(const SecretArray&) = delete;
};

}  // namespace usmp

#endif  // USMP_BASE_WIPE_HPP
