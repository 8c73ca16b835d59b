// Every number of wire 3 that is a limit or a time, by name. Sizes in bytes, times in milliseconds
// unless the name says otherwise. Not for the caller's own choices: those are in config.hpp.
#ifndef USMP_LIMITS_HPP
#define USMP_LIMITS_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/time.hpp"

namespace usmp {

// §1 packets
static const size_t kCidSizeMax = 8;
static const size_t kCidSizeMinUdpGateway = 4;
static const size_t kCookieSize = 16;
static const size_t kHelloTagSize = 4;
static const size_t kChallengeNonceSize = 16;
static const size_t kDeviceIdSizeMax = 32;
static const size_t kPskSizeMin = 16;
static const size_t kPskSizeMax = 255;
static const uint16_t kMaxPacketMin = 64;
static const uint16_t kMaxPacketUdp = 1232;
static const size_t kHelloSizeMax = 326;
static const size_t kChallengeSizeMax = 192;
static const size_t kShortOverhead = 1 + 4 + 16;     ///< beside the cid
static const size_t kLongOverhead = 1 + 4 + 4 + 16;  ///< beside the cid
/// The largest packet that a device of ours sends in a handshake: HELLO_ACK with an id of 32 bytes
/// (HELLO is smaller but for extensions).
static const size_t kDeviceHandshakeSizeMax = 1 + kCidSizeMax + kDeviceIdSizeMax + 16 + 32;
/// The largest packet that a gateway of ours sends in a handshake: a CHALLENGE with extensions.
static const size_t kGatewayHandshakeSizeMax = kChallengeSizeMax;
/// Extensions that fit HELLO's `ext`, and those that fit a CHALLENGE of 192 bytes.
static const size_t kExtensionsSizeMax = 255;
static const size_t kExtensionsSizeMaxGateway =
    kChallengeSizeMax - (1 + kCidSizeMax + kHelloTagSize + (13 + kCidSizeMax) + 32 + 16);
/// §1: a CHALLENGE to a HELLO without a valid cookie has at most this many times its bytes (UDP).
static const size_t kChallengeFactorMax = 3;

// §2 handshake
static const Duration kHelloRepeatFirst = 1000;
static const Duration kHelloRepeatFirstSlowLine = 250;  ///< serial, BLE
static const Duration kHelloRepeatMax = 8000;
static const uint8_t kHelloRepeats = 5;
static const uint8_t kHelloAckRepeats = 3;
static const uint8_t kRetriesMax = 3;
static const uint8_t kWrongProofsMax = 3;
static const Duration kHandshakeKept = 30000;
static const Duration kAnswerKept = 30000;
static const Duration kStreamHandshakeMax = 30000;
static const Duration kPauseFirst = 1000;
static const Duration kPauseMax = 300000;
static const uint8_t kJitterPercent = 20;
static const uint32_t kCookiePeriodSeconds = 30;

// §3 keys and epochs
static const uint32_t kSeqLast = 0xFFFFFFFEu;
static const uint32_t kSeqMovesEpoch = 0x80000000u;
static const Duration kEpochAgeMax = 24u * 3600u * 1000u;
static const Duration kPreviousKeyKept = 10000;
static const uint32_t kEpochLookaheadMax = 64;
static const uint8_t kLookaheadsPerSecondSession = 10;
static const uint16_t kLookaheadsPerSecondAll = 1000;
static const Duration kUnconfirmedPingInterval = 1000;
/// Numbers of a replay window: the smallest that §3 allows, which is also what fits a device.
static const uint8_t kReplayWindowSize = 64;

// §4 inside a packet
static const size_t kAckFrameSize = 8;
/// The least that a packet must have room for: PONG with its ACK.
static const size_t kFramesRoomMin = 2 + kAckFrameSize;
static const size_t kDataHeaderSize = 5;       ///< without `first`
static const size_t kDataFirstHeaderSize = 6;  ///< with the channel
static const size_t kDatagramHeaderSize = 4;
/// A chunk has at most the receiver's max_packet less this less its cid (§4).
static const size_t kChunkOverhead = 31;
static const size_t kDatagramOverhead = 29;
static const Duration kAckDelay = 25;
static const uint8_t kLaterAcksForLoss = 3;
static const Duration kRtoInitial = 1000;
static const Duration kRtoMin = 100;
static const Duration kRtoMinSlowLine = 50;  ///< serial, BLE
static const Duration kRtoMax = 60000;
static const uint8_t kCongestionWindowInitial = 4;
static const Duration kLostAfter = 30000;
static const uint8_t kLostResends = 4;
static const Duration kKeepaliveDefault = 60000;
static const Duration kCheckUnitMin = 1000;
static const Duration kCheckUnitStream = 4000;
static const uint8_t kCheckUnits = 15;      ///< nothing authentic by then: lost
static const uint8_t kResetCheckUnits = 4;  ///< the same, after a RESET

// §5 sleep and wake
static const size_t kSavedStateSizeMax = 96;
static const uint8_t kWakesUnheardMax = 32;

// §6 moving, restarts
static const Duration kResetCheckInterval = 10000;
static const uint8_t kResetsPerSecondAddress = 10;
static const uint8_t kUnprovenAddressFactor = 3;
static const uint8_t kPathCheckRtos = 3;

}  // namespace usmp

#endif  // USMP_LIMITS_HPP
