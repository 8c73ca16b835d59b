// One backend of crypto.hpp, measured primitive by primitive. Each backend stands in a library of
// its own, with one of these functions.
#ifndef USMP_BENCH_PACKET_CRYPTO_HPP
#define USMP_BENCH_PACKET_CRYPTO_HPP

#include <cstddef>
#include <cstdint>

#include "usmp/crypto.hpp"

namespace usmp::bench {

enum class Primitive : std::uint8_t { Seal, Open, X25519Public, X25519, HmacSha256 };

/// What to run. `suite` and `size` (bytes of text) count for Seal and Open.
struct PrimitiveRun {
  Primitive primitive;
  crypto::Suite suite = crypto::Suite::Aes256Gcm;
  std::size_t size = 0;
};

/// CPU nanoseconds of one call, over `seconds`; negative: the primitive failed.
double packet_crypto_openssl(const PrimitiveRun& run, double seconds);
double packet_crypto_bearssl(const PrimitiveRun& run, double seconds);

}  // namespace usmp::bench

#endif  // USMP_BENCH_PACKET_CRYPTO_HPP
