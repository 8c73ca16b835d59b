// AES-256 (FIPS 197), one block, encryption only: counter mode needs no other. The key schedule
// is computed on the fly beside the rounds, in 32 bytes instead of 240.
#ifndef USMP_CRYPTO_TINY_AES256_HPP
#define USMP_CRYPTO_TINY_AES256_HPP

#include <stdint.h>

namespace usmp {
namespace crypto {
namespace tiny {

static const uint8_t kAesBlockSize = 16;
static const uint8_t kAesKeySize = 32;

/// Encrypts the 16 bytes of `block` in place with the 32 bytes of `key`. Time and addresses depend
/// on neither (portable/), time does not (avr/: see avr/aes256.S about its one table).
extern "C" void usmp_tiny_aes256_encrypt(const uint8_t* key, uint8_t* block);

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_TINY_AES256_HPP
