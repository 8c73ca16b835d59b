// AES-256-GCM (NIST SP 800-38D) with nonces of 96 bits. Tag and text are two passes, so that a
// packet is checked before a byte of it is decrypted and no state but one block lives beside each.
#include "gcm.hpp"

#include <string.h>

#include "aes256.hpp"
#include "ghash.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace tiny {
namespace {

static_assert(kAesKeySize == kKeySize && kGhashSize == kTagSize && kAesBlockSize == kTagSize,
              "sizes of GCM");

const uint32_t kTagCounter = 1;  // The first block encrypts the tag, those after it the text.

void write_word(uint8_t* out, uint32_t word) {
  for (uint8_t index = 4; index > 0; --index) {
    out[index - 1] = static_cast<uint8_t>(word);
    word >>= 8;
  }
}

// The key stream of one block.
void encrypt_counter(uint8_t (&block)[kAesBlockSize], const uint8_t* key, const uint8_t* nonce,
                     uint32_t counter) {
  memcpy(block, nonce, kNonceSize);
  write_word(block + kNonceSize, counter);
  usmp_tiny_aes256_encrypt(key, block);
}

void xor_into(uint8_t* to, const uint8_t* bytes, uint8_t size) {
  for (uint8_t index = 0; index < size; ++index) {
    to[index] = static_cast<uint8_t>(to[index] ^ bytes[index]);
  }
}

uint8_t size_of_block(size_t left) {
  return left < kAesBlockSize ? static_cast<uint8_t>(left) : kAesBlockSize;
}

// Takes in `bytes`, followed by zeros up to a whole block.
void hash_padded(uint8_t* hash, const uint8_t* hash_key, Bytes bytes) {
  while (!bytes.empty()) {
    const uint8_t size = size_of_block(bytes.size);
    xor_into(hash, bytes.data, size);
    usmp_tiny_ghash_multiply(hash, hash_key);
    bytes = bytes.from(size);
  }
}

// The last block: both lengths in bits, 64 bits each, big-endian. No packet has 2^29 bytes.
void hash_sizes(uint8_t* hash, const uint8_t* hash_key, size_t aad_size, size_t text_size) {
  uint8_t sizes[4];
  write_word(sizes, static_cast<uint32_t>(aad_size) << 3);
  xor_into(hash + 4, sizes, sizeof(sizes));
  write_word(sizes, static_cast<uint32_t>(text_size) << 3);
  xor_into(hash + 12, sizes, sizeof(sizes));
  usmp_tiny_ghash_multiply(hash, hash_key);
}

}  // namespace

void gcm_tag(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize], Bytes aad,
             Bytes text, uint8_t (&tag)[kTagSize]) {
  Wiped<uint8_t[kAesBlockSize]> block;
  usmp_tiny_aes256_encrypt(key, block.value);  // Of zeros: the key of the hash.
  memset(tag, 0, kTagSize);
  hash_padded(tag, block.value, aad);
  hash_padded(tag, block.value, text);
  hash_sizes(tag, block.value, aad.size, text.size);
  encrypt_counter(block.value, key, nonce, kTagCounter);
  xor_into(tag, block.value, kTagSize);
}

void gcm_crypt(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               MutableBytes text) {
  Wiped<uint8_t[kAesBlockSize]> block;
  uint32_t counter = kTagCounter;
  while (!text.empty()) {
    const uint8_t size = size_of_block(text.size);
    encrypt_counter(block.value, key, nonce, ++counter);
    xor_into(text.data, block.value, size);
    text = text.from(size);
  }
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp
