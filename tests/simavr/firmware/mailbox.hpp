// What passes between a test on the host and the program in the simulated AVR: one call of a
// function of crypto/tiny, its input and its output, as bytes of the AVR's memory.
#ifndef USMP_TESTS_SIMAVR_MAILBOX_HPP
#define USMP_TESTS_SIMAVR_MAILBOX_HPP

#include <stddef.h>
#include <stdint.h>

namespace usmp {
namespace simavr {

/// What of Mailbox::data is what, in this order. A size in brackets is one of Mailbox::sizes.
enum class Operation : uint8_t {
  None,
  HashStart,       // hash state 112
  HashUpdate,      // hash state 112, piece [0]
  HashFinish,      // hash state 112 -> the same, digest 32
  Hmac,            // out 32, key [0], six pieces [1] to [6]; with option 1 `out` is the key
  X25519Public,    // private key 32, public key 32
  X25519,          // private key 32, public key 32, shared 32; option: where `shared` is instead
  Seal,            // key 32, nonce 12, tag 16, aad [0], text [1]; option: suite
  Open,            // the same
  FieldMultiply,   // two numbers of 32 and a third one for the result
  FieldSquare,     // one number of 32, one unused, and a third one for the result
  FieldAdd121665,  // two numbers of 32, the first is added to
  FieldAdd,        // as FieldMultiply
  FieldSubtract,   // as FieldMultiply
  FieldSwap,       // two numbers of 32; option: the mask
  Aes256,          // key 32, block 16
  GhashMultiply,   // hash 16, key 16
  Compress,        // hash 32, block 64
  Nothing,         // What a call costs that does nothing.
};

static const size_t kHashStateSize = 112;
static const size_t kPieces = 6;  // As many as HKDF gives to HMAC.
static const size_t kMailboxDataSize = 1400;

struct __attribute__((packed)) Mailbox {
  Operation operation;
  uint8_t option;
  uint8_t result;  // What the function returned.
  uint16_t sizes[1 + kPieces];
  uint8_t data[kMailboxDataSize];
};

/// The AVR's general purpose register 0 (data address 0x3e): who has the turn. The other two hold
/// the mailbox's address.
enum class Turn : uint8_t { Starting, Host, Avr, Measured, Failed };

}  // namespace simavr
}  // namespace usmp

#endif  // USMP_TESTS_SIMAVR_MAILBOX_HPP
