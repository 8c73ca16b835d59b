// A fuzzer's input read as a script: numbers, pieces of bytes, packets made from genuine ones. Past
// its end everything is 0 and empty, so that every input is a script.
#ifndef USMP_TESTS_FUZZ_SCRIPT_HPP
#define USMP_TESTS_FUZZ_SCRIPT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "usmp/bytes.hpp"

namespace usmp::fuzz {

using Octets = std::vector<std::uint8_t>;

inline Bytes view(const Octets& octets) { return {octets.data(), octets.size()}; }
inline MutableBytes writable(Octets& octets) { return {octets.data(), octets.size()}; }
inline Octets octets_of(Bytes bytes) { return {bytes.data, bytes.data + bytes.size}; }

class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  bool done() const { return left_.empty(); }
  std::uint8_t u8() {
    if (done()) return 0;
    const std::uint8_t value = left_[0];
    left_ = left_.from(1);
    return value;
  }
  std::uint16_t u16() {
    const std::uint8_t low = u8();
    return static_cast<std::uint16_t>(low | (u8() << 8));
  }
  std::uint32_t u32() {
    const std::uint16_t low = u16();
    return low | (std::uint32_t{u16()} << 16);
  }
  /// The next bytes, `count` at most.
  Octets bytes(std::size_t count) {
    const Bytes taken = left_.first(std::min(count, left_.size));
    left_ = left_.from(taken.size);
    return octets_of(taken);
  }
  Octets rest() { return bytes(left_.size); }
  /// Bytes with their count in front: one byte, or 0xFF and two.
  Octets piece() {
    const std::uint8_t count = u8();
    return bytes(count == 0xFF ? u16() : count);
  }
  /// A packet: a piece as it stands, or one of `genuine` with some bytes changed, cut or longer.
  Octets packet(const std::vector<Octets>& genuine) {
    const std::uint8_t kind = u8();
    if (kind < kRawKinds || genuine.empty()) return piece();
    return spoilt(genuine[kind % genuine.size()]);
  }
  /// A copy of `packet` as the script changes it; perhaps not at all.
  Octets spoilt(Octets packet) {
    const std::uint8_t changes = u8() % kChangesMax;
    for (std::uint8_t change = 0; change < changes && !packet.empty(); ++change) {
      const std::size_t at = u16() % packet.size();
      packet[at] = static_cast<std::uint8_t>(packet[at] ^ u8());
    }
    const std::uint8_t ending = u8();
    if (ending >= 0x80) {
      packet.resize(packet.size() - std::min<std::size_t>(packet.size(), ending - 0x7Fu));
    } else {
      const Octets more = bytes(ending);
      packet.insert(packet.end(), more.begin(), more.end());
    }
    return packet;
  }

 private:
  static constexpr std::uint8_t kRawKinds = 0x60;
  static constexpr std::uint8_t kChangesMax = 8;
  Bytes left_;
};

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_SCRIPT_HPP
