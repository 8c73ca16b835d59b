// AES-256-GCM by BearSSL, in constant time on every processor, by the implementations that the
// selection names. All state is on the stack, and wiped.
#include "gcm.hpp"

#include <bearssl_aead.h>
#include <bearssl_block.h>
#include <bearssl_hash.h>

#include "selection.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

const int kEncrypt = 1;
const int kDecrypt = 0;

// One packet's AES-GCM: expanded key and running state.
class Gcm {
 public:
  Gcm(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize], Bytes aad) {
    selection::aes_init(&keys_.value, key, kKeySize);
    br_gcm_init(&state_.value, &keys_.value.vtable, selection::ghash());
    br_gcm_reset(&state_.value, nonce, kNonceSize);
    if (!aad.empty()) br_gcm_aad_inject(&state_.value, aad.data, aad.size);
    br_gcm_flip(&state_.value);
  }

  void run(int encrypt, MutableBytes text) {
    if (!text.empty()) br_gcm_run(&state_.value, encrypt, text.data, text.size);
  }
  void read_tag(uint8_t (&tag)[kTagSize]) { br_gcm_get_tag(&state_.value, tag); }
  // In constant time.
  bool tag_is(const uint8_t (&tag)[kTagSize]) { return br_gcm_check_tag(&state_.value, tag) == 1; }

 private:
  Wiped<selection::AesKeys> keys_;
  Wiped<br_gcm_context> state_;
};

}  // namespace

void gcm_seal(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize], Bytes aad,
              MutableBytes text, uint8_t (&tag)[kTagSize]) {
  Gcm gcm(key, nonce, aad);
  gcm.run(kEncrypt, text);
  gcm.read_tag(tag);
}

bool gcm_open(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize], Bytes aad,
              MutableBytes text, const uint8_t (&tag)[kTagSize]) {
  Gcm gcm(key, nonce, aad);
  gcm.run(kDecrypt, text);
  return gcm.tag_is(tag);
}

}  // namespace crypto
}  // namespace usmp
