// The first bytes of packets and frames of wire 3 (§1, §4), by name.
#ifndef USMP_WIRE3_PACKET_HPP
#define USMP_WIRE3_PACKET_HPP

#include <stdint.h>

namespace usmp {
namespace wire3 {

// §1, byte 0 of a packet
static const uint8_t kHello = 0x30;
static const uint8_t kRetry = 0x31;
static const uint8_t kChallenge = 0x32;
static const uint8_t kHelloAck = 0x33;
static const uint8_t kSessionOk = 0x34;
static const uint8_t kReject = 0x35;
static const uint8_t kReset = 0x36;
static const uint8_t kShort = 0x38;  // + (epoch mod 4)
static const uint8_t kLong = 0x3C;
static const uint8_t kEpochBits = 3;

inline bool is_short(uint8_t byte0) { return (byte0 & ~kEpochBits) == kShort; }
inline bool is_data(uint8_t byte0) { return is_short(byte0) || byte0 == kLong; }

// §4, first byte of a frame
static const uint8_t kPad = 0x00;
static const uint8_t kPing = 0x01;
static const uint8_t kPong = 0x02;
static const uint8_t kBye = 0x03;
static const uint8_t kAck = 0x04;
static const uint8_t kDrained = 0x05;
static const uint8_t kData = 0x08;  // + 2 first + last
static const uint8_t kDataFirst = 2;
static const uint8_t kDataLast = 1;
static const uint8_t kDatagram = 0x0C;

inline bool is_data_frame(uint8_t byte) { return (byte & ~(kDataFirst | kDataLast)) == kData; }

}  // namespace wire3
}  // namespace usmp

#endif  // USMP_WIRE3_PACKET_HPP
