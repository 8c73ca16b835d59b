// Addresses are 16 bytes of IPv6 (IPv4 mapped), 2 of port, 4 of scope (usmp/address.hpp).
#include "engine/network_key.hpp"

#include <cstring>

namespace usmp::gateway {
namespace {

constexpr std::size_t kIpSize = 16;
constexpr std::size_t kIpAndPortSize = 18;
constexpr std::size_t kIpv6PrefixSize = 8;
constexpr std::uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

NetworkKey network_key(const Address& address) {
  NetworkKey key{};
  const bool is_ip = address.size >= kIpSize;
  const bool is_ipv4 =
      is_ip && std::memcmp(address.bytes, kMappedPrefix, sizeof kMappedPrefix) == 0;
  const std::size_t size = !is_ip ? address.size : is_ipv4 ? kIpSize : kIpv6PrefixSize;
  std::memcpy(key.data(), address.bytes, size);
  return key;
}

Bytes cookie_address(const Address& address) {
  return Bytes(address.bytes, address.size < kIpAndPortSize ? address.size : kIpAndPortSize);
}

std::uint64_t seeded_hash(std::uint64_t seed, Bytes bytes) {
  constexpr std::uint64_t kMultiplier = 0x9FB21C651E98DF25u;  // odd, of well mixed bits
  std::uint64_t hash = seed ^ (bytes.size * kMultiplier);
  std::size_t index = 0;
  while (index < bytes.size) {
    std::uint64_t word = 0;
    const std::size_t left = bytes.size - index;
    const std::size_t step = left < sizeof word ? left : sizeof word;
    std::memcpy(&word, bytes.data + index, step);
    index += step;
    // Multiply and fold: the high half of the product depends on every bit of both.
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(hash ^ word) * (kMultiplier ^ (seed << 1 | 1));
    hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ seed;
  }
  return hash;
}

}  // namespace usmp::gateway
