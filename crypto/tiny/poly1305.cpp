// Poly1305 (RFC 8439 §2.5) in bytes, as the processors that this backend is for multiply them.
// Between blocks a sum is below 2^131: it has 17 bytes, the last of them below 8.
#include "chacha20_poly1305.hpp"
#include "platform.hpp"
#include "wiped.hpp"

#if USMP_TINY_CHACHA20_POLY1305

namespace usmp {
namespace crypto {
namespace tiny {
namespace {

const uint8_t kSumSize = kPolyBlockSize + 1;
const uint8_t kProductSize = kSumSize + kPolyBlockSize;
const uint8_t kTopBits = 3;  // Of the last byte of a sum: bits 128 and 129.

// Byte `index` of r. RFC 8439 §2.5: the top four bits of every fourth byte and the lowest two of
// the byte behind it are cleared.
uint8_t clamped(const uint8_t* key, uint8_t index) {
  const uint8_t place = index % 4;
  if (place == 3) return key[index] & 0x0f;
  if (place == 0 && index > 0) return key[index] & 0xfc;
  return key[index];
}

// sum = low 130 bits of product + 5 * the bits above. The product is below 2^132 * 2^124, hence
// the bits above are below 2^126, five times them below 2^129, and the sum below 2^131.
void reduce(uint8_t (&sum)[kSumSize], const uint8_t (&product)[kProductSize]) {
  unsigned carry = 0;
  for (uint8_t index = 0; index < kSumSize; ++index) {
    const uint8_t above = product[kSumSize - 1 + index];
    const uint8_t next = index + 1 < kSumSize ? product[kSumSize + index] : 0;
    // Four times the bits above 2^130 are those above 2^128 but for two; then they once.
    const unsigned four = index == 0 ? above & (0xffu ^ kTopBits) : above;
    const unsigned once = static_cast<unsigned>(above >> 2 | next << 6) & 0xffu;
    const unsigned low = index + 1 < kSumSize ? product[index] : product[index] & kTopBits;
    carry += low + four + once;
    sum[index] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
}

}  // namespace

Poly1305::Poly1305(const uint8_t* key) : key_(key), sum_() {}

Poly1305::~Poly1305() { wipe_bytes(sum_, sizeof(sum_)); }

// sum = (sum + block + 2^128) * r, where a block that is not whole counts with zeros. Before, the
// sum is below 2^131, so the factor is below 2^131 + 2^129 < 2^132 and its last byte below 16.
void Poly1305::add_block(const uint8_t* bytes, uint8_t size) {
  unsigned carry = 0;
  for (uint8_t index = 0; index < kPolyBlockSize; ++index) {
    carry += sum_[index] + (index < size ? bytes[index] : 0u);
    sum_[index] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  sum_[kPolyBlockSize] = static_cast<uint8_t>(sum_[kPolyBlockSize] + carry + 1);

  Wiped<uint8_t[kProductSize]> product;
  uint32_t column_sum = 0;  // At most 16 products of two bytes and a carry: below 2^21.
  for (uint8_t column = 0; column < kProductSize; ++column) {
    const uint8_t first = column < kSumSize ? 0 : column - (kSumSize - 1);
    for (uint8_t index = first; index < kPolyBlockSize && index <= column; ++index) {
      column_sum += static_cast<uint32_t>(static_cast<uint16_t>(clamped(key_, index)) *
                                          static_cast<uint16_t>(sum_[column - index]));
    }
    product.value[column] = static_cast<uint8_t>(column_sum);
    column_sum >>= 8;
  }
  reduce(sum_, product.value);
}

void Poly1305::add_padded(Bytes bytes) {
  while (!bytes.empty()) {
    const uint8_t size =
        bytes.size < kPolyBlockSize ? static_cast<uint8_t>(bytes.size) : kPolyBlockSize;
    add_block(bytes.data, size);
    bytes = bytes.from(size);
  }
}

void Poly1305::add_sizes(size_t one, size_t other) {
  uint8_t block[kPolyBlockSize] = {};
  const uint8_t size_bytes = sizeof(size_t);
  for (uint8_t index = 0; index < size_bytes; ++index) {
    block[index] = static_cast<uint8_t>(one >> 8 * index);
    block[kPolyBlockSize / 2 + index] = static_cast<uint8_t>(other >> 8 * index);
  }
  add_block(block, kPolyBlockSize);
}

// The sum is below 2^131, less than three times the prime. sum + 5 reaches bit 130 exactly where
// the sum is not below the prime, and without that bit it is the sum less the prime.
void Poly1305::subtract_prime_once() {
  Wiped<uint8_t[kSumSize]> less;
  unsigned carry = 5;
  for (uint8_t index = 0; index < kSumSize; ++index) {
    carry += sum_[index];
    less.value[index] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
  const uint8_t top = static_cast<uint8_t>(less.value[kPolyBlockSize] >> 2);
  // top is 0, 1 or 2 (2 where the sum is nearly 2^131): any but 0 takes the difference.
  const uint8_t mask = opaque(static_cast<uint8_t>(0u - ((top | top >> 1) & 1u)));
  less.value[kPolyBlockSize] = static_cast<uint8_t>(less.value[kPolyBlockSize] - 4);
  for (uint8_t index = 0; index < kSumSize; ++index) {
    sum_[index] = static_cast<uint8_t>((sum_[index] & ~mask) | (less.value[index] & mask));
  }
}

void Poly1305::read_tag(uint8_t (&tag)[kTagSize]) {
  subtract_prime_once();
  subtract_prime_once();
  unsigned carry = 0;
  for (uint8_t index = 0; index < kTagSize; ++index) {
    carry += sum_[index] + static_cast<unsigned>(key_[kPolyBlockSize + index]);
    tag[index] = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_TINY_CHACHA20_POLY1305
