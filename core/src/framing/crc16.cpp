// CRC-16/MODBUS, see usmp/framing/crc16.hpp.
#include "usmp/framing/crc16.hpp"

namespace usmp {

namespace {
/// What a byte of odd parity adds: the polynomial 0x8005, reflected, at both ends of the byte.
const uint16_t kParityEffect = 0xC001;
}  // namespace

void Crc16Modbus::update(uint8_t byte) {
  // Eight steps of the division at once: x^16 + x^15 + x^2 + 1 has so few terms that a byte's effect
  // is two shifts of it, and its parity at the ends.
  const uint8_t divided = static_cast<uint8_t>(value_ ^ byte);
  uint8_t parity = static_cast<uint8_t>(divided ^ (divided >> 4));
  parity = static_cast<uint8_t>(parity ^ (parity >> 2));
  parity = static_cast<uint8_t>(parity ^ (parity >> 1));
  const uint16_t ends = (parity & 1u) != 0 ? kParityEffect : 0;
  value_ = static_cast<uint16_t>((value_ >> 8) ^ (divided << 6) ^ (divided << 7) ^ ends);
}

void Crc16Modbus::update(Bytes bytes) {
  for (size_t index = 0; index < bytes.size; ++index) update(bytes[index]);
}

}  // namespace usmp
