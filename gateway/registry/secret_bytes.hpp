// A secret of bounded size that lies in one place in memory and is wiped there. Not for secrets
// that grow, and not comparable: nobody needs to compare one outside the cryptography.
#ifndef USMP_GATEWAY_REGISTRY_SECRET_BYTES_HPP
#define USMP_GATEWAY_REGISTRY_SECRET_BYTES_HPP

#include <string.h>

#include <cstddef>
#include <cstdint>

#include "usmp/bytes.hpp"

namespace usmp::gateway {

/// At most `kCapacity` secret bytes. Moving wipes the source; there is no copy, and no way to
/// print.
template <std::size_t kCapacity>
class SecretBytes {
 public:
  SecretBytes() = default;
  ~SecretBytes() { wipe(); }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  SecretBytes(SecretBytes&& other) noexcept { take(other); }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }

  static constexpr std::size_t capacity() { return kCapacity; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// The secret; valid until this object changes or ends.
  Bytes view() const { return Bytes(bytes_, size_); }

  /// The whole capacity, to write into; resize() then says how much of it is the secret.
  MutableBytes storage() { return MutableBytes(bytes_, kCapacity); }

  /// Says how many bytes of storage() are the secret. False, with nothing changed, beyond capacity.
  [[nodiscard]] bool resize(std::size_t size) {
    if (size > kCapacity) return false;
    size_ = size;
    return true;
  }

  /// Copies `bytes` in. False, with nothing changed, if they are more than the capacity.
  [[nodiscard]] bool assign(Bytes bytes) {
    if (bytes.size > kCapacity) return false;
    wipe();
    if (bytes.size != 0) memcpy(bytes_, bytes.data, bytes.size);
    size_ = bytes.size;
    return true;
  }

  /// Appends one byte. False, with nothing changed, if it is full.
  [[nodiscard]] bool append(std::uint8_t byte) {
    if (size_ == kCapacity) return false;
    bytes_[size_++] = byte;
    return true;
  }

  /// Overwrites all of it; the compiler cannot leave this out.
  void wipe() {
    explicit_bzero(bytes_, sizeof bytes_);
    size_ = 0;
  }

 private:
  void take(SecretBytes& other) {
    memcpy(bytes_, other.bytes_, sizeof bytes_);
    size_ = other.size_;
    other.wipe();
  }

  std::uint8_t bytes_[kCapacity] = {};
  std::size_t size_ = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_SECRET_BYTES_HPP
