// Sees every packet that is sealed in this process, at the seam of the crypto interface, and checks
// that no key is used twice with one nonce (USMP3 §3). The sessions know nothing of it: a program
// that links usmp_sim has crypto::aead_seal wrapped by its linker.
#ifndef USMP_SIM_SEAL_WATCH_HPP
#define USMP_SIM_SEAL_WATCH_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "usmp/bytes.hpp"

namespace usmp::sim {

/// Watches from its construction to its end; one at a time.
class SealWatch {
 public:
  SealWatch();
  ~SealWatch();
  SealWatch(const SealWatch&) = delete;
  SealWatch& operator=(const SealWatch&) = delete;

  /// Called for each seal, before it is done.
  void sealed(Bytes key, Bytes nonce, Bytes aad, Bytes text);
  std::size_t count() const { return count_; }
  /// Throws Violation if a nonce came twice. It cannot be thrown from within the core.
  void check() const;

  static SealWatch* current();

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> seen_;  // (key, nonce) -> (aad, text), hashed
  std::size_t count_ = 0;
  std::string finding_;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_SEAL_WATCH_HPP
