// COBS: bytes without a 0x00 in them, so that 0x00 can part frames on a serial line.
// Knows nothing of CRCs and packets: see serial.hpp for the whole frame of USMP3 §7.
#ifndef USMP_FRAMING_COBS_HPP
#define USMP_FRAMING_COBS_HPP

#include "usmp/bytes.hpp"
#include "usmp/framing/byte_source.hpp"
#include "usmp/result.hpp"

namespace usmp {

/// The most data bytes in one COBS block; its code byte is then 0xFF and implies no zero.
static const uint8_t kCobsBlockMax = 254;

/// The most bytes that `size` bytes become, the 0x00 that ends a frame not counted.
/// SIZE_MAX if the number does not fit.
size_t cobs_encoded_size_max(size_t size);

/// Encodes `in` whole. `out` is the caller's and does not overlap `in`; cobs_encoded_size_max()
/// bytes are always enough. Returns the number of bytes written, none of them 0x00.
/// Error::BufferTooSmall: `out` was too small and holds nothing of use.
Result<size_t> cobs_encode(Bytes in, MutableBytes out);

/// Encodes one byte at a time, looking up to 254 bytes ahead in its source instead of keeping a
/// copy: a few words of RAM whatever the size. A Source has `size` and gives any byte by its index.
template <typename Source>
class BasicCobsEncoder {
 public:
  /// An encoder at its end; start() gives it work.
  BasicCobsEncoder()
      : source_(), index_(0), block_left_(0), block_follows_(false), zero_follows_(false) {}

  /// Begins with `source` (see there for how long it must live). An empty one becomes one 0x01.
  void start(const Source& source) {
    source_ = source;
    index_ = 0;
    block_left_ = 0;
    block_follows_ = true;
    zero_follows_ = false;
  }

  /// Writes the next byte, never 0x00. False: there is none, and `byte` is unchanged.
  USMP_MUST_USE bool next(uint8_t& byte) {
    if (done()) return false;
    if (block_left_ == 0) {
      byte = begin_block();
      return true;
    }
    byte = source_[index_];
    ++index_;
    --block_left_;
    return true;
  }

  /// Writes the next bytes, as many as fit. Returns how many.
  size_t next(MutableBytes out) {
    size_t size = 0;
    while (size < out.size && !done()) {
      if (block_left_ == 0) out[size++] = begin_block();
      const size_t room = out.size - size;
      const uint8_t run = block_left_ < room ? block_left_ : static_cast<uint8_t>(room);
      for (uint8_t count = 0; count < run; ++count) out[size++] = source_[index_++];
      block_left_ = static_cast<uint8_t>(block_left_ - run);
    }
    return size;
  }

  /// True when everything was written.
  bool done() const { return block_left_ == 0 && !block_follows_; }

 private:
  // Measures the next block and returns its code byte.
  uint8_t begin_block() {
    if (zero_follows_) ++index_;  // The code of the block before stands for this zero.
    const size_t left = source_.size - index_;
    const uint8_t most = left < kCobsBlockMax ? static_cast<uint8_t>(left) : kCobsBlockMax;
    uint8_t run = 0;
    while (run < most && source_[index_ + run] != 0) ++run;
    const bool at_end = run == left;
    block_left_ = run;
    block_follows_ = !at_end;
    zero_follows_ = !at_end && run < kCobsBlockMax;
    return static_cast<uint8_t>(run + 1);
  }

  Source source_;
  size_t index_;
  uint8_t block_left_;
  bool block_follows_;
  bool zero_follows_;
};

typedef BasicCobsEncoder<ByteSource> CobsEncoder;

/// What one byte of the line meant to a CobsDecoder.
enum class CobsEvent : uint8_t {
  Nothing,   ///< No data byte yet, or an empty frame, which is ignored.
  DataByte,  ///< CobsStep::byte is the next decoded byte.
  FrameEnd,  ///< The frame is whole: every byte since the last end belongs to it.
  Broken,    ///< The frame ended inside a block: what it gave so far is void.
};

struct CobsStep {
  CobsEvent event;
  uint8_t byte;
};

/// Decodes one byte at a time with no buffer at all. In step from its first byte, and again after
/// each 0x00, whatever came before.
class CobsDecoder {
 public:
  CobsDecoder();

  CobsStep push(uint8_t line_byte);

 private:
  uint8_t block_left_;
  bool frame_begun_;
  bool zero_follows_;
};

}  // namespace usmp

#endif  // USMP_FRAMING_COBS_HPP
