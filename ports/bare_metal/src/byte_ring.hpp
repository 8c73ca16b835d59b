// The bytes that a UART's interrupt collects for the loop: as many as come in while the longest
// packet goes out. One side pushes, one pops; each index has one writer, so no lock is needed.
#ifndef USMP_BARE_METAL_BYTE_RING_HPP
#define USMP_BARE_METAL_BYTE_RING_HPP

#include <stdint.h>

namespace usmp {

class ByteRing {
 public:
  /// False: it is full, the byte was not taken.
  bool push(uint8_t byte) {
    if (full()) return false;
    bytes_[in_] = byte;
    in_ = next(in_);
    return true;
  }
  bool pop(uint8_t* byte) {
    if (empty()) return false;
    *byte = bytes_[out_];
    out_ = next(out_);
    return true;
  }
  bool empty() const { return in_ == out_; }
  bool full() const { return next(in_) == out_; }

 private:
  static uint8_t next(uint8_t index) { return static_cast<uint8_t>(index + 1); }

  volatile uint8_t bytes_[256];
  volatile uint8_t in_;
  volatile uint8_t out_;
};

static_assert(sizeof(ByteRing) == 258, "an index is one byte and wraps by itself");

}  // namespace usmp

#endif  // USMP_BARE_METAL_BYTE_RING_HPP
