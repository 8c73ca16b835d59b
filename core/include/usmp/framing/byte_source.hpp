// A packet that an encoder may look at byte by byte: one buffer, several pieces, or bytes computed
// when asked for. Not a stream: every index can be read again, in any order.
#ifndef USMP_FRAMING_BYTE_SOURCE_HPP
#define USMP_FRAMING_BYTE_SOURCE_HPP

#include "usmp/bytes.hpp"

namespace usmp {

/// The pieces of a packet, one after another; empty ones are allowed.
struct BytePieces {
  const Bytes* pieces;
  size_t count;
};

/// `size` bytes behind a function. What `context` points to is the caller's and stays unchanged
/// while an encoder reads from here; each byte is asked for up to three times.
struct ByteSource {
  /// The byte at `index`, which is always below `size`.
  typedef uint8_t (*ByteAt)(const void* context, size_t index);

  ByteAt byte_at;  ///< nullptr: the bytes of one buffer, at `context`
  const void* context;
  size_t size;

  /// A source of no bytes.
  ByteSource() : byte_at(nullptr), context(nullptr), size(0) {}
  ByteSource(ByteAt function, const void* its_context, size_t byte_count)
      : byte_at(function), context(its_context), size(byte_count) {}

  /// The bytes of one buffer.
  static ByteSource of(Bytes packet);
  /// The bytes of several buffers; `packet` itself stays in place, too, while it is read.
  static ByteSource of(const BytePieces& packet);

  uint8_t operator[](size_t index) const {
    if (byte_at == nullptr) return static_cast<const uint8_t*>(context)[index];
    return byte_at(context, index);
  }
};

}  // namespace usmp

#endif  // USMP_FRAMING_BYTE_SOURCE_HPP
