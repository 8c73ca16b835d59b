// The running SHA-256 inside of usmp::crypto::Sha256, with what HMAC needs of it beyond that class.
// The schedule is expanded in the block that it comes from, so a compression needs no other memory.
#ifndef USMP_CRYPTO_TINY_SHA256_HPP
#define USMP_CRYPTO_TINY_SHA256_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/crypto.hpp"

namespace usmp {
namespace crypto {
namespace tiny {

static const uint8_t kHashBlockSize = 64;
static const uint8_t kHashWords = 8;
static const uint8_t kBlockWords = 16;

struct HashState {
  uint32_t hash[kHashWords];
  /// Bytes are shifted in, so that a word is whole, and big-endian, after its fourth.
  uint32_t block[kBlockWords];
  uint32_t block_count;  // Whole blocks: enough for 2^38 bytes.
  uint8_t position;      // Where the next byte comes in the block.
};

void hash_start(HashState& state);
/// `mask` is combined with each byte by xor.
void hash_add(HashState& state, const uint8_t* bytes, size_t size, uint8_t mask);
/// Adds `count` times the byte `value`.
void hash_add_same(HashState& state, uint8_t value, uint8_t count);
/// Writes the digest and wipes the state.
void hash_finish(HashState& state, uint8_t (&digest)[kHashSize]);

/// One compression: `hash` takes in `block`, which is then used up.
extern "C" void usmp_tiny_sha256_compress(uint32_t* hash, uint32_t* block);

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_TINY_SHA256_HPP
