// See usmp_storage/store.hpp.
#include "usmp_storage/store.hpp"

namespace usmp {

bool replace(const Store& store, Bytes content) {
  if (!store.write(store.context, content)) return false;
  // Stores read from their first byte on, so the whole comes again; none is larger than this.
  uint8_t found[kStoreSizeMin];
  if (content.size > sizeof found) return false;
  if (!store.read(store.context, MutableBytes(found, content.size))) return false;
  // Volatile, as for every comparison of secrets: its time tells nothing of them.
  volatile uint8_t difference = 0;
  for (size_t index = 0; index < content.size; ++index) {
    difference = static_cast<uint8_t>(difference | (found[index] ^ content[index]));
    found[index] = 0;
  }
  __asm__ __volatile__("" : : "r"(found) : "memory");  // the zeros are no dead stores
  return difference == 0;
}

bool erase(const Store& store, size_t size) {
  const uint8_t zeros[kStoreSizeMin] = {};
  return size <= sizeof zeros && replace(store, Bytes(zeros, size));
}

}  // namespace usmp
