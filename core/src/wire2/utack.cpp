// See utack.hpp.
#include "wire2/utack.hpp"

#include "base/byte_reader.hpp"
#include "base/wipe.hpp"

namespace usmp {
namespace wire2 {

bool read_utack(Bytes packet, Utack* utack) {
  ByteReader reader(packet);
  const uint8_t first = reader.u8();
  const uint8_t second = reader.u8();
  utack->type = reader.u8();
  utack->seq = reader.u32();
  utack->mac = reader.bytes(utack_has_mac(utack->type) ? kUtackMacSize : 0);
  return reader.done() && first == kUtackMagic && second == kUtackMagic;
}

void make_utack_mac(UtackMac& mac, const uint8_t (&key)[crypto::kKeySize], uint8_t type,
                    uint32_t seq) {
  uint8_t header[kUtackSize];
  ByteWriter writer((MutableBytes(header)));
  writer.u8(kUtackMagic);
  writer.u8(kUtackMagic);
  writer.u8(type);
  writer.u32(seq);
  const Bytes piece(header);
  uint8_t hash[crypto::kHashSize];
  // USMP2 §UDP: mac = HMAC-SHA256(key the frame was encrypted with, the 7 bytes before)[0..7]
  crypto::hmac_sha256(hash, Bytes(key), &piece, 1);
  memcpy(mac, hash, sizeof mac);
  wipe(hash, sizeof hash);
}

void write_utack(ByteWriter& writer, uint8_t type, uint32_t seq, const UtackMac& mac) {
  writer.u8(kUtackMagic);
  writer.u8(kUtackMagic);
  writer.u8(type);
  writer.u32(seq);
  // USMP2 §UDP: a UTACK is sent for handshake frames too (no mac)
  if (utack_has_mac(type)) writer.bytes(Bytes(mac));
}

}  // namespace wire2
}  // namespace usmp
