// Writes little-endian fields into a buffer, whole or only the part from `skip` on: a packet that
// is larger than the device's buffer goes out in pieces, made again from its start for each.
#ifndef USMP_BASE_BYTE_WRITER_HPP
#define USMP_BASE_BYTE_WRITER_HPP

#include <string.h>

#include "usmp/bytes.hpp"

namespace usmp {

class ByteWriter {
 public:
  /// Writes into `out`, leaving out the first `skip` bytes of what is written.
  explicit ByteWriter(MutableBytes out, size_t skip = 0) : out_(out), skip_(skip), position_(0) {}

  void u8(uint8_t value) {
    if (position_ >= skip_ && position_ - skip_ < out_.size) {
      out_.data[position_ - skip_] = value;
    }
    ++position_;
  }
  void u16(uint16_t value) {
    u8(static_cast<uint8_t>(value));
    u8(static_cast<uint8_t>(value >> 8));
  }
  void u32(uint32_t value) {
    u16(static_cast<uint16_t>(value));
    u16(static_cast<uint16_t>(value >> 16));
  }
  void bytes(Bytes bytes) {
    if (position_ >= skip_ && bytes.size > 0 && size() + bytes.size <= out_.size) {
      memcpy(out_.data + (position_ - skip_), bytes.data, bytes.size);
      position_ += bytes.size;
      return;
    }
    for (size_t index = 0; index < bytes.size; ++index) u8(bytes[index]);
  }

  /// Bytes written so far, those skipped and those that did not fit included.
  size_t position() const { return position_; }
  /// False if bytes did not fit.
  bool ok() const { return position_ <= skip_ || position_ - skip_ <= out_.size; }
  /// Bytes that stand in the buffer.
  size_t size() const {
    if (position_ <= skip_) return 0;
    return position_ - skip_ < out_.size ? position_ - skip_ : out_.size;
  }

 private:
  MutableBytes out_;
  size_t skip_;
  size_t position_;
};

}  // namespace usmp

#endif  // USMP_BASE_BYTE_WRITER_HPP
