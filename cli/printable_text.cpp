// See printable_text.hpp.
#include "printable_text.hpp"

#include "registry/hex.hpp"

namespace usmp::cli {
namespace {

constexpr std::uint32_t kMalformed = 0xFFFFFFFF;

/// Takes one character off the front of `bytes`, which are not empty; kMalformed if it is none.
std::uint32_t take_character(Bytes& bytes) {
  const std::uint8_t lead = bytes[0];
  std::size_t size = 1;
  std::uint32_t character = lead;
  std::uint32_t smallest = 0;
  if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4, character = lead & 0x07U, smallest = 0x10000;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    size = 3, character = lead & 0x0FU, smallest = 0x800;
  } else if (lead >= 0xC2 && lead < 0xE0) {
    size = 2, character = lead & 0x1FU, smallest = 0x80;
  } else if (lead >= 0x80) {
    return kMalformed;
  }
  if (bytes.size < size) return kMalformed;
  for (std::size_t index = 1; index < size; ++index) {
    if ((bytes[index] & 0xC0U) != 0x80U) return kMalformed;
    character = character << 6U | (bytes[index] & 0x3FU);
  }
  const bool is_surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (character < smallest || character > 0x10FFFF || is_surrogate) return kMalformed;
  bytes = bytes.from(size);
  return character;
}

bool is_between(std::uint32_t character, std::uint32_t first, std::uint32_t last) {
  return character >= first && character <= last;
}

bool is_harmless(std::uint32_t character) {
  const bool is_control = character < 0x20 || is_between(character, 0x7F, 0x9F);
  // Marks and overrides of direction, line and paragraph separators, the byte order mark, tags.
  const bool is_format = character == 0x061C || is_between(character, 0x200B, 0x200F) ||
                         is_between(character, 0x2028, 0x202E) ||
                         is_between(character, 0x2060, 0x206F) || character == 0xFEFF ||
                         is_between(character, 0xFFF9, 0xFFFB) ||
                         is_between(character, 0xE0000, 0xE007F);
  return !is_control && !is_format;
}

}  // namespace

bool is_utf8(Bytes bytes) {
  while (!bytes.empty()) {
    if (take_character(bytes) == kMalformed) return false;
  }
  return true;
}

bool is_printable_line(Bytes bytes) {
  while (!bytes.empty()) {
    const std::uint32_t character = take_character(bytes);
    if (character == kMalformed || !is_harmless(character)) return false;
  }
  return true;
}

std::string hex_of(Bytes bytes) {
  std::string digits;
  digits.reserve(bytes.size * 2);
  for (std::size_t index = 0; index < bytes.size; ++index) {
    digits += gateway::hex_high(bytes[index]);
    digits += gateway::hex_low(bytes[index]);
  }
  return digits;
}

}  // namespace usmp::cli
