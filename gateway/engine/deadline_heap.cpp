// A binary heap that knows where each slot's entry is.
#include "engine/deadline_heap.hpp"

namespace usmp::gateway {

void DeadlineHeap::arm(std::uint32_t slot, Milliseconds64 deadline) {
  if (slot >= index_of_slot_.size()) index_of_slot_.resize(slot + std::size_t{1}, kNowhere);
  const std::uint32_t index = index_of_slot_[slot];
  if (index == kNowhere) {
    entries_.push_back({deadline, slot});
    sift_up(entries_.size() - 1, {deadline, slot});
  } else if (deadline < entries_[index].deadline) {
    sift_up(index, {deadline, slot});
  }
}

void DeadlineHeap::disarm(std::uint32_t slot) {
  if (slot >= index_of_slot_.size() || index_of_slot_[slot] == kNowhere) return;
  const std::size_t index = index_of_slot_[slot];
  index_of_slot_[slot] = kNowhere;
  const Entry last = entries_.back();
  entries_.pop_back();
  if (index == entries_.size()) return;
  if (index > 0 && last.deadline < entries_[(index - 1) / 2].deadline) {
    sift_up(index, last);
  } else {
    sift_down(index, last);
  }
}

void DeadlineHeap::place(std::size_t index, Entry entry) {
  entries_[index] = entry;
  index_of_slot_[entry.slot] = static_cast<std::uint32_t>(index);
}

void DeadlineHeap::sift_up(std::size_t index, Entry entry) {
  while (index > 0 && entry.deadline < entries_[(index - 1) / 2].deadline) {
    place(index, entries_[(index - 1) / 2]);
    index = (index - 1) / 2;
  }
  place(index, entry);
}

void DeadlineHeap::sift_down(std::size_t index, Entry entry) {
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= entries_.size()) break;
    if (child + 1 < entries_.size() && entries_[child + 1].deadline < entries_[child].deadline) {
      ++child;
    }
    if (entries_[child].deadline >= entry.deadline) break;
    place(index, entries_[child]);
    index = child;
  }
  place(index, entry);
}

}  // namespace usmp::gateway
