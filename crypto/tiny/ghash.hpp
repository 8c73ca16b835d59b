// The multiplication of GHASH (NIST SP 800-38D §6.3), without tables. Not GHASH itself, which is
// one of these for each block: see gcm.cpp.
#ifndef USMP_CRYPTO_TINY_GHASH_HPP
#define USMP_CRYPTO_TINY_GHASH_HPP

#include <stdint.h>

namespace usmp {
namespace crypto {
namespace tiny {

static const uint8_t kGhashSize = 16;

/// hash = hash * hash_key in GF(2^128), both 16 bytes as the standard writes them: the first bit
/// is the coefficient of x^0. Time and addresses depend on neither.
extern "C" void usmp_tiny_ghash_multiply(uint8_t* hash, const uint8_t* hash_key);

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_TINY_GHASH_HPP
