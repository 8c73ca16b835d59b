// Hex digits to values and back, for IDs and key files. The digits of a key are looked up without
// tables or branches on their value, so that no cache line tells them.
#ifndef USMP_GATEWAY_REGISTRY_HEX_HPP
#define USMP_GATEWAY_REGISTRY_HEX_HPP

#include <cstdint>

namespace usmp::gateway {

inline constexpr unsigned kNotHex = 0xFF;

/// The value 0..15 of a hex digit in either case, or kNotHex.
constexpr unsigned hex_value(char digit) {
  const unsigned code = static_cast<unsigned char>(digit);
  const unsigned letter = code | 0x20U;
  // Each mask is all ones if the character lies in its range, else 0.
  const unsigned is_number = 0U - static_cast<unsigned>(code - '0' < 10U);
  const unsigned is_letter = 0U - static_cast<unsigned>(letter - 'a' < 6U);
  return (is_number & (code - '0')) | (is_letter & (letter - 'a' + 10U)) |
         (~(is_number | is_letter) & kNotHex);
}

/// The lower case digit of a value 0..15.
constexpr char hex_digit(unsigned value) {
  const unsigned beyond_nine = 0U - static_cast<unsigned>(value > 9U);
  return static_cast<char>('0' + value + (beyond_nine & ('a' - '0' - 10U)));
}

constexpr char hex_high(std::uint8_t byte) { return hex_digit(byte >> 4U); }
constexpr char hex_low(std::uint8_t byte) { return hex_digit(byte & 0x0FU); }

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_HEX_HPP
