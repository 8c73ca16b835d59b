// Reads little-endian fields from untrusted bytes. One failed read makes every later one fail, so
// a parser checks once, at its end.
#ifndef USMP_BASE_BYTE_READER_HPP
#define USMP_BASE_BYTE_READER_HPP

#include "usmp/bytes.hpp"

namespace usmp {

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes), offset_(0), ok_(true) {}

  uint8_t u8() { return static_cast<uint8_t>(little_endian(1)); }
  uint16_t u16() { return static_cast<uint16_t>(little_endian(2)); }
  uint32_t u32() { return little_endian(4); }
  /// The next `count` bytes, as a view; empty after a failure.
  Bytes bytes(size_t count) {
    if (!ok_ || count > bytes_.size - offset_) {
      ok_ = false;
      return Bytes();
    }
    const Bytes taken(bytes_.data + offset_, count);
    offset_ += count;
    return taken;
  }

  /// False once a read went beyond the end.
  bool ok() const { return ok_; }
  /// True if every byte was read and no read failed.
  bool done() const { return ok_ && offset_ == bytes_.size; }
  size_t offset() const { return offset_; }
  size_t left() const { return bytes_.size - offset_; }

 private:
  uint32_t little_endian(uint8_t count) {
    const Bytes taken = bytes(count);
    uint32_t value = 0;
    for (size_t index = taken.size; index > 0; --index) {
      value = (value << 8) | taken[index - 1];
    }
    return value;
  }

  Bytes bytes_;
  size_t offset_;
  bool ok_;
};

}  // namespace usmp

#endif  // USMP_BASE_BYTE_READER_HPP
