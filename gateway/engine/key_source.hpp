// Where the engine asks for a device's key. The registry answers in a gateway, a table in a test.
// Not a cache: it is asked once for each HELLO_ACK that opens.
#ifndef USMP_GATEWAY_ENGINE_KEY_SOURCE_HPP
#define USMP_GATEWAY_ENGINE_KEY_SOURCE_HPP

#include <cstdint>

#include "registry/device_id.hpp"
#include "registry/psk.hpp"
#include "registry/wire_version.hpp"
#include "usmp/time.hpp"

namespace usmp::gateway {

enum class KeyLookup : std::uint8_t {
  Found,
  Unknown,      ///< No such device, or it has no key: the engine works on with a random PSK.
  Unavailable,  ///< Cannot be told now: the device repeats its packet; on a stream, where it does
                ///< not, it is asked again every kKeyAskInterval, until the handshake expires.
};

/// What a handshake needs of a device. The PSK is wiped with it.
struct DeviceKey {
  Psk psk;
  WireVersion wire = WireVersion::V3;  ///< the one wire that the PSK belongs to (USMP3 §8)
  bool revoked = false;                ///< known, but not to be let in
  std::int64_t generation = 0;         ///< grows with every change of this device's key
};

inline constexpr Duration kKeyAskInterval = 20;

/// Asked on the engine's thread; each engine has its own.
class KeySource {
 public:
  virtual ~KeySource() = default;
  /// Fills `key` only with Found. It takes about as long for a device that is not known.
  virtual KeyLookup find(const DeviceId& device, DeviceKey& key) = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_KEY_SOURCE_HPP
