// AES-256-GCM by BearSSL: one packet sealed or opened. For the two files that choose suites,
// aead.cpp (both) and aead_gcm_only.cpp, of which a program links one.
#ifndef USMP_CRYPTO_BEARSSL_GCM_HPP
#define USMP_CRYPTO_BEARSSL_GCM_HPP

#include "usmp/crypto.hpp"

namespace usmp {
namespace crypto {

/// Encrypts `text` in place and writes the tag.
void gcm_seal(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize], Bytes aad,
              MutableBytes text, uint8_t (&tag)[kTagSize]);

/// Decrypts `text` in place. False: the tag is not that of these bytes; `text` is still encrypted.
USMP_MUST_USE bool gcm_open(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
                            Bytes aad, MutableBytes text, const uint8_t (&tag)[kTagSize]);

/// True if both are the same; the time does not depend on where they differ.
bool equal_tags(const uint8_t (&one)[kTagSize], const uint8_t (&other)[kTagSize]);

}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_BEARSSL_GCM_HPP
