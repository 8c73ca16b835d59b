// The serial line of USMP3 §7 read a second time, whole frames at once and as plainly as can be:
// what the streaming decoder is compared with. Shares no code with it.
#ifndef USMP_TESTS_FRAMING_SERIAL_REFERENCE_HPP
#define USMP_TESTS_FRAMING_SERIAL_REFERENCE_HPP

#include <optional>

#include "framing_bytes.hpp"

namespace usmp::framing_test {

inline std::optional<ByteVector> reference_cobs_decode(const ByteVector& frame) {
  ByteVector plain;
  size_t index = 0;
  while (index < frame.size()) {
    const size_t code = frame[index];
    if (index + code > frame.size()) return std::nullopt;
    for (size_t offset = 1; offset < code; ++offset) plain.push_back(frame[index + offset]);
    index += code;
    if (code < 0xFF && index < frame.size()) plain.push_back(0x00);
  }
  return plain;
}

inline uint16_t reference_crc(const ByteVector& bytes, size_t size) {
  unsigned value = 0xFFFF;
  for (size_t index = 0; index < size; ++index) {
    value ^= bytes[index];
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? (value >> 1) ^ 0xA001 : value >> 1;
  }
  return static_cast<uint16_t>(value);
}

/// The packets in `line`, of at most `n` bytes each; a frame that is not closed gives none.
inline std::vector<ByteVector> reference_packets(const ByteVector& line, size_t n) {
  std::vector<ByteVector> packets;
  ByteVector frame;
  for (const uint8_t byte : line) {
    if (byte != 0x00) {
      frame.push_back(byte);
      continue;
    }
    const bool short_enough = frame.size() + 1 <= n + 3 + (n + 2 + 253) / 254;
    const std::optional<ByteVector> plain = reference_cobs_decode(frame);
    frame.clear();
    if (!short_enough || !plain || plain->size() < 3 || plain->size() > n + 2) continue;
    const size_t size = plain->size() - 2;
    const unsigned crc = plain->at(size) | (static_cast<unsigned>(plain->at(size + 1)) << 8);
    if (crc != reference_crc(*plain, size)) continue;
    packets.emplace_back(plain->begin(), plain->begin() + static_cast<ptrdiff_t>(size));
  }
  return packets;
}

}  // namespace usmp::framing_test

#endif  // USMP_TESTS_FRAMING_SERIAL_REFERENCE_HPP
