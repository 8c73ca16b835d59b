// Counts unfinished handshakes, in all and by the network that they come from, and says when it is
// too many (USMP3 §2, Load).
#ifndef USMP_GATEWAY_ENGINE_HANDSHAKE_LIMITS_HPP
#define USMP_GATEWAY_ENGINE_HANDSHAKE_LIMITS_HPP

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "engine/engine_config.hpp"
#include "engine/network_key.hpp"

namespace usmp::gateway {

class HandshakeLimits {
 public:
  HandshakeLimits(const EngineConfig& config, std::uint64_t seed)
      : config_(config), by_network_(0, NetworkKeyHash{seed}) {}

  /// Who asks now has to bring a cookie.
  bool cookie_needed(const NetworkKey& network) const;
  /// Nobody comes in now, cookie or not.
  bool beyond_hard(const NetworkKey& network) const;

  void begun(const NetworkKey& network);
  void ended(const NetworkKey& network);
  std::size_t count() const { return count_; }

 private:
  std::size_t count_of(const NetworkKey& network) const;

  const EngineConfig& config_;
  // Only networks with an unfinished handshake: as bounded as these.
  std::unordered_map<NetworkKey, std::size_t, NetworkKeyHash> by_network_;
  std::size_t count_ = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_HANDSHAKE_LIMITS_HPP
