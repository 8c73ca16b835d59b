// Names and keys of the benchmark's devices. The keys guard nothing.
#ifndef USMP_BENCH_BENCH_IDENTITY_HPP
#define USMP_BENCH_BENCH_IDENTITY_HPP

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include "usmp/bytes.hpp"

namespace usmp::bench {

struct BenchIdentity {
  std::string id;                      ///< "bench-00" and so on: 8 bytes at least
  std::array<std::uint8_t, 32> psk{};  ///< each device has another one

  explicit BenchIdentity(std::size_t index) {
    char text[32];
    std::snprintf(text, sizeof text, "bench-%02zu", index);
    id = text;
    psk.fill(0x5a);
    for (std::size_t byte = 0; byte < 4; ++byte) {
      psk[byte] = static_cast<std::uint8_t>(index >> (8 * byte));
    }
  }
  Bytes id_bytes() const {
    return Bytes(reinterpret_cast<const std::uint8_t*>(id.data()), id.size());
  }
  Bytes psk_bytes() const { return Bytes(psk.data(), psk.size()); }
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_BENCH_IDENTITY_HPP
