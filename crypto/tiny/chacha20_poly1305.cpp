// ChaCha20 and its AEAD with Poly1305 (RFC 8439). Left out of a build where
// USMP_TINY_CHACHA20_POLY1305 is 0.
#include "chacha20_poly1305.hpp"

#include "platform.hpp"
#include "wiped.hpp"

#if USMP_TINY_CHACHA20_POLY1305

namespace usmp {
namespace crypto {
namespace tiny {
namespace {

const uint8_t kDoubleRounds = 10;
const uint8_t kWords = 16;

uint32_t rotated_left(uint32_t word, uint8_t bits) { return word << bits | word >> (32 - bits); }

uint32_t read_word(const uint8_t* bytes) {
  uint32_t word = 0;
  for (uint8_t index = 4; index > 0; --index) word = word << 8 | bytes[index - 1];
  return word;
}

// On the words of a column (`turn` 0) or of a diagonal (`turn` 1).
void quarter_round(uint32_t* state, uint8_t column, uint8_t turn) {
  uint32_t& a = state[column];
  uint32_t& b = state[4 + (column + turn) % 4];
  uint32_t& c = state[8 + (column + 2 * turn) % 4];
  uint32_t& d = state[12 + (column + 3 * turn) % 4];
  a += b;
  d = rotated_left(d ^ a, 16);
  c += d;
  b = rotated_left(b ^ c, 12);
  a += b;
  d = rotated_left(d ^ a, 8);
  c += d;
  b = rotated_left(b ^ c, 7);
}

// Word `index` of the state before the rounds; asked for twice instead of kept.
uint32_t first_word(uint8_t index, const uint8_t* key, const uint8_t* nonce, uint32_t counter) {
  if (index >= 13) return read_word(nonce + 4 * (index - 13));
  if (index == 12) return counter;
  if (index >= 4) return read_word(key + 4 * (index - 4));
  switch (index) {  // "expand 32-byte k"
    case 0:
      return 0x61707865;
    case 1:
      return 0x3320646e;
    case 2:
      return 0x79622d32;
    default:
      return 0x6b206574;
  }
}

// The key of Poly1305 is the beginning of block 0; the text begins with block 1.
void one_time_key(uint8_t (&stream)[kChaChaBlockSize], const uint8_t* key, const uint8_t* nonce) {
  chacha20_block(stream, key, nonce, 0);
}

}  // namespace

void chacha20_block(uint8_t (&stream)[kChaChaBlockSize], const uint8_t* key, const uint8_t* nonce,
                    uint32_t counter) {
  Wiped<uint32_t[kWords]> state;
  for (uint8_t index = 0; index < kWords; ++index) {
    state.value[index] = first_word(index, key, nonce, counter);
  }
  for (uint8_t round = 0; round < 2 * kDoubleRounds; ++round) {
    for (uint8_t column = 0; column < 4; ++column) quarter_round(state.value, column, round % 2);
  }
  for (uint8_t index = 0; index < kWords; ++index) {
    uint32_t word = state.value[index] + first_word(index, key, nonce, counter);
    for (uint8_t byte = 0; byte < 4; ++byte) {
      stream[4 * index + byte] = static_cast<uint8_t>(word);
      word >>= 8;
    }
  }
}

void chacha20_poly1305_tag(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
                           Bytes aad, Bytes text, uint8_t (&tag)[kTagSize]) {
  Wiped<uint8_t[kChaChaBlockSize]> stream;
  one_time_key(stream.value, key, nonce);
  Poly1305 poly(stream.value);
  poly.add_padded(aad);
  poly.add_padded(text);
  poly.add_sizes(aad.size, text.size);
  poly.read_tag(tag);
}

void chacha20_crypt(const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
                    MutableBytes text) {
  Wiped<uint8_t[kChaChaBlockSize]> stream;
  uint32_t counter = 0;
  while (!text.empty()) {
    chacha20_block(stream.value, key, nonce, ++counter);
    const size_t size = text.size < kChaChaBlockSize ? text.size : kChaChaBlockSize;
    for (size_t index = 0; index < size; ++index) {
      text.data[index] = static_cast<uint8_t>(text.data[index] ^ stream.value[index]);
    }
    text = text.from(size);
  }
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_TINY_CHACHA20_POLY1305
