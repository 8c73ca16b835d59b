// Pages of plain memory that a reset leaves alone, as stores. Not durable without power: for
// emulators, and for boards with FRAM or battery-backed RAM.
#ifndef USMP_BARE_METAL_PAGE_MEMORY_HPP
#define USMP_BARE_METAL_PAGE_MEMORY_HPP

#include <string.h>

#include "usmp_bare_metal/board.hpp"

namespace usmp {

static const size_t kPageSize = 1024;

inline bool read_page(void* page, MutableBytes out) {
  memcpy(out.data, page, out.size);
  return true;
}

inline bool write_page(void* page, Bytes content) {
  memcpy(page, content.data, content.size);
  return true;
}

}  // namespace usmp

/// The stores of all pages that lie one after another from `start` on.
#define USMP_PAGE_STORES(start, read, write)                                                      \
  {                                                                                               \
    {(read), (write), (start)}, {(read), (write), (start) + kPageSize},                           \
        {(read), (write), (start) + 2 * kPageSize}, {(read), (write), (start) + 3 * kPageSize}, { \
      (read), (write), (start) + 4 * kPageSize                                                    \
    }                                                                                             \
  }

#endif  // USMP_BARE_METAL_PAGE_MEMORY_HPP
