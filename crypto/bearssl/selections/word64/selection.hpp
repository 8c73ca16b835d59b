// BearSSL's implementations for processors of 64 bits: four AES blocks at once, 64-bit products.
// For smaller processors see word32 and mul32.
#ifndef USMP_CRYPTO_BEARSSL_SELECTION_HPP
#define USMP_CRYPTO_BEARSSL_SELECTION_HPP

#include <stddef.h>
#include <stdint.h>

#include "bearssl/library.hpp"

namespace usmp {
namespace crypto {
namespace selection {

typedef br_aes_ct64_ctr_keys AesKeys;

inline void aes_init(AesKeys* keys, const uint8_t* key, size_t size) {
  br_aes_ct64_ctr_init(keys, key, size);
}
/// Text xor the blocks of counter mode, from block `counter` on.
inline void aes_run(const AesKeys* keys, const uint8_t* nonce, uint32_t counter, uint8_t* text,
                    size_t size) {
  br_aes_ct64_ctr_run(keys, nonce, counter, text, size);
}
inline br_ghash ghash() { return &br_ghash_ctmul64; }
inline const br_ec_impl* curve25519() { return &br_ec_c25519_m31; }
inline br_poly1305_run poly1305() { return &br_poly1305_ctmul_run; }

}  // namespace selection
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_BEARSSL_SELECTION_HPP
