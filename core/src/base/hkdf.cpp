// See hkdf.hpp.
#include "base/hkdf.hpp"

#include <string.h>

#include "base/wipe.hpp"

namespace usmp {

void hkdf_extract(uint8_t (&prk)[crypto::kHashSize], Bytes salt, Bytes ikm) {
  // HMAC pads a short key with zeros, so an empty salt is the 32 zeros of RFC 5869 §2.2.
  crypto::hmac_sha256(prk, salt, &ikm, 1);
}

void hkdf_expand(MutableBytes out, const uint8_t (&prk)[crypto::kHashSize],
                 const Bytes* info_pieces, size_t count) {
  if (out.size > kHkdfOutMax || count > kHkdfInfoPiecesMax) __builtin_trap();

  // T(n) = HMAC(prk, T(n-1) || info || n), n from 1, T(0) empty; out = T(1) || T(2) || …
  SecretArray<crypto::kHashSize> block;
  SecretArray<crypto::kHashSize> previous_block;
  uint8_t number = 1;
  Bytes pieces[kHkdfInfoPiecesMax + 2];
  for (size_t index = 0; index < count; ++index) pieces[index + 1] = info_pieces[index];
  pieces[count + 1] = Bytes(&number, 1);

  size_t filled = 0;
  while (filled < out.size) {
    crypto::hmac_sha256(block.bytes, Bytes(prk), pieces, count + 2);
    const size_t left = out.size - filled;
    const size_t taken = left < crypto::kHashSize ? left : crypto::kHashSize;
    memcpy(out.data + filled, block.bytes, taken);
    filled += taken;
    memcpy(previous_block.bytes, block.bytes, crypto::kHashSize);
    pieces[0] = Bytes(previous_block.bytes);
    ++number;
  }
}

void hkdf_expand(MutableBytes out, const uint8_t (&prk)[crypto::kHashSize], Bytes info) {
  hkdf_expand(out, prk, &info, 1);
}

}  // namespace usmp
