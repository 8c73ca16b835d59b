// Two rows in order of time, so that the oldest is always at the front, and two indexes into them.
#include "engine/handshake_table.hpp"

#include <algorithm>

namespace usmp::gateway {

// Hash and address in one number, seeded so that strangers cannot make two equal.
std::uint64_t HandshakeTable::hello_key(const Hello& hello, const Address& from) const {
  return seeded_hash(seeded_hash(seed_, Bytes(hello.hash)), from.view());
}

HandshakeRecord* HandshakeTable::find_hello(const Hello& hello, const Address& from) {
  const auto found = by_hello_.find(hello_key(hello, from));
  if (found == by_hello_.end()) return nullptr;
  HandshakeRecord& record = *found->second;
  return record.handshake.same_hello(hello) && record.from == from ? &record : nullptr;
}

HandshakeRecord* HandshakeTable::find_cid(Bytes cid) {
  const auto found = by_cid_.find(cid_key(cid));
  return found == by_cid_.end() ? nullptr : &*found->second;
}

HandshakeRecord& HandshakeTable::make_room(const Hello& hello, const Address& from,
                                           std::uint64_t hello_number, Milliseconds64 now) {
  while (by_cid_.size() >= kept_max_) {
    if (!finished_.empty()) {
      forget(finished_, finished_.begin());
    } else {
      ++pushed_out_;
      forget(unfinished_, unfinished_.begin());
    }
  }
  HandshakeRecord& record = unfinished_.emplace_back();
  record.from = from;
  record.network = network_key(from);
  record.hello_number = hello_number;
  record.hello_key = hello_key(hello, from);
  record.forget_at = now + kHandshakeKept;
  return record;
}

void HandshakeTable::keep(HandshakeRecord& record) {
  const Row::iterator place = std::prev(unfinished_.end());
  record.cid = cid_key(record.handshake.cid());
  by_cid_.insert_or_assign(record.cid, place);
  by_hello_.insert_or_assign(record.hello_key, place);
  limits_.begun(record.network);
}

void HandshakeTable::finish(HandshakeRecord& record, Milliseconds64 now) {
  if (record.is_finished) return;
  limits_.ended(record.network);
  record.is_finished = true;
  record.forget_at = now + kAnswerKept;
  finished_.splice(finished_.end(), unfinished_, by_cid_.at(record.cid));
}

void HandshakeTable::forget(HandshakeRecord& record) {
  forget(record.is_finished ? finished_ : unfinished_, by_cid_.at(record.cid));
}

void HandshakeTable::forget(Row& row, Row::iterator record) {
  if (!record->is_finished) limits_.ended(record->network);
  by_cid_.erase(record->cid);
  const auto found = by_hello_.find(record->hello_key);
  if (found != by_hello_.end() && found->second == record) by_hello_.erase(found);
  row.erase(record);
}

void HandshakeTable::forget_device(const DeviceId& device) {
  for (Row::iterator record = finished_.begin(); record != finished_.end();) {
    const Row::iterator next = std::next(record);
    if (record->device == device) forget(finished_, record);
    record = next;
  }
}

void HandshakeTable::clear() {
  while (!unfinished_.empty()) forget(unfinished_, unfinished_.begin());
  while (!finished_.empty()) forget(finished_, finished_.begin());
}

std::size_t HandshakeTable::expire(Milliseconds64 now) {
  std::size_t unfinished_count = 0;
  // USMP3 §2: forgets an unfinished handshake after 30 s, its answer to HELLO_ACK after 30 s.
  while (!unfinished_.empty() && unfinished_.front().forget_at <= now) {
    ++unfinished_count;
    forget(unfinished_, unfinished_.begin());
  }
  while (!finished_.empty() && finished_.front().forget_at <= now) {
    forget(finished_, finished_.begin());
  }
  return unfinished_count;
}

Milliseconds64 HandshakeTable::next_deadline() const {
  Milliseconds64 soonest = UINT64_MAX;
  if (!unfinished_.empty()) soonest = unfinished_.front().forget_at;
  if (!finished_.empty()) soonest = std::min(soonest, finished_.front().forget_at);
  return soonest;
}

}  // namespace usmp::gateway
