// See memory_store.hpp.
#include "memory_store.hpp"

#include <algorithm>

namespace usmp::test {

bool MemoryStore::all_zero(std::size_t size) const {
  return std::all_of(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size),
                     [](std::uint8_t byte) { return byte == 0; });
}

bool MemoryStore::read(void* context, MutableBytes out) {
  const auto& self = *static_cast<MemoryStore*>(context);
  if (!self.power_.on) return false;
  std::copy_n(self.bytes_.begin(), out.size, out.data);
  return true;
}

bool MemoryStore::write(void* context, Bytes content) {
  auto& self = *static_cast<MemoryStore*>(context);
  if (!self.power_.on) return false;
  ++self.writes;
  if (self.forgets) return true;
  std::size_t size = content.size;
  if (self.power_.writes_left == 0) {
    self.power_.on = false;
    size = std::min(size, self.power_.torn_bytes);
  }
  if (self.power_.writes_left > 0) --self.power_.writes_left;
  // A page of flash is erased first.
  std::fill(self.bytes_.begin(), self.bytes_.end(), std::uint8_t{0xFF});
  std::copy_n(content.data, size, self.bytes_.begin());
  return self.power_.on;
}

}  // namespace usmp::test
