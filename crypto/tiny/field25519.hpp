// Arithmetic modulo p = 2^255 - 19 for X25519: a handful of functions that the ladder is made of,
// in C++ (portable/) or AVR assembly (avr/). Times and addresses depend on no value.
#ifndef USMP_CRYPTO_TINY_FIELD25519_HPP
#define USMP_CRYPTO_TINY_FIELD25519_HPP

#include <stdint.h>

namespace usmp {
namespace crypto {
namespace tiny {

static const uint8_t kLimbs = 8;

/// A number, least significant limb first; on an AVR the assembly sees its 32 bytes. Not always
/// below p. Two bounds are enough for all that follows:
///   *tight*: below 2^255. What products are, and what sums and differences are made of.
///   *loose*: any 256 bits. What sums and differences are, and what products are made of.
struct Field {
  uint32_t limb[kLimbs];
};

extern "C" {
/// product = one * other (mod p). Loose factors, tight product; it may be either factor.
void usmp_tiny_field_multiply(Field* product, const Field* one, const Field* other);
/// square = value * value (mod p). Loose, then tight; it may be `value`.
void usmp_tiny_field_square(Field* square, const Field* value);
/// sum += 121665 * value (mod p), the constant of the curve. `sum` tight, `value` loose; then
/// `sum` is tight.
void usmp_tiny_field_add_121665(Field* sum, const Field* value);
/// sum = one + other. Tight, then loose; it may be either.
void usmp_tiny_field_add(Field* sum, const Field* one, const Field* other);
/// difference = one - other (mod p). Tight, then loose; it may be either.
void usmp_tiny_field_subtract(Field* difference, const Field* one, const Field* other);
/// Exchanges both where `mask` is 0xff, neither where it is 0.
void usmp_tiny_field_swap(Field* one, Field* other, uint8_t mask);
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // USMP_CRYPTO_TINY_FIELD25519_HPP
