// CRC-16/MODBUS, see usmp/framing/crc16.hpp.
#include "usmp/framing/crc16.hpp"

namespace usmp {

namespace {
/// What a byte of odd parity adds: the polynomial 0x8005, reflected, at both ends of the byte.
const uint16_t kParityEffect = 0xC001;

// Eight steps of the division at once: x^16 + x^15 + x^2 + 1 has so few terms that a byte's effect
// is two shifts of it, and its parity at the ends.
__attribute__((always_inline)) inline uint16_t divide(uint16_t value, uint8_t byte) {
  const uint8_t divided = static_cast<uint8_t>(value ^ byte);
  uint8_t parity = static_cast<uint8_t>(divided ^ (divided >> 4));
  parity = static_cast<uint8_t>(parity ^ (parity >> 2));
  parity = static_cast<uint8_t>(parity ^ (parity >> 1));
  const uint16_t ends = (parity & 1u) != 0 ? kParityEffect : 0;
  return static_cast<uint16_t>((value >> 8) ^ (divided << 6) ^ (divided << 7) ^ ends);
}

}  // namespace

void Crc16Modbus::update(uint8_t byte) { value_ = divide(value_, byte); }

void Crc16Modbus::update(Bytes bytes) {
  uint16_t value = value_;
  for (size_t index = 0; index < bytes.size; ++index) value = divide(value, bytes[index]);
  value_ = value;
}

}  // namespace usmp
