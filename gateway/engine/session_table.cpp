// Slots are used again; a handle's generation tells whether it still means the same session.
#include "engine/session_table.hpp"

#include "engine/network_key.hpp"

namespace usmp::gateway {

SessionRecord::~SessionRecord() {
  session.connection_lost(Instant(0));  // so that it gives back what is under way
  while (Outgoing* node = session.take_finished()) HeldMessage::from_outgoing(*node);
  while (Outgoing* node = session.take_back()) HeldMessage::from_outgoing(*node);
}

SessionRecord& SessionTable::add(const DeviceId& device, Bytes cid) {
  auto record = std::make_unique<SessionRecord>(device);
  if (free_.empty()) {
    slots_.emplace_back();
    free_.reserve(slots_.size());
    free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  if (++slot.generation == 0) ++slot.generation;  // 0 names no session
  record->handle = {index, slot.generation};
  slot.record = std::move(record);
  if (!cid.empty()) by_cid_.insert(cid_key(cid), index);
  return *slot.record;
}

void SessionTable::remove(SessionRecord& record, Bytes cid) {
  if (!cid.empty()) by_cid_.erase(cid_key(cid));
  const std::uint32_t index = record.handle.slot;
  if (record.is_named_by_address() && find_address(record.peer) == &record) {
    by_address_.erase(address_key(record.peer));
  }
  slots_[index].record.reset();
  free_.push_back(index);
}

SessionRecord* SessionTable::find(SessionHandle handle) const {
  if (handle.generation == 0 || handle.slot >= slots_.size()) return nullptr;
  const Slot& slot = slots_[handle.slot];
  return slot.generation == handle.generation ? slot.record.get() : nullptr;
}

SessionRecord* SessionTable::find_cid(Bytes cid) const {
  const std::uint32_t slot = by_cid_.find(cid_key(cid));
  return slot == CidTable::kNone ? nullptr : slots_[slot].record.get();
}

// In 64 bits under a secret seed no two addresses that there are have one key.
CidKey SessionTable::address_key(const Address& address) const {
  return seeded_hash(seed_, address.view());
}

void SessionTable::bind_address(const SessionRecord& record) {
  by_address_.insert(address_key(record.peer), record.handle.slot);
}

SessionRecord* SessionTable::find_address(const Address& from) const {
  const std::uint32_t slot = by_address_.find(address_key(from));
  return slot == CidTable::kNone ? nullptr : slots_[slot].record.get();
}

}  // namespace usmp::gateway
