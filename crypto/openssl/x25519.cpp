// X25519 by OpenSSL's EVP_PKEY. It allocates some objects a call: once or twice a handshake.
// Not for packets.
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include <memory>

#include "usmp/crypto.hpp"

namespace usmp {
namespace crypto {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
typedef std::unique_ptr<EVP_PKEY, FreeKey> Key;
typedef std::unique_ptr<EVP_PKEY_CTX, FreeContext> Context;

// Makes keys out of bytes. One a thread, kept since fetching the algorithm costs as much as the
// rest; it holds no key itself.
EVP_PKEY_CTX* importer() {
  thread_local Context context;
  if (!context) {
    context.reset(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
    if (context && EVP_PKEY_fromdata_init(context.get()) != 1) context.reset();
  }
  return context.get();
}

OSSL_PARAM parameter(const char* name, const uint8_t (&bytes)[kPointSize]) {
  // The library only reads it; its type has no const.
  return OSSL_PARAM_construct_octet_string(name, const_cast<uint8_t*>(bytes), kPointSize);
}

Key import(int selection, OSSL_PARAM* parameters) {
  EVP_PKEY* key = nullptr;
  EVP_PKEY_CTX* const context = importer();
  if (context == nullptr || EVP_PKEY_fromdata(context, &key, selection, parameters) != 1) {
    return Key();
  }
  return Key(key);
}

bool derive(uint8_t (&shared)[kPointSize], EVP_PKEY* own, EVP_PKEY* peer) {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
  const int kNoValidation = 0;  // Any 32 bytes are a public key (RFC 7748 §5).
  size_t size = kPointSize;
  return context && EVP_PKEY_derive_init(context.get()) == 1 &&
         EVP_PKEY_derive_set_peer_ex(context.get(), peer, kNoValidation) == 1 &&
         EVP_PKEY_derive(context.get(), shared, &size) == 1 && size == kPointSize;
}

}  // namespace

bool x25519_public(uint8_t (&public_key)[kPointSize], const uint8_t (&private_key)[kPointSize]) {
  OSSL_PARAM parameters[] = {parameter(OSSL_PKEY_PARAM_PRIV_KEY, private_key), OSSL_PARAM_END};
  const Key own = import(EVP_PKEY_KEYPAIR, parameters);
  size_t size = kPointSize;
  const bool done =
      own && EVP_PKEY_get_raw_public_key(own.get(), public_key, &size) == 1 && size == kPointSize;
  if (!done) ERR_clear_error();
  return done;
}

bool x25519(uint8_t (&shared)[kPointSize], const uint8_t (&private_key)[kPointSize],
            const uint8_t (&public_key)[kPointSize]) {
  // An import of the private key alone computes the public key with it, which costs as much as
  // the shared secret (70 us together against 34). So it is given one. That is the peer's, not
  // ours: the derivation reads only our private key and the peer's public one.
  OSSL_PARAM parameters[] = {parameter(OSSL_PKEY_PARAM_PUB_KEY, public_key),
                             parameter(OSSL_PKEY_PARAM_PRIV_KEY, private_key), OSSL_PARAM_END};
  OSSL_PARAM peer_parameters[] = {parameters[0], OSSL_PARAM_END};
  const Key own = import(EVP_PKEY_KEYPAIR, parameters);
  const Key peer = import(EVP_PKEY_PUBLIC_KEY, peer_parameters);

  // In a buffer of its own, so that `shared` may lie over an input.
  uint8_t secret[kPointSize] = {};
  static const uint8_t kZero[kPointSize] = {};
  // USMP3 §2: an all-zero dh is dropped. The library refuses it too; not every version did.
  const bool done = own && peer && derive(secret, own.get(), peer.get()) &&
                    CRYPTO_memcmp(secret, kZero, kPointSize) != 0;
  if (done) {
    memcpy(shared, secret, kPointSize);
  } else {
    OPENSSL_cleanse(shared, kPointSize);
    ERR_clear_error();
  }
  OPENSSL_cleanse(secret, kPointSize);
  return done;
}

}  // namespace crypto
}  // namespace usmp
