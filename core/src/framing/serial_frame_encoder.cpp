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

SerialFrameEncoder::SerialFrameEncoder() : body_(), stage_(Stage::Idle), delimiter_due_(true) {}

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
  Body body;
  body.packet = packet;
  body.size = packet.size + kCrc16Size;
  body.crc[0] = static_cast<uint8_t>(crc.value());
  body.crc[1] = static_cast<uint8_t>(crc.value() >> 8);
  body_.start(body);
  // USMP3 §7: a 0x00 before the first frame and after each
  stage_ = delimiter_due_ ? Stage::LeadingDelimiter : Stage::Body;
}

size_t SerialFrameEncoder::next(MutableBytes out) {
  size_t size = 0;
  if (stage_ == Stage::LeadingDelimiter && size < out.size) {
    out[size++] = kSerialDelimiter;
    delimiter_due_ = false;
    stage_ = Stage::Body;
  }
  if (stage_ == Stage::Body) {
    size += body_.next(out.from(size));
    if (body_.done()) stage_ = Stage::ClosingDelimiter;
  }
  if (stage_ == Stage::ClosingDelimiter && size < out.size) {
    out[size++] = kSerialDelimiter;
    stage_ = Stage::Idle;
  }
  return size;
}

SerialFrameInPlace::SerialFrameInPlace(MutableBytes buffer, size_t packet_size) : closed_(false) {
  Crc16Modbus crc;
  crc.update(buffer.first(packet_size));
  buffer[packet_size] = static_cast<uint8_t>(crc.value());
  buffer[packet_size + 1] = static_cast<uint8_t>(crc.value() >> 8);
  body_.start(buffer.first(packet_size + kCrc16Size));
}

size_t SerialFrameInPlace::next(MutableBytes out) {
  size_t size = body_.next(out);
  if (size < out.size && !closed_) {
    out[size++] = kSerialDelimiter;
    closed_ = true;
  }
  return size;
}

}  // namespace usmp
