// What the owner of a session chooses: medium, sizes, keys, randomness. Borrowed, never copied:
// what a configuration points to lives as long as the session.
#ifndef USMP_CONFIG_HPP
#define USMP_CONFIG_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/bytes.hpp"
#include "usmp/limits.hpp"

namespace usmp {

/// What carries the packets; decides the stream flag and the first timeouts (§2, §4, §7).
enum class Medium : uint8_t { Stream, Udp, Serial, Ble };

inline bool is_stream(Medium medium) { return medium == Medium::Stream; }
inline bool is_udp(Medium medium) { return medium == Medium::Udp; }
inline bool is_slow_line(Medium medium) {
  return medium == Medium::Serial || medium == Medium::Ble;
}
inline bool is_supported(Medium medium) {
  return is_stream(medium) || is_udp(medium) || is_slow_line(medium);
}

/// Bits of the `suites` field: bit 0 is suite 1 (AES-256-GCM), bit 1 suite 2 (ChaCha20-Poly1305).
static const uint8_t kSuiteBitAes256Gcm = 1;
static const uint8_t kSuiteBitChaCha20Poly1305 = 2;

/// What one side takes, told to the other in `params`.
struct ReceiveLimits {
  uint16_t max_packet;   ///< largest short or long packet, 64..65535
  uint16_t max_message;  ///< largest message, 1..65535
  uint8_t window;        ///< chunks ahead of order that can be held, plus one: 1..255
};

/// A source of random bytes. `fill` returns false if it has none: then nothing is sent.
struct Random {
  bool (*fill)(void* context, uint8_t* out, size_t size);
  void* context;
};

struct DeviceConfig {
  Bytes device_id;  ///< 1..32 bytes
  Bytes psk;        ///< 16..255 bytes, 32 random ones best
  Random random;
  ReceiveLimits limits;
  Medium medium;
  uint8_t suites;      ///< offered, by bit
  uint8_t cid_size;    ///< 0 where the medium names the session (a socket, a line), else 1..8
  bool early_data;     ///< messages queued before the session stands go right behind HELLO_ACK
  Duration keepalive;  ///< of silence before a PING; 0 for the default; never above idle_s / 3
  Bytes extensions;    ///< `type ‖ len ‖ value` each, for HELLO; none where empty
};

struct GatewayConfig {
  Random random;
  ReceiveLimits limits;
  Medium medium;
  uint8_t suites;    ///< accepted, by bit; the lowest suite that both have is chosen
  uint32_t idle_s;   ///< seconds that a silent session is kept, at least 1
  Bytes extensions;  ///< `type ‖ len ‖ value` each, for CHALLENGE; none where empty
};

}  // namespace usmp

#endif  // USMP_CONFIG_HPP
