// Where a peer's packets come from, as opaque bytes: the core compares and copies them, only the
// medium reads them. For UDP: 16 bytes of IPv6 address (IPv4 mapped) and 2 of port, and 4 of scope.
#ifndef USMP_ADDRESS_HPP
#define USMP_ADDRESS_HPP

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "usmp/bytes.hpp"

namespace usmp {

static const size_t kAddressSizeMax = 22;

struct Address {
  uint8_t bytes[kAddressSizeMax];
  uint8_t size;

  Bytes view() const { return Bytes(bytes, size); }
  bool operator==(const Address& other) const {
    return size == other.size && memcmp(bytes, other.bytes, size) == 0;
  }
  bool operator!=(const Address& other) const { return !(*this == other); }
};

}  // namespace usmp

#endif  // USMP_ADDRESS_HPP
