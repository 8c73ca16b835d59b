// ChaCha20-Poly1305 (RFC 8439) for one packet, in place. Not the comparison of tags: see aead.cpp.
#ifndef USMP_CRYPTO_TINY_CHACHA20_POLY1305_HPP
#define USMP_CRYPTO_TINY_CHACHA20_POLY1305_HPP

#include "usmp/crypto.hpp"

namespace usmp {
namespace crypto {
namespace tiny {

static const uint8_t kChaChaBlockSize = 64;
static const uint8_t kPolyBlockSize = 16;

/// One block of key stream (RFC 8439 §2.3).
void chacha20_block(uint8_t (&stream)[kChaChaBlockSize], const uint8_t* key, const uint8_t* nonce,
                    uint32_t counter);

/// Poly1305 (RFC 8439 §2.5) of blocks that are added one by one.
class Poly1305 {
 public:
  /// `key` has 32 bytes and must stay until read_tag(): r, which is clamped, and s.
  explicit Poly1305(const uint8_t* key);
  ~Poly1305();
  Poly1305(const Poly1305&) = delete;
  Poly1305& operator=(const Poly1305&) = delete;
  /// Adds `bytes`, followed by zeros up to a whole block.
  void add_padded(Bytes bytes);
  /// Adds one block of two sizes, 64 bits each, little-endian.
  void add_sizes(size_t one, size_t other);
  void read_tag(uint8_t (&tag)[kTagSize]);

 private:
  void add_block(const uint8_t* bytes, uint8_t size);
  void subtract_prime_once();

  const uint8_t* key_;
  uint8_t sum_[kPolyBlockSize + 1];
};

/// The tag over `aad` and the encrypted bytes of `text`.
void chacha20_poly1305_tag(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
                           Bytes aad, Bytes text, uint8_t (&tag)[kTagSize]);

/// Encrypts or decrypts `text`: that is the same.
void chacha20_crypt(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
                    MutableBytes text);

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_TINY_CHACHA20_POLY1305_HPP
