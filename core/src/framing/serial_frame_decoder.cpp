// The bytes of a serial line to the bytes of packets, see usmp/framing/serial.hpp. Untrusted input:
// whatever comes, at most packet_size_max bytes a packet go out.
#include "usmp/framing/serial.hpp"

namespace usmp {

SerialFrameDecoder::SerialFrameDecoder(size_t packet_size_max)
    : packet_size_max_(packet_size_max),
      frame_size_max_(serial_frame_size_max(packet_size_max)),
      frame_size_(0),
      data_size_(0),
      cobs_(),
      crc_(),
      held_(),
      discarding_(false) {}

SerialStep SerialFrameDecoder::push(uint8_t line_byte) {
  const SerialStep nothing = {SerialEvent::Nothing, 0, SerialFault::None};
  const bool is_delimiter = line_byte == kSerialDelimiter;
  if (discarding_) {
    // USMP3 §7: … and the receiver is in step again at the next 0x00
    if (is_delimiter) begin_frame();
    return nothing;
  }
  if (!is_delimiter) {
    ++frame_size_;
    // USMP3 §7: one that is longer with its 0x00 (still to come, so >=) is dropped
    if (frame_size_ >= frame_size_max_) return discard_rest();
  }
  const CobsStep step = cobs_.push(line_byte);
  switch (step.event) {
    case CobsEvent::Nothing:
      return nothing;
    case CobsEvent::DataByte:
      return take_data_byte(step.byte);
    case CobsEvent::FrameEnd:
      return end_of_frame();
    case CobsEvent::Broken:
      begin_frame();
      return SerialStep{SerialEvent::Dropped, 0, SerialFault::CobsError};
  }
  return nothing;
}

SerialStep SerialFrameDecoder::take_data_byte(uint8_t byte) {
  SerialStep step = {SerialEvent::Nothing, 0, SerialFault::None};
  // A frame with many zeros can hold more bytes than its length tells.
  if (data_size_ >= kCrc16Size && data_size_ - kCrc16Size == packet_size_max_) {
    return discard_rest();
  }
  crc_.update(byte);
  if (data_size_ >= kCrc16Size) {
    step.event = SerialEvent::PacketByte;
    step.byte = held_[0];
  }
  ++data_size_;
  held_[0] = held_[1];
  held_[1] = byte;
  return step;
}

SerialStep SerialFrameDecoder::end_of_frame() {
  const bool whole = data_size_ > kCrc16Size && crc_.matches();
  begin_frame();
  if (!whole) return SerialStep{SerialEvent::Dropped, 0, SerialFault::CrcMismatch};
  return SerialStep{SerialEvent::PacketEnd, 0, SerialFault::None};
}

SerialStep SerialFrameDecoder::discard_rest() {
  discarding_ = true;
  return SerialStep{SerialEvent::Dropped, 0, SerialFault::Oversize};
}

void SerialFrameDecoder::begin_frame() {
  frame_size_ = 0;
  data_size_ = 0;
  cobs_ = CobsDecoder();
  crc_ = Crc16Modbus();
  discarding_ = false;
}

}  // namespace usmp
