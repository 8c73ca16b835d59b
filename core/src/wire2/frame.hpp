// A frame of wire 2 as it lies in a packet: header and CRC, in and out. Not its encryption.
#ifndef USMP_WIRE2_FRAME_HPP
#define USMP_WIRE2_FRAME_HPP

#include <stdint.h>

#include "usmp/bytes.hpp"
#include "usmp/wire2/limits.hpp"

namespace usmp {
namespace wire2 {

static const uint8_t kHello = 0x01;
static const uint8_t kChallenge = 0x02;
static const uint8_t kHelloAck = 0x03;
static const uint8_t kSessionOk = 0x04;
static const uint8_t kData = 0x05;
static const uint8_t kPing = 0x06;
static const uint8_t kPong = 0x07;
static const uint8_t kBye = 0x08;
static const uint8_t kDataFrag = 0x09;
static const uint8_t kHelloRetry = 0x0A;
static const uint8_t kRekey = 0x0B;

/// Bytes of the header that the AEAD and the CRC cover.
static const size_t kAadSize = 10;

struct FrameHeader {
  uint32_t seq;
  uint16_t length;
  uint8_t type;
};

inline bool is_data(uint8_t type) { return type == kData || type == kDataFrag; }
/// True for the types whose payload is encrypted.
inline bool is_sealed(uint8_t type) {
  return (type >= kData && type <= kDataFrag) || type == kRekey;
}
inline Bytes payload_of(Bytes packet) { return packet.from(kHeaderSize); }

/// Reads and checks everything but the payload's meaning. False: not one whole frame of wire 2.
bool read_frame(Bytes packet, FrameHeader* header);

/// Writes the header before the payload that stands in `frame` from kHeaderSize on, to its end.
void write_header(MutableBytes frame, uint8_t type, uint32_t seq);
/// Writes the CRC of a frame that is complete otherwise.
void write_crc(MutableBytes frame);

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_FRAME_HPP
