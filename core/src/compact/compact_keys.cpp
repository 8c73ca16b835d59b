// See compact_keys.hpp.
#include "compact/compact_keys.hpp"

#include <string.h>

#include "base/wipe.hpp"
#include "compact/compact_bytes.hpp"

namespace usmp {
namespace compact {

namespace {

const uint8_t kPrefixSize = 6;  // "usmp3 "
const uint8_t kLabelSizeMax = 4;
const uint8_t kExtraSizeMax = 32;
const uint8_t kInfoSizeMax = kPrefixSize + kLabelSizeMax + kExtraSizeMax + 1;

static_assert(sizeof(DirectionKey) == crypto::kKeySize + crypto::kNonceSize,
              "key and iv are one run of bytes");

uint8_t write_info(uint8_t* info, Label label, Bytes extra) {
  uint8_t* end = info;
  *end++ = 'u';
  *end++ = 's';
  *end++ = 'm';
  *end++ = 'p';
  *end++ = '3';
  *end++ = ' ';
  for (uint32_t letters = static_cast<uint32_t>(label); letters != 0; letters >>= 8) {
    *end++ = static_cast<uint8_t>(letters);
  }
  if (extra.size > 0) memcpy(end, extra.data, extra.size);
  return static_cast<uint8_t>(static_cast<size_t>(end - info) + extra.size);
}

// nonce = iv, with iv[8..11] xor seq
void make_nonce(uint8_t (&nonce)[crypto::kNonceSize], const DirectionKey& key, uint32_t seq) {
  memcpy(nonce, key.iv, sizeof nonce);
  write_u32(nonce + 8, read_u32(nonce + 8) ^ seq);
}

typedef uint8_t Tag[crypto::kTagSize];

Tag& tag_at(uint8_t* place) { return *reinterpret_cast<Tag*>(place); }

}  // namespace

void hmac(Hash& out, Bytes key, Bytes piece) { crypto::hmac_sha256(out, key, &piece, 1); }

void expand(uint8_t* out, uint8_t size, const Hash& prk, Label label, Bytes extra) {
  uint8_t info[kInfoSizeMax];
  const uint8_t info_size = write_info(info, label, extra);
  info[info_size] = 1;
  // T(2) = HMAC(prk, T(1) ‖ info ‖ 2), where T(1) is what `out` has by then.
  Bytes pieces[2] = {Bytes(out, crypto::kHashSize), Bytes(info, info_size + 1u)};
  Hash block;
  crypto::hmac_sha256(block, Bytes(prk), pieces + 1, 1);
  memcpy(out, block, size < crypto::kHashSize ? size : size_t(crypto::kHashSize));
  if (size > crypto::kHashSize) {
    info[info_size] = 2;
    crypto::hmac_sha256(block, Bytes(prk), pieces, 2);
    memcpy(out + crypto::kHashSize, block, size - crypto::kHashSize);
  }
  wipe(block, sizeof block);
  wipe(info, sizeof info);
}

bool seal(crypto::Suite suite, const DirectionKey& key, uint32_t seq, Bytes aad,
          MutableBytes text) {
  uint8_t nonce[crypto::kNonceSize];
  make_nonce(nonce, key, seq);
  return crypto::aead_seal(suite, key.key, nonce, aad, text, tag_at(text.data + text.size));
}

bool open(crypto::Suite suite, const DirectionKey& key, uint32_t seq, Bytes aad,
          MutableBytes sealed) {
  uint8_t nonce[crypto::kNonceSize];
  make_nonce(nonce, key, seq);
  sealed.size -= crypto::kTagSize;
  return crypto::aead_open(suite, key.key, nonce, aad, sealed, tag_at(sealed.data + sealed.size));
}

}  // namespace compact
}  // namespace usmp
