// See ../tiny/field_calls.hpp: the assembly, in the simulated AVR.
#include <algorithm>
#include <cstring>

#include "../tiny/field_calls.hpp"
#include "simulated_avr.hpp"

namespace usmp::tiny_test {
namespace {

using simavr::Operation;

constexpr size_t kSize = std::tuple_size_v<Number>;

// Calls `operation` with both; the three numbers of the mailbox afterwards.
std::array<Number, 3> call(Operation operation, const Number& one, const Number& other,
                           uint8_t option = 0) {
  simavr::Mailbox box{};
  box.operation = operation;
  box.option = option;
  std::copy(one.begin(), one.end(), box.data);
  std::copy(other.begin(), other.end(), box.data + kSize);
  simavr::the_avr().call(box, 3 * kSize);
  std::array<Number, 3> numbers;
  for (size_t index = 0; index < numbers.size(); ++index) {
    std::copy_n(box.data + index * kSize, kSize, numbers[index].begin());
  }
  return numbers;
}

}  // namespace

Number field_multiply(const Number& one, const Number& other) {
  return call(Operation::FieldMultiply, one, other)[2];
}
Number field_square(const Number& value) { return call(Operation::FieldSquare, value, value)[2]; }
Number field_add_121665(const Number& sum, const Number& value) {
  return call(Operation::FieldAdd121665, sum, value)[0];
}
Number field_add(const Number& one, const Number& other) {
  return call(Operation::FieldAdd, one, other)[2];
}
Number field_subtract(const Number& one, const Number& other) {
  return call(Operation::FieldSubtract, one, other)[2];
}
void field_swap(Number& one, Number& other, uint8_t mask) {
  const auto numbers = call(Operation::FieldSwap, one, other, mask);
  one = numbers[0];
  other = numbers[1];
}

}  // namespace usmp::tiny_test
