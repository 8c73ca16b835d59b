// The backend with AES-256-GCM alone, for a device that has no room for two suites and offers only
// this one. Linked in place of aead.cpp.
#include "gcm.hpp"
#include "usmp/crypto.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {

bool suite_available(Suite suite) { return suite == Suite::Aes256Gcm; }

bool aead_seal(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, uint8_t (&tag)[kTagSize]) {
  if (suite != Suite::Aes256Gcm) {
    wipe_bytes(text.data, text.size);
    return false;
  }
  gcm_seal(key, nonce, aad, text, tag);
  return true;
}

bool aead_open(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, const uint8_t (&tag)[kTagSize]) {
  return suite == Suite::Aes256Gcm && gcm_open(key, nonce, aad, text, tag);
}

}  // namespace crypto
}  // namespace usmp
