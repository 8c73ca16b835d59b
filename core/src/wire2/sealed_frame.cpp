// See sealed_frame.hpp.
#include "wire2/sealed_frame.hpp"

#include <string.h>

#include "base/byte_writer.hpp"

namespace usmp {
namespace wire2 {

namespace {

const size_t kContentOffset = kHeaderSize + crypto::kNonceSize;

// USMP2 §Session frames: nonce: seq(4) ‖ session_id[0..7]
void make_nonce(uint8_t (&nonce)[crypto::kNonceSize], uint32_t seq, const SessionId& session_id) {
  ByteWriter writer((MutableBytes(nonce)));
  writer.u32(seq);
  writer.bytes(Bytes(session_id).first(crypto::kNonceSize - 4));
}

}  // namespace

Result<size_t> seal_frame(MutableBytes out, crypto::Suite suite, const Key& key,
                          const SessionId& session_id, uint8_t type, uint32_t seq, Bytes content) {
  const size_t size = kHeaderSize + kSealOverhead + content.size;
  if (out.size < size) return Error::BufferTooSmall;
  const MutableBytes frame = out.first(size);
  uint8_t nonce[crypto::kNonceSize];
  make_nonce(nonce, seq, session_id);
  write_header(frame, type, seq);
  memcpy(frame.data + kHeaderSize, nonce, sizeof nonce);
  const MutableBytes text = ciphertext_of(frame);
  if (content.size > 0) memcpy(text.data, content.data, content.size);
  uint8_t tag[crypto::kTagSize];
  // USMP2 §Session frames: AAD: bytes 0..9 of the header, with `length` as sent
  if (!crypto::aead_seal(suite, key, nonce, frame.first(kAadSize), text, tag)) {
    return Error::CryptoFailed;
  }
  memcpy(text.data + text.size, tag, sizeof tag);
  write_crc(frame);
  return size;
}

bool sealed_form(const FrameHeader& header, Bytes packet, const SessionId& session_id) {
  if (header.length < kSealOverhead) return false;
  uint8_t nonce[crypto::kNonceSize];
  make_nonce(nonce, header.seq, session_id);
  // USMP2 §Session frames: a receiver refuses a frame whose copy differs
  return memcmp(packet.data + kHeaderSize, nonce, sizeof nonce) == 0;
}

MutableBytes ciphertext_of(MutableBytes packet) {
  return packet.from(kContentOffset).first(packet.size - kHeaderSize - kSealOverhead);
}

Bytes tag_of(Bytes packet) { return packet.from(packet.size - crypto::kTagSize); }

bool open_frame(crypto::Suite suite, const Key& key, Bytes packet, MutableBytes ciphertext) {
  uint8_t nonce[crypto::kNonceSize];
  uint8_t tag[crypto::kTagSize];
  memcpy(nonce, packet.data + kHeaderSize, sizeof nonce);
  memcpy(tag, tag_of(packet).data, sizeof tag);
  return crypto::aead_open(suite, key, nonce, packet.first(kAadSize), ciphertext, tag);
}

}  // namespace wire2
}  // namespace usmp
