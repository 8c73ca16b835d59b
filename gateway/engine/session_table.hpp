// Owns the sessions of an engine and finds them by handle and by cid. Knows nothing of what they
// do.
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
  /// A record of its own handle. `cid` empty: not found by cid (streams).
  SessionRecord& add(const DeviceId& device, Bytes cid);
  void remove(SessionRecord& record, Bytes cid);

  /// nullptr: there is none (any more).
  SessionRecord* find(SessionHandle handle) const;
  SessionRecord* find_cid(Bytes cid) const;
  SessionRecord* at(std::uint32_t slot) const { return slots_[slot].record.get(); }

  std::size_t count() const { return slots_.size() - free_.size(); }
  /// Slots to walk over; at() of some is nullptr.
  std::size_t slot_count() const { return slots_.size(); }

 private:
  struct Slot {
    std::unique_ptr<SessionRecord> record;
    std::uint32_t generation = 0;
  };

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  CidTable by_cid_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_SESSION_TABLE_HPP
