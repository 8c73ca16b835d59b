// Ephemeral keys made beforehand, for a load that must cost less than the server it is put on: its
// devices take them in turns. It guards nothing. Not for the server, which makes one each time.
#ifndef USMP_BENCH_POOLED_EPHEMERALS_HPP
#define USMP_BENCH_POOLED_EPHEMERALS_HPP

#include "usmp/config.hpp"

namespace usmp::bench {

/// Random bytes for devices: where a private key is asked for, the next one of the pool. A program
/// that uses it links pooled_ephemerals.cpp, whose X25519 stands in place of the backend's and
/// knows no private keys but these. One thread.
Random pooled_ephemerals();

}  // namespace usmp::bench

#endif  // USMP_BENCH_POOLED_EPHEMERALS_HPP
