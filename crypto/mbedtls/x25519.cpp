// X25519 by the PSA Crypto API of mbedTLS, which clamps, and blinds with random numbers of its own.
// A key lives in PSA's key store, which is on the heap, as long as a call; then PSA wipes it.
#include <psa/crypto.h>
#include <string.h>

#include "usmp/crypto.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

const size_t kBits = 255;

// A private key in PSA's key store, destroyed with this object.
class PrivateKey {
 public:
  // `usable()` is false if the library did not start (no entropy, no memory), or has no room.
  explicit PrivateKey(const uint8_t (&bytes)[kPointSize]) {
    // The first call starts the library; once one has succeeded all the others do, at once. After a
    // failure the next call tries again.
    if (psa_crypto_init() != PSA_SUCCESS) return;
    psa_key_attributes_t attributes = psa_key_attributes_init();
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY));
    psa_set_key_bits(&attributes, kBits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
    usable_ = psa_import_key(&attributes, bytes, kPointSize, &id_) == PSA_SUCCESS;
  }
  // If the store cannot destroy the key it is damaged; PSA has no second way to ask.
  ~PrivateKey() {
    if (usable_) static_cast<void>(psa_destroy_key(id_));
  }
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;

  bool usable() const { return usable_; }
  psa_key_id_t id() const { return id_; }

 private:
  psa_key_id_t id_ = 0;
  bool usable_ = false;
};

// True if every byte is zero; the time does not depend on them.
bool all_zero(const uint8_t (&bytes)[kPointSize]) {
  // Volatile, so that no compiler turns the loop into one that stops at the first other byte.
  volatile uint8_t seen = 0;
  for (size_t index = 0; index < kPointSize; ++index) {
    seen = static_cast<uint8_t>(seen | bytes[index]);
  }
  return seen == 0;
}

}  // namespace

bool x25519_public(uint8_t (&public_key)[kPointSize], const uint8_t (&private_key)[kPointSize]) {
  const PrivateKey key(private_key);
  size_t size = 0;
  return key.usable() &&
         psa_export_public_key(key.id(), public_key, kPointSize, &size) == PSA_SUCCESS &&
         size == kPointSize;
}

bool x25519(uint8_t (&shared)[kPointSize], const uint8_t (&private_key)[kPointSize],
            const uint8_t (&public_key)[kPointSize]) {
  const PrivateKey key(private_key);
  // In a buffer of its own, so that `shared` may lie over an input.
  Wiped<uint8_t[kPointSize]> point;
  size_t size = 0;
  // USMP3 §2: an all-zero dh is dropped. The library refuses it too; not every version did.
  const bool done = key.usable() &&
                    psa_raw_key_agreement(PSA_ALG_ECDH, key.id(), public_key, kPointSize,
                                          point.value, kPointSize, &size) == PSA_SUCCESS &&
                    size == kPointSize && !all_zero(point.value);
  if (!done) {
    wipe_bytes(shared, kPointSize);
    return false;
  }
  memcpy(shared, point.value, kPointSize);
  return true;
}

}  // namespace crypto
}  // namespace usmp
