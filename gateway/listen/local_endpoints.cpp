// The table of local endpoints: see local_endpoints.hpp.
#include "listen/local_endpoints.hpp"

#include <algorithm>
#include <mutex>

namespace usmp::gateway {

void LocalEndpoints::set_socket_count(std::uint16_t count) {
  const std::unique_lock lock(mutex_);
  endpoints_.assign(count, LocalEndpoint{});
  for (std::uint16_t socket = 0; socket < count; ++socket) endpoints_[socket].socket = socket;
}

std::uint32_t LocalEndpoints::number_of(const LocalEndpoint& endpoint) {
  const auto number_in_table = [&]() -> std::uint32_t {
    const auto found = std::find(endpoints_.begin(), endpoints_.end(), endpoint);
    return static_cast<std::uint32_t>(found - endpoints_.begin());
  };
  {
    const std::shared_lock lock(mutex_);
    const std::uint32_t number = number_in_table();
    if (number < endpoints_.size()) return number;
  }
  const std::unique_lock lock(mutex_);
  const std::uint32_t number = number_in_table();
  if (number < endpoints_.size()) return number;
  if (endpoints_.size() >= kLocalEndpointsMax) return endpoint.socket;
  endpoints_.push_back(endpoint);
  return number;
}

LocalEndpoint LocalEndpoints::endpoint(std::uint32_t number) const {
  const std::shared_lock lock(mutex_);
  return number < endpoints_.size() ? endpoints_[number] : LocalEndpoint{};
}

}  // namespace usmp::gateway
