// A store in memory that can lose power: at a write of the test's choice nothing, a part or all of
// it is written, and from then on nothing any more.
#ifndef USMP_TESTS_MEMORY_STORE_HPP
#define USMP_TESTS_MEMORY_STORE_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "usmp_storage/store.hpp"

namespace usmp::test {

/// Shared by the stores of one board.
struct Power {
  int writes_left = -1;        ///< before the cut; negative: none comes
  std::size_t torn_bytes = 0;  ///< of the write at the cut
  bool on = true;
};

class MemoryStore {
 public:
  explicit MemoryStore(Power& power) : power_(power), bytes_(1024, 0xFF) {}

  Store store() { return {&MemoryStore::read, &MemoryStore::write, this}; }
  std::vector<std::uint8_t>& bytes() { return bytes_; }
  bool all_zero(std::size_t size) const;
  int writes = 0;
  bool forgets = false;  ///< says that it wrote, and did not

 private:
  static bool read(void* context, MutableBytes out);
  static bool write(void* context, Bytes content);

  Power& power_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace usmp::test

#endif  // USMP_TESTS_MEMORY_STORE_HPP
