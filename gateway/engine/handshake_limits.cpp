// Two counts and two bounds for each.
#include "engine/handshake_limits.hpp"

namespace usmp::gateway {

std::size_t HandshakeLimits::count_of(const NetworkKey& network) const {
  const auto found = by_network_.find(network);
  return found == by_network_.end() ? 0 : found->second;
}

bool HandshakeLimits::cookie_needed(const NetworkKey& network) const {
  return count_ >= config_.handshakes_soft || count_of(network) >= config_.handshakes_soft_address;
}

bool HandshakeLimits::beyond_hard(const NetworkKey& network) const {
  return count_ >= config_.handshakes_hard || count_of(network) >= config_.handshakes_hard_address;
}

void HandshakeLimits::begun(const NetworkKey& network) {
  ++count_;
  ++by_network_[network];
}

void HandshakeLimits::ended(const NetworkKey& network) {
  const auto found = by_network_.find(network);
  if (found == by_network_.end()) return;
  --count_;
  if (--found->second == 0) by_network_.erase(found);
}

}  // namespace usmp::gateway
