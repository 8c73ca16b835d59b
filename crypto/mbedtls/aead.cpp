// AES-256-GCM by mbedTLS, and ChaCha20-Poly1305 where the library was configured with it (ESP-IDF's
// is not unless asked): one packet at a time, in place. Not by psa_aead_*, which calls these same
// functions and wants the tag behind the text or, from 3.1 on, copies packets to the heap
// (docs/decisions/0025).
#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>

#include "usmp/crypto.hpp"
#include "wiped.hpp"

#if !defined(MBEDTLS_GCM_C) || !defined(MBEDTLS_AES_C)
#error "mbedTLS is configured without AES or GCM, which USMP needs"
#endif

namespace usmp {
namespace crypto {
namespace {

// A packet's cipher: the library's context, with the key; wiped and freed with this object.
class Gcm {
 public:
  explicit Gcm(const uint8_t (&key)[kKeySize]) {
    mbedtls_gcm_init(&context_);
    keyed_ = mbedtls_gcm_setkey(&context_, MBEDTLS_CIPHER_ID_AES, key, kKeySize * 8) == 0;
  }
  ~Gcm() { mbedtls_gcm_free(&context_); }
  Gcm(const Gcm&) = delete;
  Gcm& operator=(const Gcm&) = delete;

  bool seal(const uint8_t* nonce, Bytes aad, MutableBytes text, uint8_t* tag) {
    return keyed_ &&
           mbedtls_gcm_crypt_and_tag(&context_, MBEDTLS_GCM_ENCRYPT, text.size, nonce, kNonceSize,
                                     aad.data, aad.size, text.data, text.data, kTagSize, tag) == 0;
  }
  bool open(const uint8_t* nonce, Bytes aad, MutableBytes text, const uint8_t* tag) {
    return keyed_ && mbedtls_gcm_auth_decrypt(&context_, text.size, nonce, kNonceSize, aad.data,
                                              aad.size, tag, kTagSize, text.data, text.data) == 0;
  }

 private:
  mbedtls_gcm_context context_;
  bool keyed_;
};

#if defined(MBEDTLS_CHACHAPOLY_C)
const bool kChaCha20Poly1305 = true;

class ChaCha20Poly1305 {
 public:
  explicit ChaCha20Poly1305(const uint8_t (&key)[kKeySize]) {
    mbedtls_chachapoly_init(&context_);
    keyed_ = mbedtls_chachapoly_setkey(&context_, key) == 0;
  }
  ~ChaCha20Poly1305() { mbedtls_chachapoly_free(&context_); }
  ChaCha20Poly1305(const ChaCha20Poly1305&) = delete;
  ChaCha20Poly1305& operator=(const ChaCha20Poly1305&) = delete;

  bool seal(const uint8_t* nonce, Bytes aad, MutableBytes text, uint8_t* tag) {
    return keyed_ && mbedtls_chachapoly_encrypt_and_tag(&context_, text.size, nonce, aad.data,
                                                        aad.size, text.data, text.data, tag) == 0;
  }
  bool open(const uint8_t* nonce, Bytes aad, MutableBytes text, const uint8_t* tag) {
    return keyed_ && mbedtls_chachapoly_auth_decrypt(&context_, text.size, nonce, aad.data,
                                                     aad.size, tag, text.data, text.data) == 0;
  }

 private:
  mbedtls_chachapoly_context context_;
  bool keyed_;
};
#else
const bool kChaCha20Poly1305 = false;

// Not in this library: refuses everything.
class ChaCha20Poly1305 {
 public:
  explicit ChaCha20Poly1305(const uint8_t (&)[kKeySize]) {}
  bool seal(const uint8_t*, Bytes, MutableBytes, uint8_t*) { return false; }
  bool open(const uint8_t*, Bytes, MutableBytes, const uint8_t*) { return false; }
};
#endif

bool refuse(MutableBytes text) {
  wipe_bytes(text.data, text.size);
  return false;
}

}  // namespace

bool suite_available(Suite suite) {
  return suite == Suite::Aes256Gcm || (kChaCha20Poly1305 && suite == Suite::ChaCha20Poly1305);
}

bool aead_seal(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, uint8_t (&tag)[kTagSize]) {
  bool sealed = false;
  switch (suite) {
    case Suite::Aes256Gcm:
      sealed = Gcm(key).seal(nonce, aad, text, tag);
      break;
    case Suite::ChaCha20Poly1305:
      sealed = ChaCha20Poly1305(key).seal(nonce, aad, text, tag);
      break;
  }
  return sealed || refuse(text);
}

bool aead_open(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, const uint8_t (&tag)[kTagSize]) {
  bool authentic = false;
  switch (suite) {
    case Suite::Aes256Gcm:
      authentic = Gcm(key).open(nonce, aad, text, tag);
      break;
    case Suite::ChaCha20Poly1305:
      authentic = ChaCha20Poly1305(key).open(nonce, aad, text, tag);
      break;
  }
  // The text was decrypted before its tag was known to be wrong.
  return authentic || refuse(text);
}

}  // namespace crypto
}  // namespace usmp
