// Frames of wire 2 on a byte stream, see usmp/wire2/stream_reader.hpp. The length is untrusted
// until it was compared with what is allowed, which is before anything is kept for it.
#include <string.h>

#include "usmp/wire2/stream_reader.hpp"

namespace usmp {
namespace wire2 {

namespace {

const size_t kVersionOffset = 2;
const size_t kLengthOffset = 8;

// What the first `size` bytes of a frame say; None while they are right so far.
Error check_start(const uint8_t* start, size_t size, size_t frame_size_max) {
  const uint8_t expected[kVersionOffset + 1] = {kMagicLow, kMagicHigh, kVersion};
  const size_t known = size < sizeof expected ? size : sizeof expected;
  if (memcmp(start, expected, known) != 0) return Error::Malformed;
  if (size < kHeaderSize) return Error::None;
  const size_t length = static_cast<size_t>(start[kLengthOffset] | (start[kLengthOffset + 1] << 8));
  // USMP2 §Frame: length of the payload, 0..480
  if (length > kPayloadSizeMax) return Error::Malformed;
  return kHeaderSize + length > frame_size_max ? Error::TooLarge : Error::None;
}

size_t frame_size_of(const uint8_t* start) {
  return kHeaderSize + static_cast<size_t>(start[kLengthOffset] | (start[kLengthOffset + 1] << 8));
}

}  // namespace

Result<MutableBytes> take_stream_frame(MutableBytes& input, size_t frame_size_max) {
  if (input.empty()) return MutableBytes();
  const Error error = check_start(input.data, input.size, frame_size_max);
  if (error != Error::None) return error;
  if (input.size < kHeaderSize) return MutableBytes();
  const size_t size = frame_size_of(input.data);
  if (input.size < size) return MutableBytes();
  const MutableBytes frame = input.first(size);
  input = input.from(size);
  return frame;
}

StreamReader::StreamReader(MutableBytes buffer)
    : buffer_(buffer), received_(0), refused_(Error::None) {}

Error StreamReader::set_buffer(MutableBytes buffer) {
  if (!between_frames()) return Error::WrongState;
  buffer_ = buffer;
  return Error::None;
}

// Takes bytes until the frame has `until` of them.
void StreamReader::take(Bytes& input, size_t until) {
  const size_t missing = until - received_;
  const size_t count = input.size < missing ? input.size : missing;
  if (count > 0) memcpy(buffer_.data + received_, input.data, count);
  input = input.from(count);
  received_ = static_cast<uint16_t>(received_ + count);
}

Result<MutableBytes> StreamReader::read(Bytes& input) {
  if (refused_ == Error::None && buffer_.size < kHeaderSize) refused_ = Error::TooLarge;
  if (refused_ != Error::None) return refused_;
  if (received_ < kHeaderSize) {
    take(input, kHeaderSize);
    if (received_ > 0) refused_ = check_start(buffer_.data, received_, buffer_.size);
    if (refused_ != Error::None) return refused_;
    if (received_ < kHeaderSize) return MutableBytes();
  }
  const size_t size = frame_size_of(buffer_.data);
  take(input, size);
  if (received_ < size) return MutableBytes();
  received_ = 0;
  return buffer_.first(size);
}

}  // namespace wire2
}  // namespace usmp
