// The state of a session at one moment, to go back to for the next input: a handshake costs four
// X25519, this a copy of a few hundred bytes. Sessions hold no pointer into themselves.
#ifndef USMP_TESTS_FUZZ_FROZEN_HPP
#define USMP_TESTS_FUZZ_FROZEN_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace usmp::fuzz {

template <typename T>
class Frozen {
 public:
  void freeze(const T& object) {
    std::memcpy(bytes_, static_cast<const void*>(&object), sizeof(T));
  }
  /// The very object that was frozen is again as it was.
  void thaw(T& object) const { std::memcpy(static_cast<void*>(&object), bytes_, sizeof(T)); }

 private:
  std::uint8_t bytes_[sizeof(T)];
};

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_FROZEN_HPP
