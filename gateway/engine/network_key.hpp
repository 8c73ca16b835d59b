// The part of an address by which load is counted: one IPv4 address, or one IPv6 /64, which is what
// one customer has. Not for sending.
#ifndef USMP_GATEWAY_ENGINE_NETWORK_KEY_HPP
#define USMP_GATEWAY_ENGINE_NETWORK_KEY_HPP

#include <array>
#include <cstddef>
#include <cstdint>

#include "usmp/address.hpp"

namespace usmp::gateway {

using NetworkKey = std::array<std::uint8_t, 16>;

/// USMP3 §2, Load: "from one address (IPv6: one /64)". Without port and scope.
NetworkKey network_key(const Address& address);

/// Address and port as the cookie takes them: without the scope, which is of this host only.
Bytes cookie_address(const Address& address);

/// Spreads bytes that a stranger may choose; `seed` is secret, so that collisions cannot be.
std::uint64_t seeded_hash(std::uint64_t seed, Bytes bytes);

struct NetworkKeyHash {
  std::uint64_t seed;
  std::size_t operator()(const NetworkKey& key) const {
    return static_cast<std::size_t>(seeded_hash(seed, Bytes(key.data(), key.size())));
  }
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_NETWORK_KEY_HPP
