// CRC-16/MODBUS, see usmp/framing/crc16.hpp.
#include "usmp/framing/crc16.hpp"

namespace usmp {

namespace {
/// 0x8005 with its bits in the order in which the line sends them.
const uint16_t kReflectedPolynomial = 0xA001;
}  // namespace

void Crc16Modbus::update(uint8_t byte) {
  uint16_t value = static_cast<uint16_t>(value_ ^ byte);
  for (uint8_t bit = 0; bit < 8; ++bit) {
    const bool divides = (value & 1u) != 0;
    value = static_cast<uint16_t>(value >> 1);
    if (divides) value = static_cast<uint16_t>(value ^ kReflectedPolynomial);
  }
  value_ = value;
}

void Crc16Modbus::update(Bytes bytes) {
  for (size_t index = 0; index < bytes.size; ++index) update(bytes[index]);
}

}  // namespace usmp
