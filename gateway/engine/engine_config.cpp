// Which values of a configuration make sense together.
#include "engine/engine_config.hpp"

namespace usmp::gateway {
namespace {

// Gateway, thread, and four bytes at least that cannot be guessed (USMP3 §1).
constexpr std::size_t kCidSizeMin = 2 + kCidSizeMinUdpGateway;

bool limits_valid(const ReceiveLimits& limits, std::size_t max_packet) {
  return limits.max_packet >= kMaxPacketMin && limits.max_packet <= max_packet &&
         limits.max_message >= 1 && limits.window >= 1;
}

}  // namespace

bool EngineConfig::valid() const {
  constexpr std::uint8_t kSuites = kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305;
  return random.fill != nullptr && cid_size >= kCidSizeMin && cid_size <= kCidSizeMax &&
         (suites & kSuites) != 0 && (suites & ~kSuites) == 0 && idle_s >= 1 &&
         limits_valid(udp_limits, 65535) && limits_valid(stream_limits, 65535) &&
         limits_valid(line_limits, kRecordSizeMax) && send_window >= 1 && sessions_max >= 1 &&
         stream_handshake_max >= 1 && stream_handshake_max <= kStreamHandshakeMax &&
         handshakes_soft_address >= 1 && handshakes_soft >= 1 &&
         handshakes_hard >= handshakes_soft && handshakes_hard_address >= handshakes_soft_address &&
         handshakes_kept >= handshakes_hard && reset_addresses >= 1 && lockout_addresses >= 1 &&
         wire2_timeout >= 1 && crypto::suite_available(wire2_suite);
}

}  // namespace usmp::gateway
