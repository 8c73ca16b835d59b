// The soonest of very many deadlines: a binary heap over slots, one entry a slot. Its owner leaves
// an entry that became too early where it is and corrects it when it comes up, so that a packet
// that only moves a deadline back costs nothing here.
#ifndef USMP_GATEWAY_ENGINE_DEADLINE_HEAP_HPP
#define USMP_GATEWAY_ENGINE_DEADLINE_HEAP_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/monotonic.hpp"

namespace usmp::gateway {

class DeadlineHeap {
 public:
  bool empty() const { return entries_.empty(); }
  std::size_t count() const { return entries_.size(); }
  /// Only if not empty.
  Milliseconds64 soonest() const { return entries_.front().deadline; }
  std::uint32_t soonest_slot() const { return entries_.front().slot; }

  /// Looks at `slot` at `deadline` or before: an earlier entry stays, a later one moves.
  void arm(std::uint32_t slot, Milliseconds64 deadline);
  /// Forgets the slot, if it has an entry.
  void disarm(std::uint32_t slot);

 private:
  struct Entry {
    Milliseconds64 deadline;
    std::uint32_t slot;
  };
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  void place(std::size_t index, Entry entry);
  void sift_up(std::size_t index, Entry entry);
  void sift_down(std::size_t index, Entry entry);

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> index_of_slot_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_DEADLINE_HEAP_HPP
