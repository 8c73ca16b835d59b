// See data_packet.hpp.
#include "wire3/data_packet.hpp"

#include <string.h>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "wire3/key_schedule.hpp"
#include "wire3/packet.hpp"

namespace usmp {
namespace wire3 {

size_t write_data_header(MutableBytes out, Bytes cid, uint32_t epoch, uint32_t seq, bool is_long) {
  ByteWriter writer(out);
  writer.u8(is_long ? kLong : static_cast<uint8_t>(kShort | (epoch & kEpochBits)));
  writer.bytes(cid);
  if (is_long) writer.u32(epoch);
  writer.u32(seq);
  return writer.size();
}

Error read_data_header(Bytes packet, Bytes own_cid, DataHeader* header) {
  ByteReader reader(packet);
  const uint8_t byte0 = reader.u8();
  const Bytes cid = reader.bytes(own_cid.size);
  header->is_long = byte0 == kLong;
  header->epoch_low = byte0 & kEpochBits;
  header->epoch = header->is_long ? reader.u32() : 0;
  header->seq = reader.u32();
  header->size = static_cast<uint8_t>(reader.offset());
  reader.bytes(crypto::kTagSize);
  if (!reader.ok() || !is_data(byte0)) return Error::Malformed;
  if (cid.size > 0 && memcmp(cid.data, own_cid.data, cid.size) != 0) return Error::Unexpected;
  return Error::None;
}

bool seal_data(crypto::Suite suite, const DirectionKey& key, uint32_t seq, MutableBytes packet,
               size_t header_size, size_t text_size) {
  uint8_t nonce[crypto::kNonceSize];
  uint8_t tag[crypto::kTagSize];
  make_nonce(nonce, key, seq);
  if (!crypto::aead_seal(suite, key.key, nonce, packet.first(header_size),
                         packet.from(header_size).first(text_size), tag)) {
    return false;
  }
  memcpy(packet.data + header_size + text_size, tag, sizeof tag);
  return true;
}

bool open_data(crypto::Suite suite, const DirectionKey& key, const DataHeader& header,
               MutableBytes packet, MutableBytes* frames) {
  uint8_t nonce[crypto::kNonceSize];
  uint8_t tag[crypto::kTagSize];
  make_nonce(nonce, key, header.seq);
  const size_t text_size = packet.size - header.size - sizeof tag;
  memcpy(tag, packet.data + header.size + text_size, sizeof tag);
  *frames = packet.from(header.size).first(text_size);
  return crypto::aead_open(suite, key.key, nonce, packet.first(header.size), *frames, tag);
}

}  // namespace wire3
}  // namespace usmp
