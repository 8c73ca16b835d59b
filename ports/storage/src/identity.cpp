// See usmp_storage/identity.hpp.
#include "usmp_storage/identity.hpp"

#include <string.h>

#include "usmp/framing/crc16.hpp"

namespace usmp {

namespace {
const uint8_t kIdentityVersion = 1;
const char kMark[4] = {'U', 'S', 'M', 'P'};
}  // namespace

bool make_identity(Identity& identity, Bytes device_id, Bytes key) {
  if (device_id.size < 1 || device_id.size > sizeof identity.id || key.size < kPskSizeMin ||
      key.size > sizeof identity.psk) {
    return false;
  }
  memset(&identity, 0, sizeof identity);
  memcpy(identity.mark, kMark, sizeof identity.mark);
  identity.version = kIdentityVersion;
  identity.id_size = static_cast<uint8_t>(device_id.size);
  identity.psk_size = static_cast<uint8_t>(key.size);
  memcpy(identity.id, device_id.data, device_id.size);
  memcpy(identity.psk, key.data, key.size);
  Crc16Modbus crc;
  crc.update(
      Bytes(reinterpret_cast<const uint8_t*>(&identity), sizeof identity - sizeof identity.check));
  identity.check[0] = static_cast<uint8_t>(crc.value());
  identity.check[1] = static_cast<uint8_t>(crc.value() >> 8);
  return true;
}

bool Identity::valid() const {
  static_assert(sizeof(Identity) == 74, "the layout that provision.py writes");
  Crc16Modbus crc;
  crc.update(Bytes(reinterpret_cast<const uint8_t*>(this), sizeof *this));
  return memcmp(mark, kMark, sizeof mark) == 0 && version == kIdentityVersion && id_size >= 1 &&
         id_size <= sizeof id && psk_size >= kPskSizeMin && psk_size <= sizeof psk && crc.matches();
}

}  // namespace usmp
