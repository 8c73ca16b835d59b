// The AEAD suites: which there are, and checking a tag before anything is decrypted.
#include "chacha20_poly1305.hpp"
#include "gcm.hpp"
#include "platform.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

typedef uint8_t Key[kKeySize];
typedef uint8_t Nonce[kNonceSize];
typedef uint8_t Tag[kTagSize];

// False: not a suite of this build; `tag` is then not written.
bool compute_tag(Suite suite, const Key& key, const Nonce& nonce, Bytes aad, Bytes text, Tag& tag) {
  switch (suite) {
    case Suite::Aes256Gcm:
      tiny::gcm_tag(key, nonce, aad, text, tag);
      return true;
    case Suite::ChaCha20Poly1305:
#if USMP_TINY_CHACHA20_POLY1305
      tiny::chacha20_poly1305_tag(key, nonce, aad, text, tag);
      return true;
#else
      return false;
#endif
  }
  return false;
}

// `suite` is available.
void crypt(Suite suite, const Key& key, const Nonce& nonce, MutableBytes text) {
#if USMP_TINY_CHACHA20_POLY1305
  if (suite == Suite::ChaCha20Poly1305) {
    tiny::chacha20_crypt(key, nonce, text);
    return;
  }
#endif
  static_cast<void>(suite);
  tiny::gcm_crypt(key, nonce, text);
}

// True if both are the same; the time does not depend on where they differ.
bool equal_tags(const Tag& one, const Tag& other) {
  // Volatile, so that no compiler turns the loop into one that stops at the first difference.
  volatile uint8_t difference = 0;
  for (uint8_t index = 0; index < kTagSize; ++index) {
    difference = static_cast<uint8_t>(difference | (one[index] ^ other[index]));
  }
  const bool equal = difference == 0;
  USMP_TINY_DECLASSIFY(equal);
  return equal;
}

}  // namespace

bool suite_available(Suite suite) {
  return suite == Suite::Aes256Gcm ||
         (USMP_TINY_CHACHA20_POLY1305 != 0 && suite == Suite::ChaCha20Poly1305);
}

bool aead_seal(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, uint8_t (&tag)[kTagSize]) {
  if (!suite_available(suite)) {
    wipe_bytes(text.data, text.size);
    return false;
  }
  crypt(suite, key, nonce, text);
  return compute_tag(suite, key, nonce, aad, text, tag);
}

bool aead_open(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, const uint8_t (&tag)[kTagSize]) {
  Wiped<Tag> expected;
  if (!compute_tag(suite, key, nonce, aad, text, expected.value) ||
      !equal_tags(expected.value, tag)) {
    // Nothing was decrypted; it is wiped so that nobody reads it by mistake.
    wipe_bytes(text.data, text.size);
    return false;
  }
  crypt(suite, key, nonce, text);
  return true;
}

}  // namespace crypto
}  // namespace usmp
