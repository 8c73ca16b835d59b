// The least that a gateway computes in a handshake: the primitives of USMP3 §2 and §3 on inputs of
// their real sizes, without packets, tables or system calls. What handshakes are measured against.
#ifndef USMP_BENCH_HANDSHAKE_CRYPTO_HPP
#define USMP_BENCH_HANDSHAKE_CRYPTO_HPP

#include <cstdint>

#include "usmp/crypto.hpp"

namespace usmp::bench {

class HandshakeCrypto {
 public:
  HandshakeCrypto();
  /// One handshake's worth. Throws std::runtime_error if a primitive fails.
  void run();

 private:
  std::uint8_t private_key_[crypto::kPointSize] = {};
  std::uint8_t peer_[crypto::kPointSize] = {};
  std::uint8_t sealed_id_[32] = {};
  std::uint8_t tag_[crypto::kTagSize] = {};
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_HANDSHAKE_CRYPTO_HPP
