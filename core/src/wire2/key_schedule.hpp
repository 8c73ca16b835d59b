// Everything that wire 2 derives: session keys, the two proofs, and the keys after a REKEY.
#ifndef USMP_WIRE2_KEY_SCHEDULE_HPP
#define USMP_WIRE2_KEY_SCHEDULE_HPP

#include "usmp/crypto.hpp"
#include "wire2/sealed_frame.hpp"

namespace usmp {
namespace wire2 {

/// What both proofs and the session keys are bound to.
struct Transcript {
  Bytes nonce;
  Bytes public_c;
  Bytes public_s;
};

/// `c2s` seals what the device sends, `s2c` what the gateway sends.
void derive_session_keys(Key& c2s, Key& s2c, const uint8_t (&shared)[crypto::kPointSize],
                         const Transcript& transcript);
void make_proof_c(uint8_t (&proof)[crypto::kHashSize], Bytes psk, const Transcript& transcript,
                  Bytes device_id);
void make_proof_s(uint8_t (&proof)[crypto::kHashSize], Bytes psk, const Transcript& transcript,
                  const SessionId& session_id);

/// The keys of the side that begins a REKEY, in place: `send` and `receive` are its own before and
/// after. The other side calls it with its two keys exchanged.
void derive_rekey(Key& send, Key& receive, Bytes salt, const SessionId& session_id);

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_KEY_SCHEDULE_HPP
