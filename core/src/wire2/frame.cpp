// See frame.hpp.
#include "wire2/frame.hpp"

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "usmp/framing/crc16.hpp"

namespace usmp {
namespace wire2 {

namespace {

uint16_t crc_of(Bytes frame) {
  Crc16Modbus crc;
  crc.update(frame.first(kAadSize));
  crc.update(frame.from(kHeaderSize));
  return crc.value();
}

}  // namespace

bool read_frame(Bytes packet, FrameHeader* header) {
  ByteReader reader(packet);
  const uint8_t magic_low = reader.u8();
  const uint8_t magic_high = reader.u8();
  const uint8_t version = reader.u8();
  header->type = reader.u8();
  header->seq = reader.u32();
  header->length = reader.u16();
  const uint16_t crc = reader.u16();
  if (!reader.ok() || magic_low != kMagicLow || magic_high != kMagicHigh || version != kVersion) {
    return false;
  }
  // USMP2 §Frame: length of the payload, 0..480
  if (header->length > kPayloadSizeMax) return false;
  // USMP2 §UDP: a datagram whose size is not 12 + length is dropped
  if (reader.left() != header->length) return false;
  // USMP2 §Frame: CRC-16/MODBUS over bytes 0..9, then the payload
  return crc == crc_of(packet);
}

void write_header(MutableBytes frame, uint8_t type, uint32_t seq) {
  ByteWriter writer(frame.first(kAadSize));
  writer.u8(kMagicLow);
  writer.u8(kMagicHigh);
  writer.u8(kVersion);
  writer.u8(type);
  writer.u32(seq);
  writer.u16(static_cast<uint16_t>(frame.size - kHeaderSize));
}

void write_crc(MutableBytes frame) {
  ByteWriter writer(frame.from(kAadSize).first(2));
  writer.u16(crc_of(frame));
}

}  // namespace wire2
}  // namespace usmp
