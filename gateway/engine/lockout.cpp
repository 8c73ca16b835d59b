// A row in the order of time and an index into it.
#include "engine/lockout.hpp"

#include <algorithm>

namespace usmp::gateway {
namespace {

// USMP2 §Handshake: after 5 failed handshakes it locks the address out for 2^(n-5) s, 60 s at most
Milliseconds64 span_of(unsigned failure_count) {
  Milliseconds64 span = kLockoutFirst;
  for (unsigned count = kFailuresToLockout; count < failure_count && span < kLockoutMax; ++count) {
    span *= 2;
  }
  return std::min(span, kLockoutMax);
}

}  // namespace

bool Lockout::is_locked_out(const NetworkKey& network, Milliseconds64 now) const {
  const auto found = by_network_.find(network);
  return found != by_network_.end() && now < found->second->locked_until;
}

bool Lockout::failed(const NetworkKey& network, Milliseconds64 now) {
  forget_old(now);
  const auto found = by_network_.find(network);
  if (found != by_network_.end()) {
    entries_.splice(entries_.end(), entries_, found->second);
  } else {
    if (entries_.size() >= addresses_max_) {
      by_network_.erase(entries_.front().network);
      entries_.pop_front();
    }
    by_network_.emplace(network, entries_.insert(entries_.end(), Entry{network, 0, 0, 0}));
  }
  Entry& entry = entries_.back();
  ++entry.failure_count;
  entry.failed_last = now;
  if (entry.failure_count < kFailuresToLockout) return false;
  entry.locked_until = now + span_of(entry.failure_count);
  return true;
}

void Lockout::succeeded(const NetworkKey& network) {
  const auto found = by_network_.find(network);
  if (found == by_network_.end()) return;
  entries_.erase(found->second);
  by_network_.erase(found);
}

void Lockout::forget_old(Milliseconds64 now) {
  while (!entries_.empty() && now - entries_.front().failed_last >= kFailuresKept) {
    by_network_.erase(entries_.front().network);
    entries_.pop_front();
  }
}

}  // namespace usmp::gateway
