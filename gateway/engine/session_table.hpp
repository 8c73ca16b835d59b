// Owns the sessions of an engine and finds them by handle, by cid, and by address where their
// packets say nothing more. Knows nothing of what they do.
#ifndef USMP_GATEWAY_ENGINE_SESSION_TABLE_HPP
#define USMP_GATEWAY_ENGINE_SESSION_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/cid_table.hpp"
#include "engine/session_record.hpp"

namespace usmp::gateway {

class SessionTable {
 public:
  /// `seed` spreads addresses, which strangers choose.
  explicit SessionTable(std::uint64_t seed) : seed_(seed) {}

  /// A record of its own handle. `cid` empty: not found by cid (streams, wire 2).
  SessionRecord& add(const DeviceId& device, Bytes cid);
  void remove(SessionRecord& record, Bytes cid);

  /// nullptr: there is none (any more).
  SessionRecord* find(SessionHandle handle) const;
  SessionRecord* find_cid(Bytes cid) const;
  /// Packets from record.peer are this session's from now on; no other session has the address.
  void bind_address(const SessionRecord& record);
  SessionRecord* find_address(const Address& from) const;
  SessionRecord* at(std::uint32_t slot) const { return slots_[slot].record.get(); }

  std::size_t count() const { return slots_.size() - free_.size(); }
  /// Slots to walk over; at() of some is nullptr.
  std::size_t slot_count() const { return slots_.size(); }

 private:
  struct Slot {
    std::unique_ptr<SessionRecord> record;
    std::uint32_t generation = 0;
  };

  CidKey address_key(const Address& address) const;

  std::uint64_t seed_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  CidTable by_cid_;
  CidTable by_address_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_SESSION_TABLE_HPP
