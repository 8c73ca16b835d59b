// See field_calls.hpp: the portable half, on the host.
#include "../../crypto/tiny/field25519.hpp"
#include "field_calls.hpp"

namespace usmp::tiny_test {
namespace {

using crypto::tiny::Field;

Field field_of(const Number& number) {
  Field field{};
  for (size_t index = number.size(); index > 0; --index) {
    uint32_t& limb = field.limb[(index - 1) / 4];
    limb = limb << 8 | number[index - 1];
  }
  return field;
}

Number number_of(const Field& field) {
  Number number;
  for (size_t index = 0; index < number.size(); ++index) {
    number[index] = static_cast<uint8_t>(field.limb[index / 4] >> 8 * (index % 4));
  }
  return number;
}

}  // namespace

Number field_multiply(const Number& one, const Number& other) {
  const Field a = field_of(one), b = field_of(other);
  Field product;
  crypto::tiny::usmp_tiny_field_multiply(&product, &a, &b);
  return number_of(product);
}

Number field_square(const Number& value) {
  const Field a = field_of(value);
  Field square;
  crypto::tiny::usmp_tiny_field_square(&square, &a);
  return number_of(square);
}

Number field_add_121665(const Number& sum, const Number& value) {
  Field total = field_of(sum);
  const Field a = field_of(value);
  crypto::tiny::usmp_tiny_field_add_121665(&total, &a);
  return number_of(total);
}

Number field_add(const Number& one, const Number& other) {
  const Field a = field_of(one), b = field_of(other);
  Field sum;
  crypto::tiny::usmp_tiny_field_add(&sum, &a, &b);
  return number_of(sum);
}

Number field_subtract(const Number& one, const Number& other) {
  const Field a = field_of(one), b = field_of(other);
  Field difference;
  crypto::tiny::usmp_tiny_field_subtract(&difference, &a, &b);
  return number_of(difference);
}

void field_swap(Number& one, Number& other, uint8_t mask) {
  Field a = field_of(one), b = field_of(other);
  crypto::tiny::usmp_tiny_field_swap(&a, &b, mask);
  one = number_of(a);
  other = number_of(b);
}

}  // namespace usmp::tiny_test
