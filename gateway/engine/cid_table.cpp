// Linear probing; erasing moves the entries behind it up, so that no tombstones gather.
#include "engine/cid_table.hpp"

#include <utility>

namespace usmp::gateway {
namespace {

constexpr std::size_t kCapacityFirst = 16;

}  // namespace

CidKey cid_key(Bytes cid) {
  CidKey key = 0;
  for (std::size_t index = 0; index < cid.size && index < sizeof key; ++index) {
    key |= static_cast<CidKey>(cid[index]) << (8 * index);
  }
  return key;
}

CidTable::CidTable() : entries_(kCapacityFirst, Entry{0, kNone}) {}

std::size_t CidTable::home(CidKey cid) const {
  return static_cast<std::size_t>((cid * 0x9E3779B97F4A7C15u) >> 32) & (entries_.size() - 1);
}

std::uint32_t CidTable::find(CidKey cid) const {
  for (std::size_t index = home(cid); entries_[index].slot != kNone; index = next(index)) {
    if (entries_[index].cid == cid) return entries_[index].slot;
  }
  return kNone;
}

void CidTable::insert(CidKey cid, std::uint32_t slot) {
  if ((count_ + 1) * 4 > entries_.size() * 3) grow();
  std::size_t index = home(cid);
  while (entries_[index].slot != kNone) index = next(index);
  entries_[index] = {cid, slot};
  ++count_;
}

void CidTable::erase(CidKey cid) {
  std::size_t hole = home(cid);
  while (entries_[hole].slot != kNone && entries_[hole].cid != cid) hole = next(hole);
  if (entries_[hole].slot == kNone) return;
  for (std::size_t index = next(hole); entries_[index].slot != kNone; index = next(index)) {
    // An entry may move into the hole if its home is not between the hole and itself.
    const std::size_t mask = entries_.size() - 1;
    const std::size_t from_home = (index - home(entries_[index].cid)) & mask;
    if (from_home >= ((index - hole) & mask)) {
      entries_[hole] = entries_[index];
      hole = index;
    }
  }
  entries_[hole].slot = kNone;
  --count_;
}

void CidTable::grow() {
  std::vector<Entry> former(entries_.size() * 2, Entry{0, kNone});
  std::swap(former, entries_);
  count_ = 0;
  for (const Entry& entry : former) {
    if (entry.slot != kNone) insert(entry.cid, entry.slot);
  }
}

}  // namespace usmp::gateway
