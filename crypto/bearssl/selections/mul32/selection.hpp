// BearSSL's implementations for processors whose multiplication gives 32 bits at most (Cortex-M0,
// ESP8266) or is not of constant time beyond that (Cortex-M3). On a Cortex-M0 X25519 m15 takes 6.0
// M instructions where m31 takes 11.8 M.
#ifndef USMP_CRYPTO_BEARSSL_SELECTION_HPP
#define USMP_CRYPTO_BEARSSL_SELECTION_HPP

#include <stddef.h>
#include <stdint.h>

#include "bearssl/library.hpp"

namespace usmp {
namespace crypto {
namespace selection {

typedef br_aes_ct_ctr_keys AesKeys;

inline void aes_init(AesKeys* keys, const uint8_t* key, size_t size) {
  br_aes_ct_ctr_init(keys, key, size);
}
/// Text xor the blocks of counter mode, from block `counter` on.
inline void aes_run(const AesKeys* keys, const uint8_t* nonce, uint32_t counter, uint8_t* text,
                    size_t size) {
  br_aes_ct_ctr_run(keys, nonce, counter, text, size);
}
inline br_ghash ghash() { return &br_ghash_ctmul32; }
inline const br_ec_impl* curve25519() { return &br_ec_c25519_m15; }
inline br_poly1305_run poly1305() { return &br_poly1305_ctmul32_run; }

}  // namespace selection
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_BEARSSL_SELECTION_HPP
