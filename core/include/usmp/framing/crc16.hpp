// CRC-16/MODBUS over bytes that come one by one. It finds line noise, not attackers: every packet
// is also authenticated, or held against a transcript, by the session.
#ifndef USMP_FRAMING_CRC16_HPP
#define USMP_FRAMING_CRC16_HPP

#include "usmp/bytes.hpp"

namespace usmp {

/// Bytes of the CRC on the wire, low byte first.
static const size_t kCrc16Size = 2;

/// A running CRC-16/MODBUS: reflected polynomial 0x8005, begun at 0xFFFF, no final xor. Computed
/// bit by bit: a table would lie in RAM on an AVR, and the line is slower than the loop.
class Crc16Modbus {
 public:
  Crc16Modbus() : value_(0xFFFF) {}

  void update(uint8_t byte);
  void update(Bytes bytes);

  /// The CRC of the bytes so far.
  uint16_t value() const { return value_; }
  /// After a message and the CRC that came with it (low byte first): true if that CRC is right.
  bool matches() const { return value_ == 0; }

 private:
  uint16_t value_;
};

}  // namespace usmp

#endif  // USMP_FRAMING_CRC16_HPP
