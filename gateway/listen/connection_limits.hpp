// How many TCP connections a gateway holds, in all and from one address, over all of its threads.
#ifndef USMP_GATEWAY_LISTEN_CONNECTION_LIMITS_HPP
#define USMP_GATEWAY_LISTEN_CONNECTION_LIMITS_HPP

#include <cstdint>
#include <map>
#include <mutex>

#include "listen/socket_address.hpp"

namespace usmp::gateway {

inline constexpr std::uint32_t kConnectionsMax = 50000;
/// Of one IPv4 address or one IPv6 /64. Many devices may share one behind a NAT.
inline constexpr std::uint32_t kConnectionsPerAddressMax = 2000;

/// Shared by all threads.
class ConnectionLimits {
 public:
  explicit ConnectionLimits(std::uint32_t in_all = kConnectionsMax,
                            std::uint32_t per_address = kConnectionsPerAddressMax)
      : in_all_max_(in_all), per_address_max_(per_address) {}

  /// Counts a connection from `ip`. False: there are too many, refuse it.
  [[nodiscard]] bool enter(const IpAddress& ip);
  /// A connection that was counted is gone.
  void leave(const IpAddress& ip);

 private:
  std::mutex mutex_;
  std::map<IpAddress, std::uint32_t> per_address_;
  std::uint32_t in_all_ = 0;
  std::uint32_t in_all_max_;
  std::uint32_t per_address_max_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_CONNECTION_LIMITS_HPP
