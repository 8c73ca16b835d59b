// Slots are used again, found by a seeded hash of the address, as sessions are.
#include "engine/wire2_handshake_table.hpp"

namespace usmp::gateway {

CidKey Wire2HandshakeTable::address_key(const Address& address) const {
  return seeded_hash(seed_, address.view());
}

Wire2HandshakeRecord* Wire2HandshakeTable::find(const Address& from) const {
  const std::uint32_t slot = by_address_.find(address_key(from));
  return slot == CidTable::kNone ? nullptr : slots_[slot].get();
}

Wire2HandshakeRecord& Wire2HandshakeTable::add(const Address& from, std::uint64_t hello_number) {
  if (free_.empty()) {
    slots_.emplace_back();
    free_.reserve(slots_.size());
    free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = std::make_unique<Wire2HandshakeRecord>();
  Wire2HandshakeRecord& record = *slots_[slot];
  record.from = from;
  record.network = network_key(from);
  record.hello_number = hello_number;
  record.slot = slot;
  by_address_.insert(address_key(from), slot);
  limits_.begun(record.network);
  return record;
}

void Wire2HandshakeTable::remove(Wire2HandshakeRecord& record) {
  limits_.ended(record.network);
  by_address_.erase(address_key(record.from));
  const std::uint32_t slot = record.slot;
  deadlines_.disarm(slot);
  slots_[slot].reset();
  free_.push_back(slot);
}

void Wire2HandshakeTable::clear() {
  for (const std::unique_ptr<Wire2HandshakeRecord>& record : slots_) {
    if (record != nullptr) remove(*record);
  }
}

void Wire2HandshakeTable::arm(const Wire2HandshakeRecord& record, Milliseconds64 deadline) {
  deadlines_.arm(record.slot, deadline);
}

Milliseconds64 Wire2HandshakeTable::next_deadline() const {
  return deadlines_.empty() ? UINT64_MAX : deadlines_.soonest();
}

Wire2HandshakeRecord& Wire2HandshakeTable::take_soonest() {
  const std::uint32_t slot = deadlines_.soonest_slot();
  deadlines_.disarm(slot);
  return *slots_[slot];
}

}  // namespace usmp::gateway
