// Shuts an address out for a while when its wire 2 handshakes keep failing (USMP2 §Handshake), so
// that nobody tests PSKs by the thousand. In a table of fixed size; the oldest failure gives way.
#ifndef USMP_GATEWAY_ENGINE_LOCKOUT_HPP
#define USMP_GATEWAY_ENGINE_LOCKOUT_HPP

#include <cstddef>
#include <list>
#include <unordered_map>

#include "engine/monotonic.hpp"
#include "engine/network_key.hpp"

namespace usmp::gateway {

inline constexpr unsigned kFailuresToLockout = 5;
inline constexpr Milliseconds64 kLockoutFirst = 1000;  ///< doubled with each failure that follows
inline constexpr Milliseconds64 kLockoutMax = 60'000;
/// Failures of an address are forgotten when so long none was added.
inline constexpr Milliseconds64 kFailuresKept = 600'000;

class Lockout {
 public:
  Lockout(std::size_t addresses_max, std::uint64_t seed)
      : addresses_max_(addresses_max), by_network_(0, NetworkKeyHash{seed}) {}

  bool is_locked_out(const NetworkKey& network, Milliseconds64 now) const;
  /// A handshake of an address that is really there failed. True: it is locked out now.
  bool failed(const NetworkKey& network, Milliseconds64 now);
  /// One succeeded: its failures are forgotten.
  void succeeded(const NetworkKey& network);
  std::size_t count() const { return by_network_.size(); }

 private:
  struct Entry {
    NetworkKey network;
    unsigned failure_count;
    Milliseconds64 failed_last;
    Milliseconds64 locked_until;
  };
  using Row = std::list<Entry>;

  void forget_old(Milliseconds64 now);

  std::size_t addresses_max_;
  Row entries_;  // in the order of their last failures
  std::unordered_map<NetworkKey, Row::iterator, NetworkKeyHash> by_network_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_LOCKOUT_HPP
