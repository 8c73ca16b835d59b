// See seal_watch.hpp.
#include "seal_watch.hpp"

#include <cstdlib>

#include "usmp/crypto.hpp"
#include "violation.hpp"

namespace {

// The linker's --wrap of crypto::aead_seal: the symbol is that of its C++ signature.
using usmp::Bytes;
using usmp::MutableBytes;
using usmp::crypto::kKeySize;
using usmp::crypto::kNonceSize;
using usmp::crypto::kTagSize;
using usmp::crypto::Suite;

}  // namespace

bool usmp_sim_real_seal(Suite suite, const std::uint8_t (&key)[kKeySize],
                        const std::uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                        std::uint8_t (&tag)[kTagSize]) __asm__("__real_" USMP_SIM_SEAL_SYMBOL);
bool usmp_sim_watched_seal(Suite suite, const std::uint8_t (&key)[kKeySize],
                           const std::uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                           std::uint8_t (&tag)[kTagSize]) __asm__("__wrap_" USMP_SIM_SEAL_SYMBOL);

bool usmp_sim_watched_seal(Suite suite, const std::uint8_t (&key)[kKeySize],
                           const std::uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                           std::uint8_t (&tag)[kTagSize]) {
  if (usmp::sim::SealWatch* watch = usmp::sim::SealWatch::current()) {
    watch->sealed(Bytes(key), Bytes(nonce), aad, text);
  }
  return usmp_sim_real_seal(suite, key, nonce, aad, text, tag);
}

namespace usmp::sim {

namespace {

SealWatch* the_watch = nullptr;

constexpr std::uint64_t kHashStart = 0xCBF29CE484222325u;
constexpr std::uint8_t kRejectByte = 0x35;
constexpr std::uint8_t kWire2Byte = 0xCD;

// FNV-1a with a last mixing. Keys here are random: nobody chooses collisions.
std::uint64_t hash(std::uint64_t state, Bytes bytes) {
  for (std::size_t index = 0; index < bytes.size; ++index) {
    state = (state ^ bytes[index]) * 0x100000001B3u;
  }
  state ^= state >> 32;
  return state * 0x9E3779B97F4A7C15u;
}

}  // namespace

SealWatch* SealWatch::current() { return the_watch; }

SealWatch::SealWatch() {
  if (the_watch != nullptr) std::abort();  // two runs at a time: a mistake of the program
  the_watch = this;
}

SealWatch::~SealWatch() { the_watch = nullptr; }

void SealWatch::sealed(Bytes key, Bytes nonce, Bytes aad, Bytes text) {
  ++count_;
  const std::uint64_t where = hash(hash(kHashStart, key), nonce);
  const std::uint64_t what = hash(hash(kHashStart, aad), text);
  const auto [entry, fresh] = seen_.emplace(where, what);
  if (fresh) return;
  // Both sides seal the same REJECT 1: the device to know it when it comes.
  const bool reject = aad.size > 0 && aad[0] == kRejectByte && text.size == 1;
  // Wire 2 repeats the same datagram: the same plaintext under the same number.
  const bool repeat = aad.size > 0 && aad[0] == kWire2Byte;
  if ((reject || repeat) && entry->second == what) return;
  finding_ = "a nonce was used twice under one key, the second time in a packet of first byte " +
             std::to_string(aad.size > 0 ? aad[0] : 0);
}

void SealWatch::check() const {
  if (!finding_.empty()) throw Violation(finding_);
}

}  // namespace usmp::sim
