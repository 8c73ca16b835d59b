// What the owner of a gateway chooses for its engines, each limit by name. Not how the loop
// listens: that is the loop's.
#ifndef USMP_GATEWAY_ENGINE_ENGINE_CONFIG_HPP
#define USMP_GATEWAY_ENGINE_ENGINE_CONFIG_HPP

#include <cstddef>
#include <cstdint>

#include "engine/output.hpp"
#include "usmp/config.hpp"
#include "usmp/wire2/config.hpp"

namespace usmp::gateway {

inline constexpr std::size_t kCookieSecretSize = 32;
inline constexpr unsigned kThreadsMax = 256;  ///< a cid has one byte for the thread

/// All limits are those of one engine (one thread), unless they say otherwise.
struct EngineConfig {
  Random random{};  ///< the system's generator; asked on the engine's thread
  /// Secret of the cookies (USMP3 §2, Load): random at start, or shared by gateways that share an
  /// address. The same in all engines of a gateway.
  std::uint8_t cookie_secret[kCookieSecretSize] = {};

  std::uint8_t gateway_number = 0;  ///< first byte of each cid: which gateway behind one address
  std::uint8_t cid_size = kCidSizeMax;  ///< 6..8 bytes on UDP: gateway, thread, the rest random

  std::uint8_t suites = kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305;
  std::uint32_t idle_s = 24 * 3600;  ///< a session silent for so long ends with BYE 2
  ReceiveLimits udp_limits{kMaxPacketUdp, 65535, 64};
  ReceiveLimits stream_limits{kRecordSizeMax, 65535, 1};
  /// Packets on serial lines are small, both ways: a flipped bit costs a whole one, and what is
  /// under way lasts seconds.
  ReceiveLimits line_limits{512, 65535, 8};
  std::uint8_t send_window = 64;  ///< chunks under way to one device, 1..255

  crypto::Suite wire2_suite = crypto::Suite::Aes256Gcm;  ///< the devices': not negotiated there
  Duration wire2_timeout = wire2::kGatewayTimeout;  ///< of silence; a wire 2 device sends PINGs

  /// A stream whose handshake is not done by then is closed; shorter for a gateway that must not
  /// keep strangers' connections.
  Duration stream_handshake_max = kStreamHandshakeMax;

  std::size_t sessions_max = 100'000;  ///< beyond: REJECT 3; on wire 2 silence
  /// Serial lines, beside sessions_max: each has a session, and a receive buffer while it is busy.
  std::size_t lines_max = 256;

  // Unfinished handshakes, of both wires together, but for the last. Soft: RETRY for who brings no
  // cookie. Hard: REJECT 3.
  std::size_t handshakes_soft = 1'000;
  std::size_t handshakes_soft_address = 64;  ///< one IPv4 address, one IPv6 /64
  std::size_t handshakes_hard = 8'000;
  std::size_t handshakes_hard_address = 1'000;
  /// With finished ones, which are kept to answer repeats; the oldest gives way.
  std::size_t handshakes_kept = 16'000;
  std::size_t reset_addresses = 4'096;    ///< addresses whose RESETs are counted at a time
  std::size_t lockout_addresses = 4'096;  ///< addresses whose failures on wire 2 are counted

  // Messages to devices.
  std::size_t held_messages_device = 1'000;
  std::size_t held_bytes_device = 1u << 20;
  std::size_t held_bytes = std::size_t{256} << 20;

  // Buffers lent to sessions that are busy.
  std::size_t receive_buffers_max = 1'024;  ///< on UDP; beyond, devices send again later
  std::size_t stream_buffers_max = 16'384;  ///< on streams; beyond, the connection is closed
  std::size_t wire2_buffers_max = 16'384;   ///< on wire 2; beyond, as on the medium with wire 3
  std::size_t send_buffers_max = 100'000;

  /// False: something here is outside its range, a programmer's or operator's mistake.
  bool valid() const;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_ENGINE_CONFIG_HPP
