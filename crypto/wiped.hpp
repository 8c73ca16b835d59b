// A local value that holds a secret and is wiped when it goes out of scope, for the backends.
// Not for the core, which has its own in base/wipe.hpp: outside core/ only include/usmp is
// reachable.
#ifndef USMP_CRYPTO_WIPED_HPP
#define USMP_CRYPTO_WIPED_HPP

#include <stddef.h>
#include <string.h>

namespace usmp {
namespace crypto {

/// Overwrites `size` bytes with zeros; never removed by the optimizer. `size` may be 0, and then
/// `secret` may be null.
inline void wipe_bytes(void* secret, size_t size) {
  if (size == 0) return;
  memset(secret, 0, size);
  // The empty assembly claims to read the memory, so the memset is never a dead store.
  __asm__ __volatile__("" : : "r"(secret) : "memory");
}

/// A plain `T` (bytes, or a context of a C library), zero at first and wiped at its end.
template <typename T>
struct Wiped {
  T value;

  Wiped() : value() {}
  ~Wiped() { wipe_bytes(&value, sizeof(value)); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
};

}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_WIPED_HPP
