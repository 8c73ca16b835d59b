// Byte strings for the framing tests: written as literals, compared as vectors whose exact size the
// address sanitizer guards.
#ifndef USMP_TESTS_FRAMING_BYTES_HPP
#define USMP_TESTS_FRAMING_BYTES_HPP

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <numeric>
#include <vector>

#include "usmp/bytes.hpp"

namespace usmp::framing_test {

using ByteVector = std::vector<uint8_t>;

inline Bytes view(const ByteVector& bytes) { return {bytes.data(), bytes.size()}; }
inline MutableBytes writable(ByteVector& bytes) { return {bytes.data(), bytes.size()}; }
inline ByteVector copy(Bytes bytes) { return {bytes.data, bytes.data + bytes.size}; }

/// The bytes first, first + 1, … modulo 256, `count` of them.
inline ByteVector counting(uint8_t first, size_t count) {
  ByteVector bytes(count);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

inline ByteVector joined(std::initializer_list<ByteVector> parts) {
  ByteVector whole;
  for (const ByteVector& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

}  // namespace usmp::framing_test

#endif  // USMP_TESTS_FRAMING_BYTES_HPP
