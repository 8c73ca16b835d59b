// See compact_bytes.hpp.
#include "compact/compact_bytes.hpp"

#include <string.h>

namespace usmp {
namespace compact {

uint16_t read_u16(const uint8_t* from) {
  return static_cast<uint16_t>(from[0] | (static_cast<uint16_t>(from[1]) << 8));
}

uint32_t read_u32(const uint8_t* from) {
  return read_u16(from) | (static_cast<uint32_t>(read_u16(from + 2)) << 16);
}

uint8_t* write_u16(uint8_t* to, uint16_t value) {
  *to++ = static_cast<uint8_t>(value);
  *to++ = static_cast<uint8_t>(value >> 8);
  return to;
}

uint8_t* write_u32(uint8_t* to, uint32_t value) {
  return write_u16(write_u16(to, static_cast<uint16_t>(value)), static_cast<uint16_t>(value >> 16));
}

uint8_t* write_bytes(uint8_t* to, const uint8_t* bytes, size_t size) {
  if (size > 0) memcpy(to, bytes, size);
  return to + size;
}

}  // namespace compact
}  // namespace usmp
