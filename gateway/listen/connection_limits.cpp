// Limits on TCP connections: see connection_limits.hpp.
#include "listen/connection_limits.hpp"

#include <algorithm>

namespace usmp::gateway {
namespace {

// Who has one IPv6 address has at least its /64.
IpAddress network_of(IpAddress ip) {
  if (!is_ipv4(ip)) std::fill(ip.begin() + 8, ip.end(), std::uint8_t{0});
  return ip;
}

}  // namespace

bool ConnectionLimits::enter(const IpAddress& ip) {
  const std::lock_guard lock(mutex_);
  if (in_all_ >= in_all_max_) return false;
  std::uint32_t& count = per_address_[network_of(ip)];
  if (count >= per_address_max_) return false;
  ++count;
  ++in_all_;
  return true;
}

void ConnectionLimits::leave(const IpAddress& ip) {
  const std::lock_guard lock(mutex_);
  const auto found = per_address_.find(network_of(ip));
  if (found == per_address_.end()) return;
  --in_all_;
  if (--found->second == 0) per_address_.erase(found);
}

}  // namespace usmp::gateway
