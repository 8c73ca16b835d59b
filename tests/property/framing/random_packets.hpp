// A seeded source of packets that are hard on framing: runs of zeros, of 0xFF and of 253 to 256
// bytes without a zero between noise. The same on every machine.
#ifndef USMP_TESTS_FRAMING_RANDOM_PACKETS_HPP
#define USMP_TESTS_FRAMING_RANDOM_PACKETS_HPP

#include <random>

#include "framing_bytes.hpp"

namespace usmp::framing_test {

class RandomPackets {
 public:
  explicit RandomPackets(uint64_t seed) : engine_(seed) {}

  /// 0 … limit - 1; not std::uniform_int_distribution, which differs between libraries.
  size_t below(size_t limit) { return static_cast<size_t>(engine_() % limit); }
  uint8_t byte() { return static_cast<uint8_t>(engine_()); }

  ByteVector noise(size_t size) {
    ByteVector bytes(size);
    for (uint8_t& one : bytes) one = byte();
    return bytes;
  }

  /// 1 to `size_max` bytes.
  ByteVector packet(size_t size_max) {
    const size_t size = 1 + below(size_max);
    ByteVector bytes;
    while (bytes.size() < size) bytes = joined({bytes, run()});
    bytes.resize(size);
    return bytes;
  }

 private:
  ByteVector run() {
    switch (below(5)) {
      case 0:
        return ByteVector(1 + below(6), 0x00);
      case 1:
        return ByteVector(1 + below(6), 0xFF);
      case 2: {
        ByteVector without_zero(253 + below(4), 0x01);
        for (uint8_t& one : without_zero) one = static_cast<uint8_t>(1 + below(255));
        return without_zero;
      }
      case 3:
        return ByteVector(253 + below(4), 0xFF);
      default:
        return noise(1 + below(40));
    }
  }

  std::mt19937_64 engine_;
};

}  // namespace usmp::framing_test

#endif  // USMP_TESTS_FRAMING_RANDOM_PACKETS_HPP
