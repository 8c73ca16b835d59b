// The ways into this gateway, numbered: which listening socket, and which of this machine's
// addresses. An answer leaves by the endpoint that its packet came in by, also on hosts with
// several addresses. The numbers hold for all threads. Not the device's address: that stands beside
// it.
#ifndef USMP_GATEWAY_LISTEN_LOCAL_ENDPOINTS_HPP
#define USMP_GATEWAY_LISTEN_LOCAL_ENDPOINTS_HPP

#include <cstdint>
#include <shared_mutex>
#include <vector>

#include "listen/socket_address.hpp"

namespace usmp::gateway {

struct LocalEndpoint {
  IpAddress ip{};            ///< all zero: the system chooses the source address
  std::uint32_t scope = 0;   ///< the interface, where an address needs one (link-local)
  std::uint16_t socket = 0;  ///< which of the listening sockets of a thread

  bool operator==(const LocalEndpoint&) const = default;
};

/// How many are told apart. A machine has fewer addresses; where a whole network is routed to it,
/// answers beyond these leave by the address that the system chooses.
inline constexpr std::size_t kLocalEndpointsMax = 1024;

/// Shared by all threads.
class LocalEndpoints {
 public:
  /// The number of `endpoint`, given at the first asking. Full: that of the same socket without an
  /// address and scope.
  std::uint32_t number_of(const LocalEndpoint& endpoint);
  /// Says which sockets there are; before the first number_of().
  void set_socket_count(std::uint16_t count);
  /// The endpoint of a number that number_of() gave.
  LocalEndpoint endpoint(std::uint32_t number) const;

 private:
  mutable std::shared_mutex mutex_;
  // The first ones are those of each socket without an address.
  std::vector<LocalEndpoint> endpoints_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_LOCAL_ENDPOINTS_HPP
