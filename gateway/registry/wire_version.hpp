// The wire that a device speaks and its key belongs to.
#ifndef USMP_GATEWAY_REGISTRY_WIRE_VERSION_HPP
#define USMP_GATEWAY_REGISTRY_WIRE_VERSION_HPP

#include <cstdint>

namespace usmp::gateway {

/// By the number that the wire itself has.
enum class WireVersion : std::uint8_t { V2 = 2, V3 = 3 };

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_WIRE_VERSION_HPP
