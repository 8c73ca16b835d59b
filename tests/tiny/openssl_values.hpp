// What OpenSSL says, straight from its library and not through a backend of ours: the other side of
// every comparison in this directory. Throws where the library fails.
#ifndef USMP_TESTS_TINY_OPENSSL_VALUES_HPP
#define USMP_TESTS_TINY_OPENSSL_VALUES_HPP

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "usmp/crypto.hpp"

namespace usmp::tiny_test {

using ByteVector = std::vector<uint8_t>;

inline void must(bool good) {
  if (!good) throw std::runtime_error("OpenSSL failed");
}
inline int int_size(size_t size) { return static_cast<int>(size); }

inline ByteVector openssl_sha256(const ByteVector& message) {
  ByteVector digest(crypto::kHashSize);
  must(EVP_Digest(message.data(), message.size(), digest.data(), nullptr, EVP_sha256(), nullptr) ==
       1);
  return digest;
}

inline ByteVector openssl_hmac(const ByteVector& key, const ByteVector& message) {
  ByteVector mac(crypto::kHashSize);
  const uint8_t nothing = 0;  // The library takes a null key for the one before.
  must(HMAC(EVP_sha256(), key.empty() ? &nothing : key.data(), int_size(key.size()), message.data(),
            message.size(), mac.data(), nullptr) != nullptr);
  return mac;
}

/// The text encrypted, followed by the tag.
inline ByteVector openssl_seal(crypto::Suite suite, const uint8_t* key, const uint8_t* nonce,
                               const ByteVector& aad, const ByteVector& text) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const EVP_CIPHER* cipher =
      suite == crypto::Suite::Aes256Gcm ? EVP_aes_256_gcm() : EVP_chacha20_poly1305();
  ByteVector out(text.size() + crypto::kTagSize);
  int size = 0;
  must(EVP_EncryptInit_ex(context.get(), cipher, nullptr, key, nonce) == 1);
  must(EVP_EncryptUpdate(context.get(), nullptr, &size, aad.data(), int_size(aad.size())) == 1);
  must(EVP_EncryptUpdate(context.get(), out.data(), &size, text.data(), int_size(text.size())) ==
       1);
  must(EVP_EncryptFinal_ex(context.get(), out.data() + size, &size) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, crypto::kTagSize,
                           out.data() + text.size()) == 1);
  return out;
}

/// The shared secret, or nothing where it would be all zero.
inline ByteVector openssl_x25519(const uint8_t* private_key, const uint8_t* public_key) {
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  const Key own(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, private_key, 32),
                EVP_PKEY_free);
  const Key peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, public_key, 32),
                 EVP_PKEY_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(own.get(), nullptr), EVP_PKEY_CTX_free);
  ByteVector shared(crypto::kPointSize);
  size_t size = shared.size();
  must(EVP_PKEY_derive_init(context.get()) == 1);
  must(EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1);
  if (EVP_PKEY_derive(context.get(), shared.data(), &size) != 1) return {};
  return shared;
}

}  // namespace usmp::tiny_test

#endif  // USMP_TESTS_TINY_OPENSSL_VALUES_HPP
