// AES-256-GCM (NIST SP 800-38D) of BearSSL's AES in counter mode and GHASH, in constant time on
// every processor, by the implementations that the selection names. BearSSL's own gcm.c also takes
// text in pieces; a packet is whole, which saves code and a block. All state is on the stack, and
// wiped.
#include "gcm.hpp"

#include <string.h>

#include "selection.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

const size_t kBlockSize = 16;
// Counters behind a nonce of 12 bytes: of the block that masks the tag, and of the text's first.
const uint32_t kMaskCounter = 1;
const uint32_t kTextCounter = 2;

void xor_bytes(uint8_t* to, const uint8_t* with, size_t size) {
  for (size_t index = 0; index < size; ++index) {
    to[index] = static_cast<uint8_t>(to[index] ^ with[index]);
  }
}

// One packet's AES-GCM.
class Gcm {
 public:
  Gcm(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize]) : nonce_(nonce) {
    selection::aes_init(&keys_.value, key, kKeySize);
    // Two blocks in one run: every implementation works on two at once at least.
    selection::aes_run(&keys_.value, nonce, kMaskCounter, begin_.value, sizeof begin_.value);
  }

  // Encrypts or decrypts, which is the same in counter mode.
  void run(MutableBytes text) {
    const size_t size = text.size < kBlockSize ? text.size : kBlockSize;
    xor_bytes(text.data, begin_.value + kBlockSize, size);
    if (text.size == size) return;
    selection::aes_run(&keys_.value, nonce_, kTextCounter + 1, text.data + size, text.size - size);
  }

  void write_tag(uint8_t (&tag)[kTagSize], Bytes aad, Bytes ciphertext) {
    // The key of the hash is a block of zeros, encrypted: nonce, counter and text are all zero. The
    // nonce is read before the text is written, so one block is both.
    Wiped<uint8_t[kBlockSize]> hash_key;
    selection::aes_run(&keys_.value, hash_key.value, 0, hash_key.value, kBlockSize);
    uint8_t sizes[kBlockSize] = {};
    write_bits(sizes + 4, aad.size);
    write_bits(sizes + 12, ciphertext.size);
    memset(tag, 0, kTagSize);
    const br_ghash ghash = selection::ghash();
    ghash(tag, hash_key.value, aad.data, aad.size);
    ghash(tag, hash_key.value, ciphertext.data, ciphertext.size);
    ghash(tag, hash_key.value, sizes, sizeof sizes);
    xor_bytes(tag, begin_.value, kTagSize);
  }

 private:
  // The number of bits, big-endian, of which packets need 4 bytes at most.
  static void write_bits(uint8_t* out, size_t size) {
    const uint32_t bits = static_cast<uint32_t>(size) * 8;
    for (uint8_t index = 0; index < 4; ++index) {
      out[index] = static_cast<uint8_t>(bits >> (24 - 8 * index));
    }
  }

  const uint8_t (&nonce_)[kNonceSize];
  Wiped<selection::AesKeys> keys_;
  Wiped<uint8_t[2 * kBlockSize]> begin_;  // what masks the tag, and the text's first block
};

}  // namespace

void gcm_seal(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize], Bytes aad,
              MutableBytes text, uint8_t (&tag)[kTagSize]) {
  Gcm gcm(key, nonce);
  gcm.run(text);
  gcm.write_tag(tag, aad, text);
}

bool gcm_open(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize], Bytes aad,
              MutableBytes text, const uint8_t (&tag)[kTagSize]) {
  Gcm gcm(key, nonce);
  Wiped<uint8_t[kTagSize]> expected;
  gcm.write_tag(expected.value, aad, text);
  if (!equal_tags(expected.value, tag)) return false;
  gcm.run(text);
  return true;
}

bool equal_tags(const uint8_t (&one)[kTagSize], const uint8_t (&other)[kTagSize]) {
  // Volatile, so that no compiler turns the loop into one that stops at the first difference.
  volatile uint8_t difference = 0;
  for (size_t index = 0; index < kTagSize; ++index) {
    difference = static_cast<uint8_t>(difference | (one[index] ^ other[index]));
  }
  return difference == 0;
}

}  // namespace crypto
}  // namespace usmp
