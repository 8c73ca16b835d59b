// See usmp_bare_metal/identity.hpp.
#include "usmp_bare_metal/identity.hpp"

#include <string.h>

#include "usmp/framing/crc16.hpp"

namespace usmp {

namespace {
const uint8_t kIdentityVersion = 1;
}  // namespace

bool Identity::valid() const {
  static_assert(sizeof(Identity) == 74, "the layout that provision.py writes");
  Crc16Modbus crc;
  crc.update(Bytes(reinterpret_cast<const uint8_t*>(this), sizeof *this));
  return memcmp(mark, "USMP", sizeof mark) == 0 && version == kIdentityVersion && id_size >= 1 &&
         id_size <= sizeof id && psk_size >= kPskSizeMin && psk_size <= sizeof psk && crc.matches();
}

}  // namespace usmp
