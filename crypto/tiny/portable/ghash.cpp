// The multiplication of GHASH, bit by bit as in NIST SP 800-38D §6.3, with masks for decisions.
#include "../ghash.hpp"

#include "../platform.hpp"
#include "wiped.hpp"

#if !USMP_TINY_AVR

namespace usmp {
namespace crypto {
namespace tiny {
namespace {

const uint8_t kWords = 4;
const uint32_t kReduction = 0xe1000000;  // x^128 = x^7 + x^2 + x + 1, first bits first

struct Element {
  uint32_t word[kWords];
};

void load(Element& element, const uint8_t* bytes) {
  for (uint8_t index = 0; index < kGhashSize; ++index) {
    element.word[index / 4] = element.word[index / 4] << 8 | bytes[index];
  }
}

void store(uint8_t* bytes, const Element& element) {
  for (uint8_t index = 0; index < kGhashSize; ++index) {
    bytes[index] = static_cast<uint8_t>(element.word[index / 4] >> (24 - 8 * (index % 4)));
  }
}

void multiply_by_x(Element& element) {
  const uint32_t overflow = opaque(0u - (element.word[kWords - 1] & 1));
  for (uint8_t index = kWords - 1; index > 0; --index) {
    element.word[index] = element.word[index] >> 1 | element.word[index - 1] << 31;
  }
  element.word[0] = element.word[0] >> 1 ^ (overflow & kReduction);
}

}  // namespace

extern "C" void usmp_tiny_ghash_multiply(uint8_t* hash, const uint8_t* hash_key) {
  Wiped<Element> product;
  Wiped<Element> shifted_key;  // The key times x, as often as bits of `hash` were seen.
  load(shifted_key.value, hash_key);
  for (uint8_t index = 0; index < kGhashSize; ++index) {
    for (uint8_t bit = 8; bit > 0; --bit) {
      const uint32_t mask = opaque(0u - static_cast<uint32_t>(hash[index] >> (bit - 1) & 1));
      for (uint8_t word = 0; word < kWords; ++word) {
        product.value.word[word] ^= shifted_key.value.word[word] & mask;
      }
      multiply_by_x(shifted_key.value);
    }
  }
  store(hash, product.value);
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // !USMP_TINY_AVR
