// COBS both ways, see usmp/framing/cobs.hpp. A block is a code byte and code - 1 data bytes without
// zeros; behind a block with a code below 0xFF stands one zero, but not behind the last.
#include "usmp/framing/cobs.hpp"

namespace usmp {

namespace {
const uint8_t kFullBlockCode = 0xFF;
}  // namespace

size_t cobs_encoded_size_max(size_t size) {
  if (size == 0) return 1;
  const size_t blocks = (size - 1) / kCobsBlockMax + 1;
  return size > SIZE_MAX - blocks ? SIZE_MAX : size + blocks;
}

Result<size_t> cobs_encode(Bytes in, MutableBytes out) {
  CobsEncoder encoder;
  encoder.start(ByteSource::of(in));
  size_t size = 0;
  uint8_t byte = 0;
  while (encoder.next(byte)) {
    if (size == out.size) return Error::BufferTooSmall;
    out[size] = byte;
    ++size;
  }
  return size;
}

CobsDecoder::CobsDecoder() : block_left_(0), frame_begun_(false), zero_follows_(false) {}

CobsStep CobsDecoder::push(uint8_t line_byte) {
  CobsStep step = {CobsEvent::Nothing, 0};
  if (line_byte == 0) {
    if (frame_begun_) step.event = block_left_ == 0 ? CobsEvent::FrameEnd : CobsEvent::Broken;
    *this = CobsDecoder();
    return step;
  }
  if (block_left_ > 0) {
    --block_left_;
    step.event = CobsEvent::DataByte;
    step.byte = line_byte;
    return step;
  }
  // A code byte: only now is it known that the block before was not the last.
  if (zero_follows_) step.event = CobsEvent::DataByte;
  frame_begun_ = true;
  block_left_ = static_cast<uint8_t>(line_byte - 1);
  zero_follows_ = line_byte != kFullBlockCode;
  return step;
}

}  // namespace usmp
