// What the owner of a wire 2 session chooses. Borrowed, never copied: a configuration and what it
// points to live as long as the session.
#ifndef USMP_WIRE2_CONFIG_HPP
#define USMP_WIRE2_CONFIG_HPP

#include "usmp/config.hpp"
#include "usmp/crypto.hpp"
#include "usmp/wire2/limits.hpp"

namespace usmp {
namespace wire2 {

struct DeviceConfig {
  Bytes device_id;  ///< 6 bytes
  Bytes psk;        ///< 16..255 bytes, 32 random ones best
  Random random;
  Medium medium;        ///< Stream or Udp
  crypto::Suite suite;  ///< the gateway's: nothing is negotiated
  /// Of sending nothing new before a PING; 0 for the default. At least kKeepaliveMin and at most
  /// kKeepaliveMax are kept to, whatever stands here.
  Duration keepalive;
};

struct GatewayConfig {
  Random random;
  Medium medium;        ///< Stream or Udp
  crypto::Suite suite;  ///< the devices': nothing is negotiated
  Duration timeout;     ///< of silence before a session is closed; 0 for kGatewayTimeout
};

/// What a packet buffer must hold where no message is larger than `message_size_max`, in or out.
constexpr size_t frame_size_max(size_t message_size_max) {
  return message_size_max >= kContentSizeMax ? kFrameSizeMax
         : kHeaderSize + kSealOverhead + message_size_max > kChallengeSize
             ? kHeaderSize + kSealOverhead + message_size_max
             : kChallengeSize;
}

/// A device's room for a message that comes in, its size fixed at compile time. A message that is
/// larger ends the session: the wire has no word to refuse it.
template <uint16_t MaxMessage = kMessageSizeMax>
struct SessionStorage {
  static_assert(MaxMessage >= 1 && MaxMessage <= kMessageSizeMax, "outside the wire's sizes");

  uint8_t room[MaxMessage];

  MutableBytes receive_buffer() { return MutableBytes(room); }
};

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_CONFIG_HPP
