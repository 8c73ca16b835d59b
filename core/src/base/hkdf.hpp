// HKDF-SHA256 (RFC 5869), over the HMAC of the crypto backend: `Extract` and `Expand` of the spec.
// Not the key schedule: no label of the wire is known here.
#ifndef USMP_BASE_HKDF_HPP
#define USMP_BASE_HKDF_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/bytes.hpp"
#include "usmp/crypto.hpp"

namespace usmp {

/// The most bytes that one expansion gives (RFC 5869 §2.3).
static const size_t kHkdfOutMax = 255 * crypto::kHashSize;
/// The most pieces that the info of one expansion may have.
static const size_t kHkdfInfoPiecesMax = 4;

/// Writes the pseudorandom key of `ikm` (input keying material). An empty `salt` counts as 32
/// zeros. `prk` may be the memory of `salt`, not of `ikm`.
void hkdf_extract(uint8_t (&prk)[crypto::kHashSize], Bytes salt, Bytes ikm);

/// Fills `out` from `prk` and the info, given as `count` pieces that count as one after another.
/// `out` overlaps no input, but may be the memory of `prk` where it has at most 32 bytes.
/// More than kHkdfOutMax bytes or kHkdfInfoPiecesMax pieces are a programmer's mistake: it traps,
/// since whatever stood in `out` then would be used as a key.
void hkdf_expand(MutableBytes out, const uint8_t (&prk)[crypto::kHashSize],
                 const Bytes* info_pieces, size_t count);

/// The same with an info of one piece.
void hkdf_expand(MutableBytes out, const uint8_t (&prk)[crypto::kHashSize], Bytes info);

}  // namespace usmp

#endif  // USMP_BASE_HKDF_HPP
