// From a cid to the slot of its session, for very many: open addressing, no memory an entry beside
// the table. Keys are our own random cids, so that nobody else can choose where they lie.
#ifndef USMP_GATEWAY_ENGINE_CID_TABLE_HPP
#define USMP_GATEWAY_ENGINE_CID_TABLE_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "usmp/bytes.hpp"

namespace usmp::gateway {

/// A cid of at most 8 bytes as one number. All cids of one port have one size.
using CidKey = std::uint64_t;
CidKey cid_key(Bytes cid);

class CidTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  CidTable();
  /// kNone: unknown.
  std::uint32_t find(CidKey cid) const;
  /// `cid` is not in the table; `slot` is not kNone.
  void insert(CidKey cid, std::uint32_t slot);
  void erase(CidKey cid);
  std::size_t count() const { return count_; }

 private:
  struct Entry {
    CidKey cid;
    std::uint32_t slot;  // kNone: free
  };

  std::size_t home(CidKey cid) const;
  std::size_t next(std::size_t index) const { return (index + 1) & (entries_.size() - 1); }
  void grow();

  std::vector<Entry> entries_;  // a power of two, at most three quarters full
  std::size_t count_ = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_CID_TABLE_HPP
