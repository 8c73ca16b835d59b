// Packets to the bytes of a serial line, see usmp/framing/serial.hpp. Not the way back: that is
// serial_frame_decoder.cpp.
#include "usmp/framing/serial.hpp"

namespace usmp {

size_t serial_frame_size_max(size_t packet_size) {
  if (packet_size > SIZE_MAX - kCrc16Size) return SIZE_MAX;
  const size_t body_size_max = cobs_encoded_size_max(packet_size + kCrc16Size);
  return body_size_max == SIZE_MAX ? SIZE_MAX : body_size_max + 1;
}

Result<size_t> serial_frame_encode(Bytes packet, MutableBytes out) {
  if (packet.empty()) return Error::Malformed;
  SerialFrameEncoder encoder;
  encoder.start(packet);
  uint8_t leading_delimiter = 0;
  (void)encoder.next(MutableBytes(&leading_delimiter, 1));
  const size_t size = encoder.next(out);
  if (!encoder.done()) return Error::BufferTooSmall;
  return size;
}

SerialFrameEncoder::SerialFrameEncoder()
    : packet_(), body_(), crc_(0), stage_(Stage::Idle), delimiter_due_(true) {}

void SerialFrameEncoder::line_opened() {
  stage_ = Stage::Idle;
  delimiter_due_ = true;
}

void SerialFrameEncoder::start(ByteSource packet) {
  // A frame given up half way must not run into this one: both would be lost.
  if (!done()) delimiter_due_ = true;
  stage_ = Stage::Idle;
  if (packet.size == 0) return;
  Crc16Modbus crc;
  for (size_t index = 0; index < packet.size; ++index) crc.update(packet[index]);
  crc_ = crc.value();
  packet_ = packet;
  body_.start(ByteSource(&body_byte_at, this, packet.size + kCrc16Size));
  // USMP3 §7: a 0x00 before the first frame and after each
  stage_ = delimiter_due_ ? Stage::LeadingDelimiter : Stage::Body;
}

size_t SerialFrameEncoder::next(MutableBytes out) {
  size_t size = 0;
  while (size < out.size && next_byte(out[size])) ++size;
  return size;
}

bool SerialFrameEncoder::next_byte(uint8_t& byte) {
  switch (stage_) {
    case Stage::Idle:
      return false;
    case Stage::LeadingDelimiter:
      byte = kSerialDelimiter;
      delimiter_due_ = false;
      stage_ = Stage::Body;
      return true;
    case Stage::Body: {
      const bool written = body_.next(byte);
      if (body_.done()) stage_ = Stage::ClosingDelimiter;
      return written;
    }
    case Stage::ClosingDelimiter:
      byte = kSerialDelimiter;
      stage_ = Stage::Idle;
      return true;
  }
  return false;
}

/// USMP3 §7: packet ‖ CRC-16/MODBUS(packet), low byte first
uint8_t SerialFrameEncoder::body_byte_at(const void* self, size_t index) {
  const SerialFrameEncoder& encoder = *static_cast<const SerialFrameEncoder*>(self);
  const size_t packet_size = encoder.packet_.size;
  if (index < packet_size) return encoder.packet_[index];
  const uint8_t shift = index == packet_size ? 0 : 8;
  return static_cast<uint8_t>(encoder.crc_ >> shift);
}

}  // namespace usmp
