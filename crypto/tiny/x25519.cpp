// X25519 (RFC 7748): the Montgomery ladder in six numbers of 32 bytes, always 255 steps, with no
// branch and no address that depends on a secret.
#include <string.h>

#include "field25519.hpp"
#include "platform.hpp"
#include "usmp/crypto.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

using tiny::Field;
using tiny::kLimbs;

const uint8_t kBasePoint = 9;
const uint8_t kTopBitOfScalar = 254;

// What a multiplication works on. X1 is the point; X2 : Z2 and X3 : Z3 are two multiples of it that
// differ by it.
enum class Place : uint8_t { X1, X2, Z2, X3, Z3, T };
const uint8_t kPlaces = 6;

struct Ladder {
  Field at[kPlaces];

  Field& operator[](Place place) { return at[static_cast<uint8_t>(place)]; }
};

enum class Function : uint8_t { Add, Subtract, Multiply, Add121665, Square, SquareAgain };

// One call of a function of field25519.hpp. On an AVR a list of these is a third of the code that
// calls them would be.
struct Step {
  uint8_t function_and_result;
  uint8_t operands;  // Two places, or how many times to square the result again.
};

constexpr uint8_t pair(uint8_t high, uint8_t low) { return static_cast<uint8_t>(high << 4 | low); }
constexpr Step step(Place result, Function function, Place one, Place other) {
  return {pair(static_cast<uint8_t>(function), static_cast<uint8_t>(result)),
          pair(static_cast<uint8_t>(one), static_cast<uint8_t>(other))};
}
constexpr Step add(Place sum, Place one, Place other) {
  return step(sum, Function::Add, one, other);
}
constexpr Step subtract(Place difference, Place one, Place other) {
  return step(difference, Function::Subtract, one, other);
}
constexpr Step multiply(Place product, Place one, Place other) {
  return step(product, Function::Multiply, one, other);
}
constexpr Step add_121665(Place sum, Place value) {
  return step(sum, Function::Add121665, value, value);
}
constexpr Step square(Place result, Place value) {
  return step(result, Function::Square, value, value);
}
constexpr Step square_again(Place value, uint8_t times) {
  return {pair(static_cast<uint8_t>(Function::SquareAgain), static_cast<uint8_t>(value)), times};
}

// Both multiples doubled or added, with the names of RFC 7748 §5. Bounds are those of
// field25519.hpp: sums and differences are made of products only, products of anything.
constexpr Step kLadderStep[] USMP_TINY_TABLE = {
    add(Place::T, Place::X2, Place::Z2),        // A
    subtract(Place::Z2, Place::X2, Place::Z2),  // B
    add(Place::X2, Place::X3, Place::Z3),       // C
    subtract(Place::Z3, Place::X3, Place::Z3),  // D
    multiply(Place::Z3, Place::Z3, Place::T),   // DA
    multiply(Place::X2, Place::X2, Place::Z2),  // CB
    add(Place::X3, Place::Z3, Place::X2),
    subtract(Place::Z3, Place::Z3, Place::X2),
    square(Place::X3, Place::X3),  // (DA + CB)^2
    square(Place::Z3, Place::Z3),
    multiply(Place::Z3, Place::Z3, Place::X1),  // x1 * (DA - CB)^2
    square(Place::T, Place::T),                 // AA
    square(Place::Z2, Place::Z2),               // BB
    multiply(Place::X2, Place::T, Place::Z2),   // AA * BB
    subtract(Place::Z2, Place::T, Place::Z2),   // E
    add_121665(Place::T, Place::Z2),            // AA + a24 * E
    multiply(Place::Z2, Place::Z2, Place::T),   // E * (AA + a24 * E)
};

// X2 = X2 / Z2, or 0 where that is 0: times Z2^(p - 2). p - 2 = 2^255 - 21 has 250 one bits and
// below them 01011. The comments are exponents of Z2. X1, X3, Z3 and T are free by then.
constexpr Step kDivision[] USMP_TINY_TABLE = {
    square(Place::Z3, Place::Z2),  // 2
    square(Place::T, Place::Z3),
    square_again(Place::T, 1),                 // 8
    multiply(Place::T, Place::T, Place::Z2),   // 9
    multiply(Place::X1, Place::Z3, Place::T),  // 11
    square(Place::Z3, Place::X1),              // 22
    multiply(Place::Z3, Place::Z3, Place::T),  // 2^5 - 1
    square(Place::X3, Place::Z3),
    square_again(Place::X3, 4),
    multiply(Place::X3, Place::X3, Place::Z3),  // 2^10 - 1
    square(Place::Z3, Place::X3),
    square_again(Place::Z3, 9),
    multiply(Place::Z3, Place::Z3, Place::X3),  // 2^20 - 1
    square(Place::T, Place::Z3),
    square_again(Place::T, 19),
    multiply(Place::T, Place::T, Place::Z3),  // 2^40 - 1
    square(Place::Z3, Place::T),
    square_again(Place::Z3, 9),
    multiply(Place::Z3, Place::Z3, Place::X3),  // 2^50 - 1
    square(Place::T, Place::Z3),
    square_again(Place::T, 49),
    multiply(Place::T, Place::T, Place::Z3),  // 2^100 - 1
    square(Place::X3, Place::T),
    square_again(Place::X3, 99),
    multiply(Place::X3, Place::X3, Place::T),  // 2^200 - 1
    square(Place::T, Place::X3),
    square_again(Place::T, 49),
    multiply(Place::T, Place::T, Place::Z3),  // 2^250 - 1
    square(Place::Z2, Place::T),
    square_again(Place::Z2, 4),
    multiply(Place::Z2, Place::Z2, Place::X1),  // 2^255 - 21
    multiply(Place::X2, Place::X2, Place::Z2),
};

void run(Ladder& ladder, const Step& what) {
  const uint8_t first = tiny::table_byte(&what.function_and_result);
  const uint8_t second = tiny::table_byte(&what.operands);
  Field* const result = &ladder.at[first & 15];
  if (static_cast<Function>(first >> 4) == Function::SquareAgain) {
    for (uint8_t times = second; times > 0; --times) usmp_tiny_field_square(result, result);
    return;
  }
  const Field* const one = &ladder.at[second >> 4];
  const Field* const other = &ladder.at[second & 15];
  switch (static_cast<Function>(first >> 4)) {
    case Function::Add:
      usmp_tiny_field_add(result, one, other);
      return;
    case Function::Subtract:
      usmp_tiny_field_subtract(result, one, other);
      return;
    case Function::Multiply:
      usmp_tiny_field_multiply(result, one, other);
      return;
    case Function::Add121665:
      usmp_tiny_field_add_121665(result, one);
      return;
    case Function::Square:
    case Function::SquareAgain:
      usmp_tiny_field_square(result, one);
      return;
  }
}

template <size_t N>
void run(Ladder& ladder, const Step (&steps)[N]) {
  for (const Step& what : steps) run(ladder, what);
}

void load(Field& value, const uint8_t* bytes) {
  for (uint8_t index = 0; index < kLimbs; ++index) {
    uint32_t limb = 0;
    for (uint8_t byte = 4; byte > 0; --byte) limb = limb << 8 | bytes[byte - 1];
    value.limb[index] = limb;
    bytes += 4;
  }
  value.limb[kLimbs - 1] &= 0x7fffffff;  // RFC 7748 §5: the top bit of a point does not count.
}

// bytes += addend, 32 bytes, little-endian. Returns what they are at bit 255 and above then.
uint8_t add_small(uint8_t* bytes, uint8_t addend, bool keep) {
  uint16_t sum = 0;
  uint16_t carry = addend;
  for (uint8_t index = 0; index < kPointSize; ++index) {
    sum = static_cast<uint16_t>(bytes[index] + carry);
    if (keep) bytes[index] = static_cast<uint8_t>(sum);
    carry = static_cast<uint16_t>(sum >> 8);
  }
  return static_cast<uint8_t>(sum >> 7);
}

// Writes a tight value as the number below p that it counts as.
void store(uint8_t* bytes, const Field& value) {
  uint8_t* out = bytes;
  for (uint8_t index = 0; index < kLimbs; ++index) {
    uint32_t limb = value.limb[index];
    for (uint8_t byte = 0; byte < 4; ++byte) {
      *out++ = static_cast<uint8_t>(limb);
      limb >>= 8;
    }
  }
  // It is below 2^255 = p + 19. So it is p or more exactly where adding 19 reaches bit 255, and
  // what is below that bit then is the value less p.
  const uint8_t not_below_p = add_small(bytes, 19, false);
  add_small(bytes, static_cast<uint8_t>(19 * not_below_p), true);
  bytes[kPointSize - 1] &= 0x7f;
}

// Bit `index` of the clamped private key (RFC 7748 §5): 0 below bit 3, 1 at bit 254.
uint8_t scalar_bit(const uint8_t* private_key, uint8_t index) {
  if (index < 3) return 0;
  if (index == kTopBitOfScalar) return 1;
  return private_key[index / 8] >> index % 8 & 1;
}

void multiply_point(uint8_t* product, const uint8_t* private_key, const uint8_t* point) {
  Wiped<Ladder> wiped;
  Ladder& ladder = wiped.value;
  load(ladder[Place::X1], point);
  ladder[Place::X2].limb[0] = 1;
  ladder[Place::X3] = ladder[Place::X1];
  ladder[Place::Z3].limb[0] = 1;
  uint8_t swapped = 0;
  for (uint8_t index = kTopBitOfScalar + 1; index > 0; --index) {
    const uint8_t bit = scalar_bit(private_key, index - 1);
    const uint8_t mask =
        tiny::opaque(static_cast<uint8_t>(0u - static_cast<unsigned>(bit ^ swapped)));
    usmp_tiny_field_swap(&ladder[Place::X2], &ladder[Place::X3], mask);
    usmp_tiny_field_swap(&ladder[Place::Z2], &ladder[Place::Z3], mask);
    run(ladder, kLadderStep);
    swapped = bit;
  }
  // The lowest bit of a clamped key is 0: nothing is left to be exchanged.
  run(ladder, kDivision);
  store(product, ladder[Place::X2]);
  // Products leave their parts on the stack below: those of 0 overwrite the last ones.
  Field& zero = ladder[Place::T];
  wipe_bytes(&zero, sizeof(zero));
  usmp_tiny_field_square(&zero, &zero);
}

// True if every byte is zero; the time does not depend on them.
bool all_zero(const uint8_t (&bytes)[kPointSize]) {
  // Volatile, so that no compiler turns the loop into one that stops at the first other byte.
  volatile uint8_t seen = 0;
  for (uint8_t index = 0; index < kPointSize; ++index) {
    seen = static_cast<uint8_t>(seen | bytes[index]);
  }
  return seen == 0;
}

}  // namespace

bool x25519_public(uint8_t (&public_key)[kPointSize], const uint8_t (&private_key)[kPointSize]) {
  uint8_t base[kPointSize] = {kBasePoint};
  multiply_point(public_key, private_key, base);
  return true;
}

bool x25519(uint8_t (&shared)[kPointSize], const uint8_t (&private_key)[kPointSize],
            const uint8_t (&public_key)[kPointSize]) {
  // `shared` may lie over an input: it is written when both are read.
  multiply_point(shared, private_key, public_key);
  // USMP3 §2: an all-zero dh is dropped. Then `shared` is already wiped.
  return !all_zero(shared);
}

}  // namespace crypto
}  // namespace usmp
