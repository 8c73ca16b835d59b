// The encryption of a session's frames: `nonce ‖ ciphertext ‖ tag` in their payload.
#ifndef USMP_WIRE2_SEALED_FRAME_HPP
#define USMP_WIRE2_SEALED_FRAME_HPP

#include "usmp/crypto.hpp"
#include "usmp/result.hpp"
#include "wire2/frame.hpp"

namespace usmp {
namespace wire2 {

typedef uint8_t SessionId[kSessionIdSize];
typedef uint8_t Key[crypto::kKeySize];

/// Writes a whole frame into `out`; the same bytes for the same arguments. BufferTooSmall: nothing
/// was sealed. CryptoFailed.
Result<size_t> seal_frame(MutableBytes out, crypto::Suite suite, const Key& key,
                          const SessionId& session_id, uint8_t type, uint32_t seq, Bytes content);

/// True if a frame that read_frame() took is long enough, and its nonce is the one of its seq.
bool sealed_form(const FrameHeader& header, Bytes packet, const SessionId& session_id);
/// Where the ciphertext of such a frame lies.
MutableBytes ciphertext_of(MutableBytes packet);
/// The tag of such a frame.
Bytes tag_of(Bytes packet);

/// Decrypts the ciphertext of such a frame in place, where `ciphertext` is its, or a copy.
USMP_MUST_USE bool open_frame(crypto::Suite suite, const Key& key, Bytes packet,
                              MutableBytes ciphertext);

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_SEALED_FRAME_HPP
