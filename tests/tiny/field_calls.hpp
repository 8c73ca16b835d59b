// The functions of crypto/tiny/field25519.hpp as a test calls them: field_calls_host.cpp has them
// from the portable half, ../simavr/field_calls_simavr.cpp from the assembly in the simulated AVR.
#ifndef USMP_TESTS_TINY_FIELD_CALLS_HPP
#define USMP_TESTS_TINY_FIELD_CALLS_HPP

#include <stddef.h>

#include <array>
#include <cstdint>

namespace usmp::tiny_test {

/// A number as its 32 bytes, least significant first.
using Number = std::array<uint8_t, 32>;

Number field_multiply(const Number& one, const Number& other);
Number field_square(const Number& value);
Number field_add_121665(const Number& sum, const Number& value);
Number field_add(const Number& one, const Number& other);
Number field_subtract(const Number& one, const Number& other);
void field_swap(Number& one, Number& other, uint8_t mask);

}  // namespace usmp::tiny_test

#endif  // USMP_TESTS_TINY_FIELD_CALLS_HPP
