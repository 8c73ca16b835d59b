// Views of bytes that somebody else owns: a pointer and a size, nothing more.
// Not a container: nothing here copies, allocates or checks beyond its asserts.
#ifndef USMP_BYTES_HPP
#define USMP_BYTES_HPP

#include <stddef.h>
#include <stdint.h>

namespace usmp {

/// Read-only bytes owned by the caller.
struct Bytes {
  const uint8_t* data;
  size_t size;

  constexpr Bytes() : data(nullptr), size(0) {}
  constexpr Bytes(const uint8_t* bytes, size_t count) : data(bytes), size(count) {}
  template <size_t N>
  constexpr Bytes(const uint8_t (&array)[N]) : data(array), size(N) {}

  bool empty() const { return size == 0; }
  uint8_t operator[](size_t index) const { return data[index]; }
  /// The bytes from `offset` on; `offset` is at most `size`.
  Bytes from(size_t offset) const { return Bytes(data + offset, size - offset); }
  /// The first `count` bytes; `count` is at most `size`.
  Bytes first(size_t count) const { return Bytes(data, count); }
};

/// Writable bytes owned by the caller.
struct MutableBytes {
  uint8_t* data;
  size_t size;

  constexpr MutableBytes() : data(nullptr), size(0) {}
  constexpr MutableBytes(uint8_t* bytes, size_t count) : data(bytes), size(count) {}
  template <size_t N>
  constexpr MutableBytes(uint8_t (&array)[N]) : data(array), size(N) {}

  operator Bytes() const { return Bytes(data, size); }
  bool empty() const { return size == 0; }
  uint8_t& operator[](size_t index) const { return data[index]; }
  MutableBytes from(size_t offset) const { return MutableBytes(data + offset, size - offset); }
  MutableBytes first(size_t count) const { return MutableBytes(data, count); }
};

}  // namespace usmp

#endif  // USMP_BYTES_HPP
