// HMAC-SHA256 (RFC 2104) on one hash state: the padded key goes into the hash byte by byte and is
// never a block of its own. HKDF is the core's (base/hkdf.hpp), over this.
#include "sha256.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

using tiny::HashState;

const uint8_t kInnerPad = 0x36;
const uint8_t kOuterPad = 0x5c;

// `key` has at most a block. The zeros that follow it, masked, are the pad itself.
void start_with_key(HashState& state, Bytes key, uint8_t pad) {
  tiny::hash_start(state);
  tiny::hash_add(state, key.data, key.size, pad);
  tiny::hash_add_same(state, pad, static_cast<uint8_t>(tiny::kHashBlockSize - key.size));
}

}  // namespace

void hmac_sha256(uint8_t (&out)[kHashSize], Bytes key, const Bytes* pieces, size_t count) {
  Wiped<HashState> state;
  if (key.size > tiny::kHashBlockSize) {
    // `out` overlaps nothing of the input but the key, which is used up here: it can hold its hash.
    tiny::hash_start(state.value);
    tiny::hash_add(state.value, key.data, key.size, 0);
    tiny::hash_finish(state.value, out);
    key = Bytes(out);
  }
  start_with_key(state.value, key, kInnerPad);
  for (size_t index = 0; index < count; ++index) {
    tiny::hash_add(state.value, pieces[index].data, pieces[index].size, 0);
  }
  Wiped<uint8_t[kHashSize]> inner;
  tiny::hash_finish(state.value, inner.value);

  start_with_key(state.value, key, kOuterPad);
  tiny::hash_add(state.value, inner.value, kHashSize, 0);
  // Only here `out` is written, which may lie over the key.
  tiny::hash_finish(state.value, out);
}

}  // namespace crypto
}  // namespace usmp
