// Bytes for the crypto tests: from and to hex, and as many as wanted out of a number.
// Not a random source: the same seed gives the same bytes everywhere.
#ifndef USMP_TESTS_UNIT_CRYPTO_TEST_BYTES_HPP
#define USMP_TESTS_UNIT_CRYPTO_TEST_BYTES_HPP

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "usmp/bytes.hpp"

namespace usmp::crypto::test {

using ByteVector = std::vector<uint8_t>;

inline uint8_t hex_digit(char digit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const size_t value = kDigits.find(digit);
  if (value == std::string_view::npos) throw std::invalid_argument("not a hex digit");
  return static_cast<uint8_t>(value);
}

inline ByteVector from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) throw std::invalid_argument("half a byte");
  ByteVector bytes;
  for (size_t index = 0; index < hex.size(); index += 2) {
    bytes.push_back(static_cast<uint8_t>(hex_digit(hex[index]) << 4 | hex_digit(hex[index + 1])));
  }
  return bytes;
}

inline std::string to_hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (size_t index = 0; index < bytes.size; ++index) {
    hex += kDigits[bytes[index] >> 4];
    hex += kDigits[bytes[index] & 15];
  }
  return hex;
}

inline Bytes view(const ByteVector& bytes) { return Bytes(bytes.data(), bytes.size()); }
inline MutableBytes view(ByteVector& bytes) { return MutableBytes(bytes.data(), bytes.size()); }

inline ByteVector from_text(std::string_view text) { return ByteVector(text.begin(), text.end()); }

/// Owns N bytes as the plain array that the crypto interface takes.
template <size_t N>
struct Fixed {
  uint8_t bytes[N] = {};

  Fixed() = default;
  explicit Fixed(const ByteVector& from) {
    if (from.size() != N) throw std::invalid_argument("another size");
    std::memcpy(bytes, from.data(), N);
  }
  explicit Fixed(std::string_view hex) : Fixed(from_hex(hex)) {}
  std::string hex() const { return to_hex(Bytes(bytes)); }
};

/// xorshift64*: bytes that look random and depend on the seed only.
class TestBytes {
 public:
  explicit TestBytes(uint64_t seed) : state_(seed * 2 + 1) {}

  uint8_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<uint8_t>((state_ * 0x2545F4914F6CDD1DULL) >> 56);
  }
  ByteVector take(size_t count) {
    ByteVector bytes(count);
    for (uint8_t& byte : bytes) byte = next();
    return bytes;
  }
  template <size_t N>
  Fixed<N> take() {
    return Fixed<N>(take(N));
  }

 private:
  uint64_t state_;
};

}  // namespace usmp::crypto::test

#endif  // USMP_TESTS_UNIT_CRYPTO_TEST_BYTES_HPP
