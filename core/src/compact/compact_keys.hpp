// The key schedule of §2 and §3 as a compact device needs it: labels of at most four letters, which
// an AVR keeps in its code and not in RAM. The same keys as wire3/key_schedule.hpp.
#ifndef USMP_COMPACT_COMPACT_KEYS_HPP
#define USMP_COMPACT_COMPACT_KEYS_HPP

#include "usmp/agreement.hpp"

namespace usmp {
namespace compact {

typedef uint8_t Hash[crypto::kHashSize];

/// What stands behind "usmp3 " in a label, its first letter in the lowest byte.
enum class Label : uint32_t {
  Id = 0x6469,                 // "id"
  DeviceProof = 0x7064,        // "dp"
  GatewayProof = 0x7067,       // "gp"
  Chain = 0x6B63,              // "ck"
  Reject = 0x6A72,             // "rj"
  DeviceToGateway = 0x673264,  // "d2g"
  GatewayToDevice = 0x643267,  // "g2d"
  SessionId = 0x646973,        // "sid"
  Next = 0x7478656E,           // "next"
};

/// HMAC-SHA256 of one piece; HKDF's Extract(key, piece) is the same.
void hmac(Hash& out, Bytes key, Bytes piece);

/// Expand(prk, "usmp3 " ‖ label ‖ extra, size), of at most 64 bytes; `extra` has at most 32. `out`
/// may be the memory of `prk` where it has 32 bytes.
void expand(uint8_t* out, uint8_t size, const Hash& prk, Label label, Bytes extra);

inline void expand(Hash& out, const Hash& prk, Label label, Bytes extra = Bytes()) {
  expand(out, crypto::kHashSize, prk, label, extra);
}

/// A key with its iv.
inline void expand(DirectionKey& out, const Hash& prk, Label label, Bytes extra = Bytes()) {
  expand(out.key, sizeof out, prk, label, extra);
}

/// Seals `text` in place with the nonce of `seq` (§3); the tag goes behind it, where there is room.
/// False: the crypto library failed.
bool seal(crypto::Suite suite, const DirectionKey& key, uint32_t seq, Bytes aad, MutableBytes text);

/// Opens `sealed`, text and tag, in place. False: not authentic.
bool open(crypto::Suite suite, const DirectionKey& key, uint32_t seq, Bytes aad,
          MutableBytes sealed);

}  // namespace compact
}  // namespace usmp

#endif  // USMP_COMPACT_COMPACT_KEYS_HPP
