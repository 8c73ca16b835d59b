// Records on a byte stream, see usmp/framing/stream_record.hpp. The count is untrusted until it was
// compared with what is allowed, which is before anything is kept for it.
#include "usmp/framing/stream_record.hpp"

#include <string.h>

namespace usmp {

namespace {

/// The packet's size from the header of its record; up to 65536, so no size_t on a small machine.
uint32_t packet_size_of(uint8_t count_low, uint8_t count_high) {
  return 1u + (static_cast<uint32_t>(count_low) | (static_cast<uint32_t>(count_high) << 8));
}

/// USMP3 §7: byte 0 ‖ u16 (count of the bytes that follow)
void write_header(uint8_t* header, uint8_t first_byte, size_t rest_size) {
  header[0] = first_byte;
  header[1] = static_cast<uint8_t>(rest_size);
  header[2] = static_cast<uint8_t>(rest_size >> 8);
}

/// 64 bits, because the limit itself is beyond a size_t of 16.
Error check_packet_size(uint64_t packet_size) {
  if (packet_size == 0) return Error::Malformed;
  if (packet_size > kStreamRecordPacketMax) return Error::TooLarge;
  return Error::None;
}

}  // namespace

Error stream_record_header(Bytes packet, uint8_t (&header)[kStreamRecordHeaderSize]) {
  const Error error = check_packet_size(packet.size);
  if (error != Error::None) return error;
  write_header(header, packet[0], packet.size - 1);
  return Error::None;
}

Error stream_record_in_place(MutableBytes buffer) {
  if (buffer.size < kStreamRecordOverhead) return Error::Malformed;
  const size_t packet_size = buffer.size - kStreamRecordOverhead;
  const Error error = check_packet_size(packet_size);
  if (error != Error::None) return error;
  write_header(buffer.data, buffer[kStreamRecordOverhead], packet_size - 1);
  return Error::None;
}

Result<MutableBytes> take_stream_record(MutableBytes& input, size_t packet_size_max) {
  if (input.size < kStreamRecordHeaderSize) return MutableBytes();
  const uint32_t packet_size = packet_size_of(input[1], input[2]);
  // USMP3 §7: a count beyond what is allowed closes the connection
  if (packet_size > packet_size_max) return Error::TooLarge;
  if (input.size - kStreamRecordOverhead < packet_size) return MutableBytes();
  const MutableBytes packet =
      input.from(kStreamRecordOverhead).first(static_cast<size_t>(packet_size));
  // USMP3 §7: the u16 is not part of the packet; byte 0 takes the place of its high byte.
  packet[0] = input[0];
  input = input.from(kStreamRecordOverhead + packet.size);
  return packet;
}

StreamRecordReader::StreamRecordReader(MutableBytes buffer)
    : buffer_(buffer), received_(0), rest_size_(0), first_byte_(0), refused_(false) {}

Error StreamRecordReader::set_buffer(MutableBytes buffer) {
  if (!between_records()) return Error::WrongState;
  buffer_ = buffer;
  return Error::None;
}

Result<MutableBytes> StreamRecordReader::read(Bytes& input) {
  while (!refused_ && received_ < kStreamRecordHeaderSize && !input.empty()) {
    take_header_byte(input[0]);
    input = input.from(1);
  }
  if (refused_) return Error::TooLarge;
  if (received_ < kStreamRecordHeaderSize) return MutableBytes();
  take_rest(input);
  const uint32_t record_size = static_cast<uint32_t>(kStreamRecordHeaderSize) + rest_size_;
  if (received_ < record_size) return MutableBytes();
  received_ = 0;
  return buffer_.first(1u + static_cast<size_t>(rest_size_));
}

void StreamRecordReader::take_header_byte(uint8_t byte) {
  if (received_ == 0) {
    first_byte_ = byte;
  } else if (received_ == 1) {
    rest_size_ = byte;
  } else {
    const uint32_t packet_size = packet_size_of(static_cast<uint8_t>(rest_size_), byte);
    rest_size_ = static_cast<uint16_t>(packet_size - 1);
    // USMP3 §7: a count beyond what is allowed closes the connection
    refused_ = packet_size > buffer_.size;
    if (!refused_) buffer_[0] = first_byte_;
  }
  ++received_;
}

void StreamRecordReader::take_rest(Bytes& input) {
  const size_t taken = static_cast<size_t>(received_ - kStreamRecordHeaderSize);
  const size_t missing = rest_size_ - taken;
  const size_t count = input.size < missing ? input.size : missing;
  if (count > 0) memcpy(buffer_.data + 1 + taken, input.data, count);
  input = input.from(count);
  received_ += static_cast<uint32_t>(count);
}

}  // namespace usmp
