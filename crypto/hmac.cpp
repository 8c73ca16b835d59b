// HMAC-SHA256 (RFC 2104) over the backend's own Sha256: the one that every backend uses.
// Not HKDF, which is the core's (base/hkdf.hpp), and not the hash, which is the backend's.
#include <string.h>

#include "usmp/crypto.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

const size_t kBlockSize = 64;
const uint8_t kInnerPad = 0x36;
const uint8_t kOuterPad = 0x5c;

typedef Wiped<uint8_t[kBlockSize]> Block;

// The key as one block: a longer one is hashed first, a shorter one is followed by zeros.
void fill_key_block(Block& block, Sha256& hash, Bytes key) {
  if (key.size > kBlockSize) {
    Wiped<uint8_t[kHashSize]> digest;
    hash.start();
    hash.update(key);
    hash.finish(digest.value);
    memcpy(block.value, digest.value, kHashSize);
  } else if (key.size > 0) {
    memcpy(block.value, key.data, key.size);
  }
}

void xor_block(Block& block, uint8_t pad) {
  for (size_t index = 0; index < kBlockSize; ++index) {
    block.value[index] = static_cast<uint8_t>(block.value[index] ^ pad);
  }
}

}  // namespace

void hmac_sha256(uint8_t (&out)[kHashSize], Bytes key, const Bytes* pieces, size_t count) {
  Sha256 hash;
  Block block;
  fill_key_block(block, hash, key);
  // From here on `key` is not read any more: `out` may lie over it.
  xor_block(block, kInnerPad);
  hash.start();
  hash.update(Bytes(block.value, kBlockSize));
  for (size_t index = 0; index < count; ++index) hash.update(pieces[index]);
  Wiped<uint8_t[kHashSize]> inner;
  hash.finish(inner.value);

  xor_block(block, kInnerPad ^ kOuterPad);
  hash.start();
  hash.update(Bytes(block.value, kBlockSize));
  hash.update(Bytes(inner.value, kHashSize));
  hash.finish(out);
}

}  // namespace crypto
}  // namespace usmp
