// AES-256 (FIPS 197) without a table: the S-box is computed as the standard defines it, an inverse
// in GF(2^8) and an affine map, for 20 bytes at once (a state and a word of the key schedule),
// with bit n of every byte in one word (a plane).
#include "../aes256.hpp"

#include <string.h>

#include "../platform.hpp"
#include "wiped.hpp"

#if !USMP_TINY_AVR

namespace usmp {
namespace crypto {
namespace tiny {
namespace {

const uint8_t kRounds = 14;
const uint8_t kWordSize = 4;
const uint8_t kBits = 8;
const uint8_t kSlices = kAesBlockSize + kWordSize;
const uint8_t kReduction = 0x1b;  // x^8 = x^4 + x^3 + x + 1
const uint8_t kAffineConstant = 0x63;

// Up to 32 elements of GF(2^8); bit b of element s is bit s of bit[b].
struct Planes {
  uint32_t bit[kBits];
};

// Fills `reduced` from a polynomial of degree 14 at most.
void reduce(Planes& reduced, uint32_t (&wide)[2 * kBits - 1]) {
  for (uint8_t degree = 2 * kBits - 2; degree >= kBits; --degree) {
    wide[degree - 4] ^= wide[degree];
    wide[degree - 5] ^= wide[degree];
    wide[degree - 7] ^= wide[degree];
    wide[degree - 8] ^= wide[degree];
  }
  for (uint8_t index = 0; index < kBits; ++index) reduced.bit[index] = wide[index];
}

// `product` may be one of the factors.
void multiply(Planes& product, const Planes& one, const Planes& other) {
  uint32_t wide[2 * kBits - 1] = {};
  for (uint8_t i = 0; i < kBits; ++i) {
    for (uint8_t j = 0; j < kBits; ++j) wide[i + j] ^= one.bit[i] & other.bit[j];
  }
  reduce(product, wide);
}

// Squaring only spreads the bits.
void square(Planes& value, uint8_t times) {
  for (; times > 0; --times) {
    uint32_t wide[2 * kBits - 1] = {};
    for (uint8_t index = 0; index < kBits; ++index) wide[2 * index] = value.bit[index];
    reduce(value, wide);
  }
}

// x^254, the inverse of x, and 0 for 0.
void invert(Planes& x) {
  Planes x2 = x;
  square(x2, 1);
  multiply(x, x, x2);  // x^3
  Planes x12 = x;
  square(x12, 2);
  multiply(x, x, x12);  // x^15
  square(x, 4);         // x^240
  multiply(x, x, x12);  // x^252
  multiply(x, x, x2);   // x^254
}

// Bit i of the result is bits i, i + 4, i + 5, i + 6, i + 7 (mod 8) of x, and bit i of 0x63.
void apply_affine(Planes& x) {
  const Planes in = x;
  for (uint8_t i = 0; i < kBits; ++i) {
    const uint32_t constant = 0u - static_cast<uint32_t>(kAffineConstant >> i & 1);
    x.bit[i] = in.bit[i] ^ in.bit[(i + 4) % kBits] ^ in.bit[(i + 5) % kBits] ^
               in.bit[(i + 6) % kBits] ^ in.bit[(i + 7) % kBits] ^ constant;
  }
}

// The S-box at every byte of state and word.
void substitute(uint8_t (&bytes)[kSlices]) {
  Wiped<Planes> planes;
  for (uint8_t slice = 0; slice < kSlices; ++slice) {
    for (uint8_t index = 0; index < kBits; ++index) {
      planes.value.bit[index] |= static_cast<uint32_t>(bytes[slice] >> index & 1) << slice;
    }
  }
  invert(planes.value);
  apply_affine(planes.value);
  for (uint8_t slice = 0; slice < kSlices; ++slice) {
    uint32_t byte = 0;
    for (uint8_t index = kBits; index > 0; --index) {
      byte = byte << 1 | (planes.value.bit[index - 1] >> slice & 1);
    }
    bytes[slice] = static_cast<uint8_t>(byte);
  }
}

uint8_t doubled(uint8_t byte) {
  const uint8_t overflow = opaque(static_cast<uint8_t>(0u - static_cast<unsigned>(byte >> 7)));
  return static_cast<uint8_t>(byte << 1 ^ (overflow & kReduction));
}

// Byte r of column c comes from column c + r. `rows` is the state before.
void shift_rows(uint8_t* state, const uint8_t* rows) {
  for (uint8_t index = 0; index < kAesBlockSize; ++index) {
    state[index] = rows[(index + index % 4 * 4) % kAesBlockSize];
  }
}

void mix_column(uint8_t* column) {
  const uint8_t first = column[0];
  const uint8_t all = static_cast<uint8_t>(column[0] ^ column[1] ^ column[2] ^ column[3]);
  for (uint8_t row = 0; row < 4; ++row) {
    const uint8_t next = row < 3 ? column[row + 1] : first;
    const uint8_t sum = static_cast<uint8_t>(column[row] ^ next);
    column[row] = static_cast<uint8_t>(column[row] ^ all ^ doubled(sum));
  }
}

void add(uint8_t* to, const uint8_t* bytes, uint8_t size) {
  for (uint8_t index = 0; index < size; ++index) {
    to[index] = static_cast<uint8_t>(to[index] ^ bytes[index]);
  }
}

// The next round key out of the one before the last, in its place; `word` is the last word of the
// last one, substituted.
void next_round_key(uint8_t* round_key, const uint8_t* word) {
  add(round_key, word, kWordSize);
  for (uint8_t index = 0; index + kWordSize < kAesBlockSize; index += kWordSize) {
    add(round_key + index + kWordSize, round_key + index, kWordSize);
  }
}

// Writes the last word of a round key, with its bytes rotated for an even round.
void take_word(uint8_t* word, const uint8_t* round_key, bool rotated) {
  const uint8_t* const last = round_key + kAesBlockSize - kWordSize;
  for (uint8_t index = 0; index < kWordSize; ++index) {
    word[index] = last[rotated ? (index + 1) % kWordSize : index];
  }
}

}  // namespace

extern "C" void usmp_tiny_aes256_encrypt(const uint8_t* key, uint8_t* block) {
  // Round keys take turns: an even round's is the first half, an odd round's the second.
  Wiped<uint8_t[kAesKeySize]> keys;
  Wiped<uint8_t[kSlices]> slices;
  memcpy(keys.value, key, kAesKeySize);
  uint8_t round_constant = 1;
  add(block, keys.value, kAesBlockSize);
  for (uint8_t round = 1; round <= kRounds; ++round) {
    const bool even = round % 2 == 0;
    uint8_t* const round_key = keys.value + (even ? 0 : kAesBlockSize);
    const uint8_t* const key_before = keys.value + (even ? kAesBlockSize : 0);
    uint8_t* const word = slices.value + kAesBlockSize;
    memcpy(slices.value, block, kAesBlockSize);
    take_word(word, key_before, even);
    substitute(slices.value);
    if (even) {
      word[0] = static_cast<uint8_t>(word[0] ^ round_constant);
      round_constant = static_cast<uint8_t>(round_constant << 1);
    }
    // The first two round keys are the key itself.
    if (round > 1) next_round_key(round_key, word);
    shift_rows(block, slices.value);
    for (uint8_t index = 0; round < kRounds && index < kAesBlockSize; index += kWordSize) {
      mix_column(block + index);
    }
    add(block, round_key, kAesBlockSize);
  }
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // !USMP_TINY_AVR
