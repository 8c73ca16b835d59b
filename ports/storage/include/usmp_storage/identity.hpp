// Who a device is, from its identity page: written when the device is provisioned, never compiled
// in. ports/bare_metal/provision.py makes the page, and a provisioning line carries it.
#ifndef USMP_STORAGE_IDENTITY_HPP
#define USMP_STORAGE_IDENTITY_HPP

#include "usmp/bytes.hpp"
#include "usmp/limits.hpp"
#include "usmp_storage/store.hpp"

namespace usmp {

/// The page as it lies in flash. `check` is CRC-16/MODBUS of all before it, low byte first.
struct Identity {
  uint8_t mark[4];  ///< "USMP"
  uint8_t version;  ///< 1
  uint8_t id_size;
  uint8_t psk_size;
  uint8_t reserved;  ///< 0
  uint8_t id[kDeviceIdSizeMax];
  uint8_t psk[32];
  uint8_t check[2];

  /// True if the page holds an identity, whole.
  bool valid() const;
  Bytes device_id() const { return Bytes(id, id_size); }
  Bytes key() const { return Bytes(psk, psk_size); }
};

/// Fills `identity` for a device. False: the ID has not 1 to 32 bytes, or the key not 16 to 32.
USMP_MUST_USE bool make_identity(Identity& identity, Bytes device_id, Bytes key);

/// The identity in a page that the processor can read as memory; check valid().
inline const Identity& identity_in(const Store& page) {
  return *static_cast<const Identity*>(page.context);
}

}  // namespace usmp

#endif  // USMP_STORAGE_IDENTITY_HPP
