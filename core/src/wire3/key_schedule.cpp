// See key_schedule.hpp.
#include "wire3/key_schedule.hpp"

#include <string.h>

#include "base/hkdf.hpp"
#include "base/wipe.hpp"
#include "wire3/packet.hpp"

namespace usmp {
namespace wire3 {

namespace {

// Labels are ASCII without a terminator (spec, opening).
template <size_t N>
Bytes label(const char (&text)[N]) {
  return Bytes(reinterpret_cast<const uint8_t*>(text), N - 1);
}

void expand(MutableBytes out, const Hash& prk, Bytes name) { hkdf_expand(out, prk, name); }

void expand_key(DirectionKey& key, const Hash& prk, const Bytes* info, size_t count) {
  SecretArray<crypto::kKeySize + crypto::kNonceSize> okm;
  hkdf_expand(MutableBytes(okm.bytes), prk, info, count);
  memcpy(key.key, okm.bytes, crypto::kKeySize);
  memcpy(key.iv, okm.bytes + crypto::kKeySize, crypto::kNonceSize);
}

// HMAC-SHA256(Expand(master, name, 32), transcript)
void prove(Hash& proof, const Hash& master, Bytes name, const Hash& transcript) {
  SecretArray<crypto::kHashSize> key;
  expand(MutableBytes(key.bytes), master, name);
  const Bytes piece(transcript);
  crypto::hmac_sha256(proof, Bytes(key.bytes), &piece, 1);
}

}  // namespace

void start_th1(crypto::Sha256& hash) {
  hash.start();
  hash.update(label("usmp3"));
}

void derive_hs(Hash& hs, const Hash& th1, const uint8_t (&dh)[crypto::kPointSize]) {
  hkdf_extract(hs, Bytes(th1), Bytes(dh));
}

void derive_id_key(DirectionKey& key, const Hash& hs) {
  const Bytes info = label("usmp3 id");
  expand_key(key, hs, &info, 1);
}

void derive_th2(Hash& th2, const Hash& th1, Bytes cid_g, Bytes id_ct) {
  const uint8_t byte0[1] = {kHelloAck};
  crypto::Sha256 hash;
  hash.update(Bytes(th1));
  hash.update(Bytes(byte0));
  hash.update(cid_g);
  hash.update(id_ct);
  hash.finish(th2);
}

void derive_master(Hash& master, const Hash& hs, Bytes psk) {
  hkdf_extract(master, Bytes(hs), psk);
}

void derive_proof_d(Hash& proof, const Hash& master, const Hash& th2) {
  prove(proof, master, label("usmp3 dp"), th2);
}

void derive_th3(Hash& th3, const Hash& th2, const Hash& proof_d, Bytes cid_d) {
  const uint8_t byte0[1] = {kSessionOk};
  crypto::Sha256 hash;
  hash.update(Bytes(th2));
  hash.update(Bytes(proof_d));
  hash.update(Bytes(byte0));
  hash.update(cid_d);
  hash.finish(th3);
}

void derive_proof_g(Hash& proof, const Hash& master, const Hash& th3) {
  prove(proof, master, label("usmp3 gp"), th3);
}

void derive_chain_0(Hash& chain, const Hash& master, const Hash& th2) {
  const Bytes info[2] = {label("usmp3 ck"), Bytes(th2)};
  hkdf_expand(MutableBytes(chain), master, info, 2);
}

void derive_session_id(uint8_t (&id)[16], const Hash& master, const Hash& th2) {
  const Bytes info[2] = {label("usmp3 sid"), Bytes(th2)};
  hkdf_expand(MutableBytes(id), master, info, 2);
}

void derive_reject_key(DirectionKey& key, const Hash& hs, const Hash& proof_d) {
  const Bytes info[2] = {label("usmp3 rj"), Bytes(proof_d)};
  expand_key(key, hs, info, 2);
}

void derive_d2g(DirectionKey& key, const Hash& chain) {
  const Bytes info = label("usmp3 d2g");
  expand_key(key, chain, &info, 1);
}

void derive_g2d(DirectionKey& key, const Hash& chain) {
  const Bytes info = label("usmp3 g2d");
  expand_key(key, chain, &info, 1);
}

void next_chain(Hash& chain) {
  SecretArray<crypto::kHashSize> next;
  expand(MutableBytes(next.bytes), chain, label("usmp3 next"));
  memcpy(chain, next.bytes, sizeof next.bytes);
}

void make_nonce(uint8_t (&nonce)[crypto::kNonceSize], const DirectionKey& key, uint32_t seq) {
  memcpy(nonce, key.iv, sizeof nonce);
  for (uint8_t index = 0; index < 4; ++index) {
    nonce[8 + index] ^= static_cast<uint8_t>(seq >> (8 * index));
  }
}

}  // namespace wire3
}  // namespace usmp
