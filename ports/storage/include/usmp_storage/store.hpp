// A small place that keeps its bytes without power: a page of flash, an EEPROM. The board gives the
// two functions; what must survive, and be used once, is written through here.
#ifndef USMP_STORAGE_STORE_HPP
#define USMP_STORAGE_STORE_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/bytes.hpp"
#include "usmp/result.hpp"

namespace usmp {

/// The most bytes that a store must hold.
static const size_t kStoreSizeMin = 128;

struct Store {
  /// Fills `out` with the first bytes that are stored. False: they cannot be read.
  bool (*read)(void* context, MutableBytes out);
  /// Puts `content` in place of what was stored, durably: when it returns true, the bytes outlive a
  /// power cut. A cut on the way may leave old, new or damaged bytes.
  bool (*write)(void* context, Bytes content);
  void* context;
};

/// Writes `content` and reads it back. False: it does not stand there, whatever write() said.
USMP_MUST_USE bool replace(const Store& store, Bytes content);

/// Overwrites the first `size` bytes (at most kStoreSizeMin) with zeros, and reads them back.
USMP_MUST_USE bool erase(const Store& store, size_t size);

}  // namespace usmp

#endif  // USMP_STORAGE_STORE_HPP
