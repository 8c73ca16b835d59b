// AES-256-GCM for one packet, in place. Not the comparison of tags: see aead.cpp.
#ifndef USMP_CRYPTO_TINY_GCM_HPP
#define USMP_CRYPTO_TINY_GCM_HPP

#include "usmp/crypto.hpp"

namespace usmp {
namespace crypto {
namespace tiny {

/// The tag over `aad` and the encrypted bytes of `text`.
void gcm_tag(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize], Bytes aad,
             Bytes text, uint8_t (&tag)[kTagSize]);

/// Encrypts or decrypts `text`: in counter mode that is the same.
void gcm_crypt(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               MutableBytes text);

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_TINY_GCM_HPP
