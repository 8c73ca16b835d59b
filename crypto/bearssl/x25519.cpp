// X25519 by BearSSL, in constant time, by the implementation that the selection names.
// BearSSL does not wipe its own temporaries: they stay on the stack below the caller's frame until
// something overwrites them.
#include <string.h>

#include "bearssl/library.hpp"
#include "selection.hpp"
#include "usmp/crypto.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

// True if every byte is zero; the time does not depend on them.
bool all_zero(const uint8_t (&bytes)[kPointSize]) {
  // Volatile, so that no compiler turns the loop into one that stops at the first other byte.
  volatile uint8_t seen = 0;
  for (size_t index = 0; index < kPointSize; ++index) {
    seen = static_cast<uint8_t>(seen | bytes[index]);
  }
  return seen == 0;
}

}  // namespace

bool x25519_public(uint8_t (&public_key)[kPointSize], const uint8_t (&private_key)[kPointSize]) {
  return selection::curve25519()->mulgen(public_key, private_key, kPointSize, BR_EC_curve25519) ==
         kPointSize;
}

bool x25519(uint8_t (&shared)[kPointSize], const uint8_t (&private_key)[kPointSize],
            const uint8_t (&public_key)[kPointSize]) {
  // In a buffer of its own, so that `shared` may lie over an input.
  Wiped<uint8_t[kPointSize]> point;
  memcpy(point.value, public_key, kPointSize);
  const uint32_t multiplied = selection::curve25519()->mul(point.value, kPointSize, private_key,
                                                           kPointSize, BR_EC_curve25519);
  // USMP3 §2: an all-zero dh is dropped. BearSSL leaves that check to its caller.
  if (multiplied != 1 || all_zero(point.value)) {
    wipe_bytes(shared, kPointSize);
    return false;
  }
  memcpy(shared, point.value, kPointSize);
  return true;
}

}  // namespace crypto
}  // namespace usmp
