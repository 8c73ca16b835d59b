// See seal_record.hpp.
#include "seal_record.hpp"

#include <cstdint>
#include <map>
#include <vector>

#include "usmp/crypto.hpp"

namespace {

using usmp::Bytes;
using usmp::MutableBytes;
using usmp::crypto::kKeySize;
using usmp::crypto::kNonceSize;
using usmp::crypto::kTagSize;
using usmp::crypto::Suite;
using Octets = std::vector<std::uint8_t>;

struct Record {
  std::map<Octets, Octets> seen;  // key and nonce -> aad and plaintext
  std::size_t repeated = 0;
  bool reused = false;
};

Record& record() {
  static Record the_record;
  return the_record;
}

void append(Octets& octets, Bytes bytes) {
  octets.insert(octets.end(), bytes.data, bytes.data + bytes.size);
}

}  // namespace

bool usmp_real_seal(Suite suite, const std::uint8_t (&key)[kKeySize],
                    const std::uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                    std::uint8_t (&tag)[kTagSize]) __asm__("__real_" USMP_SEAL_SYMBOL);
bool usmp_recorded_seal(Suite suite, const std::uint8_t (&key)[kKeySize],
                        const std::uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                        std::uint8_t (&tag)[kTagSize]) __asm__("__wrap_" USMP_SEAL_SYMBOL);

bool usmp_recorded_seal(Suite suite, const std::uint8_t (&key)[kKeySize],
                        const std::uint8_t (&nonce)[kNonceSize], Bytes aad, MutableBytes text,
                        std::uint8_t (&tag)[kTagSize]) {
  Octets where, what;
  append(where, Bytes(key));
  append(where, Bytes(nonce));
  append(what, aad);
  append(what, text);
  const auto [entry, fresh] = record().seen.emplace(where, what);
  if (!fresh) {
    ++record().repeated;
    if (entry->second != what) record().reused = true;
  }
  return usmp_real_seal(suite, key, nonce, aad, text, tag);
}

namespace usmp::wire2::test {

void start_seal_record() { record() = Record(); }
std::size_t seals_recorded() { return record().seen.size(); }
std::size_t seals_repeated() { return record().repeated; }
bool nonce_reused() { return record().reused; }

}  // namespace usmp::wire2::test
