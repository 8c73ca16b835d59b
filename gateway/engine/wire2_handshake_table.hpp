// The unfinished wire 2 handshakes on datagrams: one an address, which is all that names them.
// Knows when the next of them wants something, not what.
#ifndef USMP_GATEWAY_ENGINE_WIRE2_HANDSHAKE_TABLE_HPP
#define USMP_GATEWAY_ENGINE_WIRE2_HANDSHAKE_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/cid_table.hpp"
#include "engine/deadline_heap.hpp"
#include "engine/handshake_limits.hpp"
#include "usmp/wire2/gateway_handshake.hpp"

namespace usmp::gateway {

struct Wire2HandshakeRecord {
  wire2::GatewayHandshake handshake;
  Address from{};
  NetworkKey network{};
  std::uint64_t hello_number = 0;
  std::uint32_t slot = 0;
  bool is_claimed = false;  // HELLO_ACK came, and is not decided on
};

class Wire2HandshakeTable {
 public:
  Wire2HandshakeTable(std::uint64_t seed, HandshakeLimits& limits) : seed_(seed), limits_(limits) {}

  /// nullptr: none.
  Wire2HandshakeRecord* find(const Address& from) const;
  /// None of this address is in the table.
  Wire2HandshakeRecord& add(const Address& from, std::uint64_t hello_number);
  void remove(Wire2HandshakeRecord& record);
  void clear();

  /// Looks at it at `deadline`, or before.
  void arm(const Wire2HandshakeRecord& record, Milliseconds64 deadline);
  /// UINT64_MAX: none.
  Milliseconds64 next_deadline() const;
  /// The one that next_deadline() is of; it is not armed any more.
  Wire2HandshakeRecord& take_soonest();
  std::size_t count() const { return slots_.size() - free_.size(); }

 private:
  CidKey address_key(const Address& address) const;

  std::uint64_t seed_;
  HandshakeLimits& limits_;
  std::vector<std::unique_ptr<Wire2HandshakeRecord>> slots_;
  std::vector<std::uint32_t> free_;
  CidTable by_address_;
  DeadlineHeap deadlines_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_WIRE2_HANDSHAKE_TABLE_HPP
