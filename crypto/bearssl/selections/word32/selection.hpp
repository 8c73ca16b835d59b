// BearSSL's implementations for processors of 32 bits that multiply 32x32 to 64 bits in constant
// time (Cortex-M4, most RV32IM). X25519 m31 takes 2.0 M instructions and 920 bytes of stack on a
// M4. Not for the Cortex-M3, whose long multiplication ends early for small numbers: see mul32.
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
inline br_ghash ghash() { return &br_ghash_ctmul; }
inline const br_ec_impl* curve25519() { return &br_ec_c25519_m31; }
inline br_poly1305_run poly1305() { return &br_poly1305_ctmul_run; }

}  // namespace selection
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_BEARSSL_SELECTION_HPP
