// Arithmetic modulo 2^255 - 19 against OpenSSL's numbers, at the values where carries go wrong,
// each with each, and at random ones; and the bounds that crypto/tiny/field25519.hpp promises.
#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <memory>
#include <string>
#include <vector>

#include "../unit/crypto/test_bytes.hpp"
#include "field_calls.hpp"

namespace usmp::tiny_test {
namespace {

constexpr uint64_t kRandomNumbers = 40;
constexpr uint64_t kRandomPairs = USMP_ROUNDS_FIELD;

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Big = std::unique_ptr<BIGNUM, FreeNumber>;

Big big(const Number& number) {
  return Big(BN_lebin2bn(number.data(), static_cast<int>(number.size()), nullptr));
}

class Modulus {
 public:
  Modulus() : context_(BN_CTX_new(), BN_CTX_free), p_(BN_new()) {
    BN_set_bit(p_.get(), 255);
    BN_sub_word(p_.get(), 19);
  }
  const BIGNUM* p() const { return p_.get(); }
  BN_CTX* context() const { return context_.get(); }
  bool same(const Number& got, const BIGNUM* expected) const {
    const Big left(BN_new()), right(BN_new());
    BN_nnmod(left.get(), big(got).get(), p(), context());
    BN_nnmod(right.get(), expected, p(), context());
    return BN_cmp(left.get(), right.get()) == 0;
  }

 private:
  std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context_;
  Big p_;
};

bool tight(const Number& number) { return number[31] < 0x80; }

Number number_of(const BIGNUM* value) {
  Number number{};
  BN_bn2lebinpad(value, number.data(), static_cast<int>(number.size()));
  return number;
}

// 0, 1, the prime and its multiple and their neighbours, ends of the range, and what makes the
// halves of a Karatsuba product equal, largest or of opposite order.
std::vector<Number> edges() {
  std::vector<Number> numbers;
  const Modulus modulus;
  for (const int power : {8, 64, 120, 127, 128, 136, 192, 254, 255, 256}) {
    for (const int distance : {-39, -38, -37, -20, -19, -18, -1, 0, 1, 18, 19}) {
      const Big value(BN_new());
      BN_set_bit(value.get(), power);
      if (distance < 0) BN_sub_word(value.get(), static_cast<BN_ULONG>(-distance));
      if (distance > 0) BN_add_word(value.get(), static_cast<BN_ULONG>(distance));
      if (BN_num_bits(value.get()) <= 256) numbers.push_back(number_of(value.get()));
    }
  }
  numbers.push_back(Number{});
  for (const uint8_t fill : {uint8_t{0x01}, uint8_t{0x7f}, uint8_t{0x80}, uint8_t{0xff}}) {
    for (size_t period = 1; period <= 16; period *= 2) {
      Number number{};
      for (size_t index = 0; index < number.size(); ++index) {
        if (index / period % 2 == 0) number[index] = fill;
      }
      numbers.push_back(number);
    }
  }
  for (uint64_t seed = 0; seed < kRandomNumbers; ++seed) {
    Number number;
    crypto::test::TestBytes bytes(seed);
    for (uint8_t& byte : number) byte = bytes.next();
    numbers.push_back(number);
  }
  return numbers;
}

Number tightened(Number number) {
  number[31] &= 0x7f;
  return number;
}

class Field : public testing::Test {
 protected:
  void check_product(const Number& a, const Number& b) {
    const Big expected(BN_new());
    BN_mul(expected.get(), big(a).get(), big(b).get(), modulus_.context());
    const Number product = field_multiply(a, b);
    ASSERT_TRUE(tight(product));
    ASSERT_TRUE(modulus_.same(product, expected.get()));
  }
  void check_square(const Number& a) {
    const Big expected(BN_new());
    BN_sqr(expected.get(), big(a).get(), modulus_.context());
    const Number square = field_square(a);
    ASSERT_TRUE(tight(square));
    ASSERT_TRUE(modulus_.same(square, expected.get()));
  }
  void check_add_121665(const Number& a, const Number& b) {
    const Big expected = big(b);
    BN_mul_word(expected.get(), 121665);
    BN_add(expected.get(), expected.get(), big(a).get());
    const Number sum = field_add_121665(a, b);
    ASSERT_TRUE(tight(sum));
    ASSERT_TRUE(modulus_.same(sum, expected.get()));
  }
  void check_sums(const Number& a, const Number& b) {
    const Big sum(BN_new()), difference(BN_new());
    BN_add(sum.get(), big(a).get(), big(b).get());
    BN_sub(difference.get(), big(a).get(), big(b).get());
    ASSERT_TRUE(modulus_.same(field_add(a, b), sum.get()));
    ASSERT_TRUE(modulus_.same(field_subtract(a, b), difference.get()));
  }

  Modulus modulus_;
};

TEST_F(Field, MultipliesEdges) {
  const std::vector<Number> numbers = edges();
  for (const Number& a : numbers) {
    ASSERT_NO_FATAL_FAILURE(check_square(a));
    for (const Number& b : numbers) ASSERT_NO_FATAL_FAILURE(check_product(a, b));
  }
}

TEST_F(Field, AddsAndSubtractsEdges) {
  const std::vector<Number> numbers = edges();
  for (const Number& a : numbers) {
    for (const Number& b : numbers) {
      ASSERT_NO_FATAL_FAILURE(check_add_121665(tightened(a), b));
      ASSERT_NO_FATAL_FAILURE(check_sums(tightened(a), tightened(b)));
    }
  }
}

TEST_F(Field, CalculatesWithRandomNumbers) {
  crypto::test::TestBytes bytes(77);
  for (uint64_t round = 0; round < kRandomPairs; ++round) {
    Number a, b;
    for (uint8_t& byte : a) byte = bytes.next();
    for (uint8_t& byte : b) byte = bytes.next();
    ASSERT_NO_FATAL_FAILURE(check_product(a, b));
    ASSERT_NO_FATAL_FAILURE(check_square(a));
    ASSERT_NO_FATAL_FAILURE(check_add_121665(tightened(a), b));
    ASSERT_NO_FATAL_FAILURE(check_sums(tightened(a), tightened(b)));
  }
}

TEST_F(Field, SwapsOrNot) {
  const std::vector<Number> numbers = edges();
  for (size_t index = 1; index < numbers.size(); ++index) {
    Number a = numbers[index - 1], b = numbers[index];
    field_swap(a, b, 0);
    ASSERT_EQ(a, numbers[index - 1]);
    ASSERT_EQ(b, numbers[index]);
    field_swap(a, b, 0xff);
    ASSERT_EQ(a, numbers[index]);
    ASSERT_EQ(b, numbers[index - 1]);
  }
}

}  // namespace
}  // namespace usmp::tiny_test
