// Every hash, key and proof of §2 and §3, one function each, named as in the spec.
#ifndef USMP_WIRE3_KEY_SCHEDULE_HPP
#define USMP_WIRE3_KEY_SCHEDULE_HPP

#include "usmp/agreement.hpp"

namespace usmp {
namespace wire3 {

typedef uint8_t Hash[crypto::kHashSize];

/// tag: the first 4 bytes of SHA-256(the HELLO answered).
static const size_t kTagSize = kHelloTagSize;

/// Begins th1 = SHA-256("usmp3" ‖ HELLO ‖ CHALLENGE); both packets follow with update().
void start_th1(crypto::Sha256& hash);

void derive_hs(Hash& hs, const Hash& th1, const uint8_t (&dh)[crypto::kPointSize]);
void derive_id_key(DirectionKey& key, const Hash& hs);
void derive_th2(Hash& th2, const Hash& th1, Bytes cid_g, Bytes id_ct);
void derive_master(Hash& master, const Hash& hs, Bytes psk);
void derive_proof_d(Hash& proof, const Hash& master, const Hash& th2);
void derive_th3(Hash& th3, const Hash& th2, const Hash& proof_d, Bytes cid_d);
void derive_proof_g(Hash& proof, const Hash& master, const Hash& th3);
void derive_chain_0(Hash& chain, const Hash& master, const Hash& th2);
void derive_session_id(uint8_t (&id)[16], const Hash& master, const Hash& th2);
void derive_reject_key(DirectionKey& key, const Hash& hs, const Hash& proof_d);

void derive_d2g(DirectionKey& key, const Hash& chain);
void derive_g2d(DirectionKey& key, const Hash& chain);
/// chain_(e+1) from chain_e, in place: chain_e is gone afterwards.
void next_chain(Hash& chain);
/// nonce = iv, with iv[8..11] xor seq.
void make_nonce(uint8_t (&nonce)[crypto::kNonceSize], const DirectionKey& key, uint32_t seq);

}  // namespace wire3
}  // namespace usmp

#endif  // USMP_WIRE3_KEY_SCHEDULE_HPP
