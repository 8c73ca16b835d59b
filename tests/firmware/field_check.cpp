// X25519's arithmetic as a board's processor runs it, against a plain reference that is compiled
// for it as well, and how many instructions it takes for different numbers. test_field.py reads
// both out of the emulator's memory. Not an example.
#include <string.h>

#include "tiny/field25519.hpp"
#include "usmp/crypto.hpp"
#include "usmp_bare_metal/board.hpp"

using namespace usmp;
using crypto::kPointSize;
using crypto::tiny::Field;
using crypto::tiny::kLimbs;

namespace {

const uint32_t kRandomPairs = 10000;
const uint32_t kRepeats = 1000;
const uint8_t kInputs = 8;
const uint8_t kFunctions = 6;
const uint8_t kKeys = 4;
const uint8_t kEdgeWords = 6;
const uint16_t kHalves = 16;
const uint32_t kTopBit = 0x80000000;
const uint32_t kIterations = 1000;

}  // namespace

// Read by the test. `wrong` counts what differs from the reference; ticks are those of the board.
struct Report {
  uint32_t instructions_per_tick;
  uint32_t repeats;
  uint32_t wrong;
  uint32_t pairs;
  uint32_t ticks[kFunctions][kInputs];  // those of measure(), `repeats` times
  uint32_t key_ticks[kKeys];            // one X25519
  uint32_t vectors_wrong;
  uint32_t checked;  // 1 when all above is there
  uint32_t iterations;
  uint8_t once[kPointSize];  // RFC 7748 §5.2, after one iteration and after `iterations`
  uint8_t iterated[kPointSize];
};

extern "C" {
extern volatile Report report;
volatile Report report;
}

namespace {

// A reference that shares nothing with what it checks: 16 limbs of 16 bits, products by columns,
// and every number brought below p by subtraction.
struct Reference {
  uint32_t half[kHalves];
};

uint32_t half_of_p(uint8_t index) {
  return index == 0 ? 0xffed : index == kHalves - 1 ? 0x7fff : 0xffff;
}

Reference halves_of(const Field& value) {
  Reference out;
  for (uint8_t index = 0; index < kHalves; ++index) {
    out.half[index] = value.limb[index / 2] >> 16 * (index % 2) & 0xffff;
  }
  return out;
}

// Carries on until all limbs have 16 bits; 2^256 counts 38.
void carry_through(uint64_t (&column)[kHalves]) {
  for (uint8_t round = 0; round < 4; ++round) {
    uint64_t carry = 0;
    for (uint8_t index = 0; index < kHalves; ++index) {
      carry += column[index];
      column[index] = carry & 0xffff;
      carry >>= 16;
    }
    column[0] += 38 * carry;
  }
}

// The number below p that the columns count as.
Field settled(uint64_t (&column)[kHalves]) {
  carry_through(column);
  for (uint8_t round = 0; round < 2; ++round) {
    uint32_t less_p[kHalves];
    int32_t borrow = 0;
    for (uint8_t index = 0; index < kHalves; ++index) {
      const int32_t left =
          static_cast<int32_t>(column[index]) - static_cast<int32_t>(half_of_p(index)) - borrow;
      borrow = left < 0 ? 1 : 0;
      less_p[index] = static_cast<uint32_t>(left) & 0xffff;
    }
    if (borrow == 0) {
      for (uint8_t index = 0; index < kHalves; ++index) column[index] = less_p[index];
    }
  }
  Field out = {};
  for (uint8_t index = 0; index < kHalves; ++index) {
    out.limb[index / 2] |= static_cast<uint32_t>(column[index]) << 16 * (index % 2);
  }
  return out;
}

Field settled(const Field& value) {
  const Reference halves = halves_of(value);
  uint64_t column[kHalves];
  for (uint8_t index = 0; index < kHalves; ++index) column[index] = halves.half[index];
  return settled(column);
}

Field reference_product(const Field& one, const Field& other) {
  const Reference a = halves_of(one), b = halves_of(other);
  uint64_t column[kHalves] = {};
  for (uint8_t i = 0; i < kHalves; ++i) {
    for (uint8_t j = 0; j < kHalves; ++j) {
      const uint64_t part = a.half[i] * b.half[j];
      column[(i + j) % kHalves] += i + j < kHalves ? part : 38 * part;
    }
  }
  return settled(column);
}

// one + times * other, or one - other where `times` is -1: then with 4 * p, so that no limb is
// below zero.
Field reference_sum(const Field& one, int32_t times, const Field& other) {
  const Reference a = halves_of(one), b = halves_of(other);
  uint64_t column[kHalves];
  for (uint8_t index = 0; index < kHalves; ++index) {
    const int64_t part = int64_t{times} * b.half[index] + 4 * int64_t{half_of_p(index)};
    column[index] = a.half[index] + static_cast<uint64_t>(part);
  }
  return settled(column);
}

bool same(const Field& one, const Field& other) { return memcmp(&one, &other, sizeof one) == 0; }
bool tight(const Field& value) { return value.limb[kLimbs - 1] < kTopBit; }
bool right(const Field& found, const Field& expected) {
  return tight(found) && same(settled(found), expected);
}

Field tightened(Field value) {
  value.limb[kLimbs - 1] &= ~kTopBit;
  return value;
}

// Also where the result lies over a factor.
bool right_products(const Field& one, const Field& other) {
  const Field product = reference_product(one, other), square = reference_product(one, one);
  Field out, over_one = one, over_other = other, over_value = one;
  crypto::tiny::usmp_tiny_field_multiply(&out, &one, &other);
  crypto::tiny::usmp_tiny_field_multiply(&over_one, &over_one, &other);
  crypto::tiny::usmp_tiny_field_multiply(&over_other, &one, &over_other);
  if (!right(out, product) || !same(out, over_one) || !same(out, over_other)) return false;
  crypto::tiny::usmp_tiny_field_square(&out, &one);
  crypto::tiny::usmp_tiny_field_square(&over_value, &over_value);
  return right(out, square) && same(out, over_value);
}

// Sums and differences are made of tight numbers, and are loose.
bool right_sums(const Field& one, const Field& other) {
  const Field a = tightened(one), b = tightened(other);
  Field sum = a, difference = a, multiple = a, swapped = a, with = b;
  crypto::tiny::usmp_tiny_field_add(&sum, &sum, &b);
  crypto::tiny::usmp_tiny_field_subtract(&difference, &difference, &b);
  crypto::tiny::usmp_tiny_field_add_121665(&multiple, &other);
  if (!same(settled(sum), reference_sum(a, 1, b)) ||
      !same(settled(difference), reference_sum(a, -1, b)) ||
      !right(multiple, reference_sum(a, 121665, other))) {
    return false;
  }
  crypto::tiny::usmp_tiny_field_swap(&swapped, &with, 0);
  if (!same(swapped, a) || !same(with, b)) return false;
  crypto::tiny::usmp_tiny_field_swap(&swapped, &with, 0xff);
  return same(swapped, b) && same(with, a);
}

void check_pair(const Field& one, const Field& other) {
  if (!right_products(one, other) || !right_sums(one, other)) report.wrong = report.wrong + 1;
  report.pairs = report.pairs + 1;
}

// Marsaglia's xorshift: the same numbers in every run.
uint32_t random_state = 20261125;
uint32_t random_word() {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}
Field random_number() {
  Field out;
  for (uint32_t& limb : out.limb) limb = random_word();
  return out;
}

// Numbers of two edge words and a third for the highest limb: those at the ends of all ranges, p
// and its neighbours, and where carries run through every limb.
const uint32_t kEdgeWord[kEdgeWords] = {0, 1, 0xffffffed, 0xffffffff, 0x7fffffff, 0x80000000};
const uint16_t kEdges = kEdgeWords * kEdgeWords * kEdgeWords;
Field edge(uint16_t number) {
  const uint32_t middle = kEdgeWord[number / kEdgeWords % kEdgeWords];
  Field out = {{kEdgeWord[number % kEdgeWords], middle, middle, middle, middle, middle, middle,
                kEdgeWord[number / (kEdgeWords * kEdgeWords)]}};
  return out;
}

void check_numbers() {
  for (uint16_t one = 0; one < kEdges; ++one) {
    for (uint16_t other = one % 5; other < kEdges; other = static_cast<uint16_t>(other + 5)) {
      check_pair(edge(one), edge(other));
    }
  }
  for (uint32_t round = 0; round < kRandomPairs; ++round) {
    const Field one = random_number(), other = random_number();
    check_pair(one, other);
  }
}

Field input(uint8_t index) {
  switch (index) {
    case 0:
      return edge(0);
    case 1:
      return edge(1);
    case 2:
      return edge(kEdges - 1);
    case 3:  // all bits
      return edge(3 + 3 * kEdgeWords + 3 * kEdgeWords * kEdgeWords);
    case 4:  // p
      return edge(2 + 3 * kEdgeWords + 4 * kEdgeWords * kEdgeWords);
    default:
      return random_number();
  }
}

uint32_t measure(uint8_t function, const Field& value, const Field& other) {
  Field out = {}, swapped = other;
  const uint8_t mask = static_cast<uint8_t>(value.limb[1]) >= 0x80 ? 0xff : 0;
  const uint32_t before = board::ticks();
  for (uint32_t repeat = 0; repeat < kRepeats; ++repeat) {
    if (function == 0) crypto::tiny::usmp_tiny_field_multiply(&out, &value, &other);
    if (function == 1) crypto::tiny::usmp_tiny_field_square(&out, &value);
    if (function == 2) crypto::tiny::usmp_tiny_field_add_121665(&out, &value);
    if (function == 3) crypto::tiny::usmp_tiny_field_add(&out, &value, &other);
    if (function == 4) crypto::tiny::usmp_tiny_field_subtract(&out, &value, &other);
    if (function == 5) crypto::tiny::usmp_tiny_field_swap(&out, &swapped, mask);
  }
  return board::ticks() - before;
}

void count_instructions() {
  for (uint8_t index = 0; index < kInputs; ++index) {
    const Field value = input(index), other = input(static_cast<uint8_t>(kInputs - 1 - index));
    for (uint8_t function = 0; function < kFunctions; ++function) {
      report.ticks[function][index] = measure(function, value, other);
    }
  }
  for (uint8_t index = 0; index < kKeys; ++index) {
    uint8_t key[kPointSize], point[kPointSize], shared[kPointSize];
    const Field value = input(static_cast<uint8_t>(2 * index)), other = random_number();
    memcpy(key, &value, sizeof key);
    memcpy(point, &other, sizeof point);
    const uint32_t before = board::ticks();
    if (!crypto::x25519(shared, key, point)) report.wrong = report.wrong + 1;
    report.key_ticks[index] = board::ticks() - before;
  }
}

struct Vector {
  uint8_t key[kPointSize];
  uint8_t point[kPointSize];
  uint8_t shared[kPointSize];
};
const Vector kVectors[] = {  // RFC 7748 §5.2
    {{0xa5, 0x46, 0xe3, 0x6b, 0xf0, 0x52, 0x7c, 0x9d, 0x3b, 0x16, 0x15,
      0x4b, 0x82, 0x46, 0x5e, 0xdd, 0x62, 0x14, 0x4c, 0x0a, 0xc1, 0xfc,
      0x5a, 0x18, 0x50, 0x6a, 0x22, 0x44, 0xba, 0x44, 0x9a, 0xc4},
     {0xe6, 0xdb, 0x68, 0x67, 0x58, 0x30, 0x30, 0xdb, 0x35, 0x94, 0xc1,
      0xa4, 0x24, 0xb1, 0x5f, 0x7c, 0x72, 0x66, 0x24, 0xec, 0x26, 0xb3,
      0x35, 0x3b, 0x10, 0xa9, 0x03, 0xa6, 0xd0, 0xab, 0x1c, 0x4c},
     {0xc3, 0xda, 0x55, 0x37, 0x9d, 0xe9, 0xc6, 0x90, 0x8e, 0x94, 0xea,
      0x4d, 0xf2, 0x8d, 0x08, 0x4f, 0x32, 0xec, 0xcf, 0x03, 0x49, 0x1c,
      0x71, 0xf7, 0x54, 0xb4, 0x07, 0x55, 0x77, 0xa2, 0x85, 0x52}},
    {{0x4b, 0x66, 0xe9, 0xd4, 0xd1, 0xb4, 0x67, 0x3c, 0x5a, 0xd2, 0x26,
      0x91, 0x95, 0x7d, 0x6a, 0xf5, 0xc1, 0x1b, 0x64, 0x21, 0xe0, 0xea,
      0x01, 0xd4, 0x2c, 0xa4, 0x16, 0x9e, 0x79, 0x18, 0xba, 0x0d},
     {0xe5, 0x21, 0x0f, 0x12, 0x78, 0x68, 0x11, 0xd3, 0xf4, 0xb7, 0x95,
      0x9d, 0x05, 0x38, 0xae, 0x2c, 0x31, 0xdb, 0xe7, 0x10, 0x6f, 0xc0,
      0x3c, 0x3e, 0xfc, 0x4c, 0xd5, 0x49, 0xc7, 0x15, 0xa4, 0x93},
     {0x95, 0xcb, 0xde, 0x94, 0x76, 0xe8, 0x90, 0x7d, 0x7a, 0xad, 0xe4,
      0x5c, 0xb4, 0xb8, 0x73, 0xf8, 0x8b, 0x59, 0x5a, 0x68, 0x79, 0x9f,
      0xa1, 0x52, 0xe6, 0xf8, 0xf7, 0x64, 0x7a, 0xac, 0x79, 0x57}}};

void check_vectors() {
  for (const Vector& vector : kVectors) {
    uint8_t shared[kPointSize];
    if (!crypto::x25519(shared, vector.key, vector.point) ||
        memcmp(shared, vector.shared, kPointSize) != 0) {
      report.vectors_wrong = report.vectors_wrong + 1;
    }
  }
}

// RFC 7748 §5.2: k and u are 9 at first; then k becomes the result, and u what k was.
void iterate() {
  uint8_t key[kPointSize] = {9}, point[kPointSize] = {9};
  for (uint32_t round = 0; round < kIterations; ++round) {
    uint8_t next[kPointSize];
    if (!crypto::x25519(next, key, point)) report.wrong = report.wrong + 1;
    memcpy(point, key, kPointSize);
    memcpy(key, next, kPointSize);
    for (uint8_t index = 0; index < kPointSize; ++index) {
      report.iterated[index] = key[index];
      if (round == 0) report.once[index] = key[index];
    }
    report.iterations = round + 1;
    board::feed_watchdog();
  }
}

}  // namespace

int main() {
  board::start();
  report.instructions_per_tick = board::instructions_per_tick();
  report.repeats = kRepeats;
  check_vectors();
  count_instructions();
  check_numbers();
  report.checked = 1;
  iterate();
  for (;;) {
    board::feed_watchdog();
    board::wait();
  }
}
