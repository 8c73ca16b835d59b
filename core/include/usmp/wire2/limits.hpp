// Every number of wire 2 that is a size, a limit or a time, by name. Sizes in bytes, times in
// milliseconds unless the name says otherwise. Not for the caller's own choices: see config.hpp.
#ifndef USMP_WIRE2_LIMITS_HPP
#define USMP_WIRE2_LIMITS_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/time.hpp"

namespace usmp {
namespace wire2 {

// Frame
static const uint8_t kMagicLow = 0xCD;
static const uint8_t kMagicHigh = 0xAB;
static const uint8_t kVersion = 0x02;
static const size_t kHeaderSize = 12;
static const size_t kPayloadSizeMax = 480;
static const size_t kFrameSizeMax = kHeaderSize + kPayloadSizeMax;
/// Nonce and tag, in the payload of a session frame beside the plaintext.
static const size_t kSealOverhead = 12 + 16;
/// A frame's plaintext at most.
static const size_t kContentSizeMax = kPayloadSizeMax - kSealOverhead;
static const uint8_t kFramesPerMessageMax = 4;
static const uint16_t kMessageSizeMax = kFramesPerMessageMax * kContentSizeMax;
static_assert(kContentSizeMax == 452 && kMessageSizeMax == 1808, "the sizes of the wire");

// Handshake
static const size_t kDeviceIdSize = 6;
static const size_t kCookieSize = 16;
static const size_t kNonceSize = 32;
static const size_t kSessionIdSize = 16;
static const size_t kPskSizeMin = 16;
static const size_t kPskSizeMax = 255;
/// The largest frame that a device takes (CHALLENGE) and sends (HELLO with a cookie) in a
/// handshake.
static const size_t kChallengeSize = kHeaderSize + kNonceSize + 32;
static const size_t kHelloSizeMax = kHeaderSize + kDeviceIdSize + 32 + kCookieSize;
static const Duration kHandshakeMax = 10000;  ///< gateway: one handshake, from HELLO on
static const Duration kAnswerMax = 20000;     ///< device: for each answer it awaits
static const Duration kAnswerRepeat = 1000;   ///< device: acknowledged, but not answered by then
static const uint32_t kCookiePeriodSeconds = 30;  ///< a cookie is good in its period and the next

// Session
static const uint8_t kControlsPerSecondMax = 8;  ///< PING, PONG, REKEY taken from a peer
/// Own PING and REKEY only while fewer control frames than this went out in the last second: what
/// is left is for PONG, and for a network that pushes frames together.
static const uint8_t kControlsAskedPerSecond = 3;
static const Duration kControlWindow = 1000;
static const size_t kSaltSize = 32;
static const Duration kKeepaliveDefault = 20000;
static const Duration kKeepaliveMin = 1000;
static const Duration kGatewayTimeout = 60000;
static const Duration kStreamSilenceMax = 60000;  ///< device on a stream: an unanswered PING

// UDP
static const uint8_t kUtackMagic = 0xAC;
static const size_t kUtackMacSize = 8;
static const size_t kUtackSize = 7;  ///< without the mac
static const size_t kUtackSizeMax = kUtackSize + kUtackMacSize;
static const uint8_t kRepeats = 5;  ///< of one datagram, then the session is lost
static const Duration kRtoInitial = 500;
static const Duration kRtoMin = 100;
static const Duration kRtoMax = 5000;

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_LIMITS_HPP
