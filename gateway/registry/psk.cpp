// See psk.hpp.
#include "registry/psk.hpp"

#include <errno.h>
#include <sys/random.h>

#include "registry/hex.hpp"

namespace usmp::gateway {
namespace {

bool is_white_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

PskProblem parse_into(Bytes text, Psk& psk) {
  unsigned high = kNotHex;  // the first digit of a byte, once it was read
  for (std::size_t index = 0; index < text.size; ++index) {
    const char c = static_cast<char>(text[index]);
    if (is_white_space(c)) continue;
    const unsigned value = hex_value(c);
    if (value == kNotHex) return PskProblem::NotHex;
    if (high == kNotHex) {
      high = value;
      continue;
    }
    if (!psk.append(static_cast<std::uint8_t>((high << 4U) | value))) return PskProblem::TooLong;
    high = kNotHex;
  }
  if (high != kNotHex) return PskProblem::OddDigits;
  return psk.size() < kPskSizeMin ? PskProblem::TooShort : PskProblem::None;
}

}  // namespace

bool generate_psk(Psk& psk) {
  psk.wipe();
  ssize_t got = 0;
  do {
    // Up to 256 bytes come whole once the kernel's generator is seeded, and it waits for that.
    got = getrandom(psk.storage().data, kPskSizeGenerated, 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(kPskSizeGenerated) || !psk.resize(kPskSizeGenerated)) {
    psk.wipe();
    return false;
  }
  return true;
}

PskProblem parse_psk(Bytes text, Psk& psk) {
  psk.wipe();
  const PskProblem problem = parse_into(text, psk);
  if (problem != PskProblem::None) psk.wipe();
  return problem;
}

void format_psk(const Psk& psk, PskText& text) {
  const Bytes bytes = psk.view();
  const MutableBytes out = text.storage();
  for (std::size_t index = 0; index < bytes.size; ++index) {
    out[2 * index] = static_cast<std::uint8_t>(hex_high(bytes[index]));
    out[2 * index + 1] = static_cast<std::uint8_t>(hex_low(bytes[index]));
  }
  // A PskText holds two digits for every byte that a Psk can have.
  static_assert(PskText::capacity() == 2 * Psk::capacity());
  if (!text.resize(2 * bytes.size)) text.wipe();
}

const char* describe(PskProblem problem) {
  switch (problem) {
    case PskProblem::None:
      return "this is a key";
    case PskProblem::NotHex:
      return "it holds something that is no hex digit; a key is 64 hex digits, as `usmp keygen` "
             "prints them";
    case PskProblem::OddDigits:
      return "its number of hex digits is odd, so one is missing or too many; a key is 64 hex "
             "digits";
    case PskProblem::TooShort:
      return "it has fewer than 32 hex digits (16 bytes); a key is 64 hex digits, as `usmp keygen` "
             "prints them";
    case PskProblem::TooLong:
      return "it has more than 128 hex digits (64 bytes); a key is 64 hex digits";
  }
  return "unknown problem";
}

}  // namespace usmp::gateway
