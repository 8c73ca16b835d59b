// The backend with both suites: ChaCha20-Poly1305 by BearSSL here, AES-256-GCM in gcm.cpp. In
// constant time on every processor, by the implementations that the selection names.
#include "bearssl/library.hpp"
#include "gcm.hpp"
#include "selection.hpp"
#include "usmp/crypto.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

const int kEncrypt = 1;
const int kDecrypt = 0;

void chacha20_poly1305(int encrypt, const uint8_t (&key)[kKeySize],
                       const uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                       uint8_t (&tag)[kTagSize]) {
  selection::poly1305()(key, nonce, text.data, text.size, aad.data, aad.size, tag,
                        &br_chacha20_ct_run, encrypt);
}

bool authentic(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, const uint8_t (&tag)[kTagSize]) {
  switch (suite) {
    case Suite::Aes256Gcm:
      return gcm_open(key, nonce, aad, text, tag);
    case Suite::ChaCha20Poly1305: {
      Wiped<uint8_t[kTagSize]> expected;
      chacha20_poly1305(kDecrypt, key, nonce, aad, text, expected.value);
      return equal_tags(expected.value, tag);
    }
  }
  return false;
}

}  // namespace

bool suite_available(Suite suite) {
  return suite == Suite::Aes256Gcm || suite == Suite::ChaCha20Poly1305;
}

bool aead_seal(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, uint8_t (&tag)[kTagSize]) {
  switch (suite) {
    case Suite::Aes256Gcm:
      gcm_seal(key, nonce, aad, text, tag);
      return true;
    case Suite::ChaCha20Poly1305:
      chacha20_poly1305(kEncrypt, key, nonce, aad, text, tag);
      return true;
  }
  wipe_bytes(text.data, text.size);
  return false;
}

bool aead_open(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, const uint8_t (&tag)[kTagSize]) {
  if (authentic(suite, key, nonce, aad, text, tag)) return true;
  // The text was decrypted before its tag was known to be wrong.
  wipe_bytes(text.data, text.size);
  return false;
}

}  // namespace crypto
}  // namespace usmp
