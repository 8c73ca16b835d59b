// See key_schedule.hpp.
#include "wire2/key_schedule.hpp"

#include <string.h>

#include "base/hkdf.hpp"
#include "base/wipe.hpp"

namespace usmp {
namespace wire2 {

namespace {

const uint8_t kSessionLabel[7] = {'u', 's', 'm', 'p', '-', 'v', '2'};
const uint8_t kRekeyLabel[10] = {'u', 's', 'm', 'p', '-', 'r', 'e', 'k', 'e', 'y'};

// HKDF-SHA256(ikm, salt, info, 64) into two keys.
void derive_two(Key& first, Key& second, Bytes ikm, Bytes salt, const Bytes* info, size_t count) {
  SecretArray<crypto::kHashSize> prk;
  SecretArray<2 * crypto::kKeySize> keys;
  hkdf_extract(prk.bytes, salt, ikm);
  hkdf_expand(MutableBytes(keys.bytes), prk.bytes, info, count);
  memcpy(first, keys.bytes, sizeof first);
  memcpy(second, keys.bytes + sizeof first, sizeof second);
}

void make_proof(uint8_t (&proof)[crypto::kHashSize], Bytes psk, uint8_t type,
                const Transcript& transcript, Bytes id) {
  const uint8_t prefix[4] = {kMagicLow, kMagicHigh, kVersion, type};
  const Bytes pieces[5] = {Bytes(prefix), transcript.nonce, id, transcript.public_c,
                           transcript.public_s};
  crypto::hmac_sha256(proof, psk, pieces, 5);
}

}  // namespace

// USMP2 §Handshake: k_c2s ‖ k_s2c = HKDF-SHA256(ikm = shared, salt = nonce,
// info = "usmp-v2" ‖ pub_C ‖ pub_S, 64)
void derive_session_keys(Key& c2s, Key& s2c, const uint8_t (&shared)[crypto::kPointSize],
                         const Transcript& transcript) {
  const Bytes info[3] = {Bytes(kSessionLabel), transcript.public_c, transcript.public_s};
  derive_two(c2s, s2c, Bytes(shared), transcript.nonce, info, 3);
}

// USMP2 §Handshake: proof_C = HMAC-SHA256(psk, CD AB 02 03 ‖ nonce ‖ device_id ‖ pub_C ‖ pub_S)
void make_proof_c(uint8_t (&proof)[crypto::kHashSize], Bytes psk, const Transcript& transcript,
                  Bytes device_id) {
  make_proof(proof, psk, kHelloAck, transcript, device_id);
}

// USMP2 §Handshake: proof_S = HMAC-SHA256(psk, CD AB 02 04 ‖ nonce ‖ session_id ‖ pub_C ‖ pub_S)
void make_proof_s(uint8_t (&proof)[crypto::kHashSize], Bytes psk, const Transcript& transcript,
                  const SessionId& session_id) {
  make_proof(proof, psk, kSessionOk, transcript, Bytes(session_id));
}

// USMP2 §Session frames: secret = initiator tx key ‖ initiator rx key; HKDF-SHA256(ikm = secret,
// salt = salt, info = "usmp-rekey" ‖ session_id, 64): first 32 bytes the initiator's new tx key,
// last 32 its new rx key
void derive_rekey(Key& send, Key& receive, Bytes salt, const SessionId& session_id) {
  SecretArray<2 * crypto::kKeySize> secret;
  memcpy(secret.bytes, send, sizeof send);
  memcpy(secret.bytes + sizeof send, receive, sizeof receive);
  const Bytes info[2] = {Bytes(kRekeyLabel), Bytes(session_id)};
  derive_two(send, receive, Bytes(secret.bytes), salt, info, 2);
}

}  // namespace wire2
}  // namespace usmp
