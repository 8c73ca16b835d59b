// Arithmetic modulo 2^255 - 19 in limbs of 32 bits. Not for an AVR that has `mul` nor for a
// Cortex-M: see ../avr/ and ../cortex_m/.
#include "../field25519.hpp"

#include "../platform.hpp"
#include "wiped.hpp"

#if !USMP_TINY_AVR && !USMP_TINY_CORTEX_M

namespace usmp {
namespace crypto {
namespace tiny {
namespace {

const uint32_t kTopBit = 0x80000000;
const uint32_t kCurveConstant = 121665;

// value + 2^256 * top, made tight. Precondition: top < 2^25. 2^255 counts 19, so the bits from 255
// on, below 2^26 together, add less than 2^31. Where that reaches bit 255 again what is left below
// it is less than 2^31, and adding 19 to the lowest limb cannot carry.
void make_tight(Field* value, uint32_t top) {
  uint32_t* const limb = value->limb;
  top = top << 1 | limb[kLimbs - 1] >> 31;
  limb[kLimbs - 1] &= ~kTopBit;
  uint64_t carry = uint64_t{19} * top;
  for (uint8_t index = 0; index < kLimbs; ++index) {
    carry += limb[index];
    limb[index] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  limb[0] += 19 * (limb[kLimbs - 1] >> 31);
  limb[kLimbs - 1] &= ~kTopBit;
}

}  // namespace

extern "C" void usmp_tiny_field_multiply(Field* product, const Field* one, const Field* other) {
  Wiped<uint32_t[2 * kLimbs]> wide;
  for (uint8_t i = 0; i < kLimbs; ++i) {
    uint64_t carry = 0;  // (2^32 - 1)^2 + 2 * (2^32 - 1) = 2^64 - 1: no sum overflows.
    for (uint8_t j = 0; j < kLimbs; ++j) {
      carry += uint64_t{one->limb[i]} * other->limb[j] + wide.value[i + j];
      wide.value[i + j] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    wide.value[i + kLimbs] = static_cast<uint32_t>(carry);
  }
  // 2^256 counts 38: low + 38 * high, at most 39 * (2^256 - 1), leaves a carry of at most 38.
  uint64_t carry = 0;
  for (uint8_t index = 0; index < kLimbs; ++index) {
    carry += uint64_t{38} * wide.value[index + kLimbs] + wide.value[index];
    product->limb[index] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  make_tight(product, static_cast<uint32_t>(carry));
}

extern "C" void usmp_tiny_field_square(Field* square, const Field* value) {
  usmp_tiny_field_multiply(square, value, value);
}

extern "C" void usmp_tiny_field_add_121665(Field* sum, const Field* value) {
  uint64_t carry = 0;
  for (uint8_t index = 0; index < kLimbs; ++index) {
    carry += uint64_t{kCurveConstant} * value->limb[index] + sum->limb[index];
    sum->limb[index] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  make_tight(sum, static_cast<uint32_t>(carry));
}

extern "C" void usmp_tiny_field_add(Field* sum, const Field* one, const Field* other) {
  uint64_t carry = 0;  // None is left at the end: both are below 2^255.
  for (uint8_t index = 0; index < kLimbs; ++index) {
    carry += uint64_t{one->limb[index]} + other->limb[index];
    sum->limb[index] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
}

extern "C" void usmp_tiny_field_subtract(Field* difference, const Field* one, const Field* other) {
  uint64_t borrow = 0;
  for (uint8_t index = 0; index < kLimbs; ++index) {
    borrow = uint64_t{one->limb[index]} - other->limb[index] - borrow;
    difference->limb[index] = static_cast<uint32_t>(borrow);
    borrow = borrow >> 63;
  }
  // A borrow added 2^256, which counts 38. What stands there then is above 2^255, so that taking 38
  // off does not borrow again.
  borrow *= 38;
  for (uint8_t index = 0; index < kLimbs; ++index) {
    borrow = uint64_t{difference->limb[index]} - borrow;
    difference->limb[index] = static_cast<uint32_t>(borrow);
    borrow = borrow >> 63;
  }
}

extern "C" void usmp_tiny_field_swap(Field* one, Field* other, uint8_t mask) {
  const uint32_t wide_mask = opaque(0u - static_cast<uint32_t>(mask & 1));
  for (uint8_t index = 0; index < kLimbs; ++index) {
    const uint32_t difference = (one->limb[index] ^ other->limb[index]) & wide_mask;
    one->limb[index] ^= difference;
    other->limb[index] ^= difference;
  }
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // !USMP_TINY_AVR && !USMP_TINY_CORTEX_M
