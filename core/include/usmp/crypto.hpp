// The few primitives that USMP stands on. A backend (crypto/openssl, crypto/bearssl, …) defines
// them and is chosen by linking. Not for protocol: no label, nonce or packet is known here.
#ifndef USMP_CRYPTO_HPP
#define USMP_CRYPTO_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/bytes.hpp"
#include "usmp/result.hpp"

namespace usmp {
namespace crypto {

static const size_t kKeySize = 32;
static const size_t kNonceSize = 12;
static const size_t kTagSize = 16;
static const size_t kHashSize = 32;
static const size_t kPointSize = 32;
/// Large enough for every backend's running SHA-256 (asserted in each). mbedTLS with the hash
/// hardware of some chips needs 116: such a build has the macro, the same for every file.
#if !defined(USMP_SHA256_STATE_SIZE)
#define USMP_SHA256_STATE_SIZE 112
#endif
static const size_t kSha256StateSize = USMP_SHA256_STATE_SIZE;

/// The AEAD suites, by the numbers of the wire.
enum class Suite : uint8_t { Aes256Gcm = 1, ChaCha20Poly1305 = 2 };

/// True if this backend was built with `suite`.
bool suite_available(Suite suite);

/// SHA-256 over bytes that come in pieces. Wiped when destroyed. Not copyable.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  /// Forgets everything and begins anew.
  void start();
  void update(Bytes piece);
  /// Writes the digest; after that only start() is allowed.
  void finish(uint8_t (&digest)[kHashSize]);

 private:
  union {
    uint64_t align_;
    void* pointer_align_;
    uint8_t storage_[kSha256StateSize];
  };
};

/// HMAC-SHA256 of `count` pieces one after another. `out` may overlap nothing of the input but
/// the key. A key of any length, 0 included.
void hmac_sha256(uint8_t (&out)[kHashSize], Bytes key, const Bytes* pieces, size_t count);

/// The public key of a private one (RFC 7748, clamped inside). False: the library failed.
USMP_MUST_USE bool x25519_public(uint8_t (&public_key)[kPointSize],
                                 const uint8_t (&private_key)[kPointSize]);

/// The shared secret. False when it would be all zero (a low-order point) or the library failed;
/// `shared` is then wiped.
USMP_MUST_USE bool x25519(uint8_t (&shared)[kPointSize], const uint8_t (&private_key)[kPointSize],
                          const uint8_t (&public_key)[kPointSize]);

/// Encrypts `text` in place and writes the tag. False: suite not available or the library failed;
/// `text` is then wiped.
USMP_MUST_USE bool aead_seal(Suite suite, const uint8_t (&key)[kKeySize],
                             const uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                             uint8_t (&tag)[kTagSize]);

/// Checks the tag in constant time and decrypts `text` in place. False: not authentic; `text` is
/// then unusable (wiped or still encrypted, never unauthentic plaintext).
USMP_MUST_USE bool aead_open(Suite suite, const uint8_t (&key)[kKeySize],
                             const uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                             const uint8_t (&tag)[kTagSize]);

}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_HPP
