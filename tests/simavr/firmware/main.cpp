// The program in the simulated AVR: waits for a call in its mailbox, makes it, and marks where it
// begins and ends, so that the host can count its cycles and watch its stack. Not a product.
#include <avr/io.h>

#include "../../../crypto/tiny/aes256.hpp"
#include "../../../crypto/tiny/field25519.hpp"
#include "../../../crypto/tiny/ghash.hpp"
#include "../../../crypto/tiny/sha256.hpp"
#include "mailbox.hpp"
#include "usmp/crypto.hpp"

namespace usmp {
namespace simavr {
namespace {

Mailbox mailbox;

void set_turn(Turn turn) { GPIOR0 = static_cast<uint8_t>(turn); }

template <size_t N>
uint8_t (&array_at(uint8_t* bytes))[N] {
  return *reinterpret_cast<uint8_t(*)[N]>(bytes);
}
crypto::Sha256& hash_at(uint8_t* bytes) { return *reinterpret_cast<crypto::Sha256*>(bytes); }
crypto::tiny::Field* field(uint8_t index) {
  return reinterpret_cast<crypto::tiny::Field*>(mailbox.data + index * sizeof(crypto::tiny::Field));
}

// Everything between begin() and end() is measured. Never inlined, so that it costs the same
// everywhere.
void __attribute__((noinline)) begin() {
  __asm__ __volatile__("" ::: "memory");
  set_turn(Turn::Measured);
  __asm__ __volatile__("" ::: "memory");
}
void __attribute__((noinline)) end() {
  __asm__ __volatile__("" ::: "memory");
  set_turn(Turn::Avr);
  __asm__ __volatile__("" ::: "memory");
}

void hmac() {
  uint8_t* input = mailbox.data + crypto::kHashSize;
  const Bytes key(input, mailbox.sizes[0]);
  input += mailbox.sizes[0];
  Bytes pieces[kPieces];
  for (uint8_t index = 0; index < kPieces; ++index) {
    pieces[index] = Bytes(input, mailbox.sizes[1 + index]);
    input += mailbox.sizes[1 + index];
  }
  uint8_t* const out = mailbox.data + (mailbox.option != 0 ? crypto::kHashSize : 0);
  begin();
  crypto::hmac_sha256(array_at<crypto::kHashSize>(out), key, pieces, kPieces);
  end();
}

void x25519() {
  uint8_t(&private_key)[32] = array_at<32>(mailbox.data);
  uint8_t(&public_key)[32] = array_at<32>(mailbox.data + 32);
  if (mailbox.operation == Operation::X25519Public) {
    begin();
    mailbox.result = crypto::x25519_public(public_key, private_key);
    end();
    return;
  }
  uint8_t(&shared)[32] = array_at<32>(mailbox.data + mailbox.option);
  begin();
  mailbox.result = crypto::x25519(shared, private_key, public_key);
  end();
}

void aead() {
  const crypto::Suite suite = static_cast<crypto::Suite>(mailbox.option);
  uint8_t(&key)[32] = array_at<32>(mailbox.data);
  uint8_t(&nonce)[12] = array_at<12>(mailbox.data + 32);
  uint8_t(&tag)[16] = array_at<16>(mailbox.data + 44);
  const Bytes aad(mailbox.data + 60, mailbox.sizes[0]);
  const MutableBytes text(mailbox.data + 60 + mailbox.sizes[0], mailbox.sizes[1]);
  if (mailbox.operation == Operation::Seal) {
    begin();
    mailbox.result = crypto::aead_seal(suite, key, nonce, aad, text, tag);
    end();
  } else {
    begin();
    mailbox.result = crypto::aead_open(suite, key, nonce, aad, text, tag);
    end();
  }
}

void hash() {
  if (mailbox.operation == Operation::HashStart) {
    begin();
    hash_at(mailbox.data).start();
    end();
  } else if (mailbox.operation == Operation::HashUpdate) {
    begin();
    hash_at(mailbox.data).update(Bytes(mailbox.data + kHashStateSize, mailbox.sizes[0]));
    end();
  } else {
    begin();
    hash_at(mailbox.data).finish(array_at<32>(mailbox.data + kHashStateSize));
    end();
  }
}

void call() {
  switch (mailbox.operation) {
    case Operation::HashStart:
    case Operation::HashUpdate:
    case Operation::HashFinish:
      hash();
      return;
    case Operation::Hmac:
      hmac();
      return;
    case Operation::X25519Public:
    case Operation::X25519:
      x25519();
      return;
    case Operation::Seal:
    case Operation::Open:
      aead();
      return;
    case Operation::FieldMultiply:
      begin();
      crypto::tiny::usmp_tiny_field_multiply(field(2), field(0), field(1));
      end();
      return;
    case Operation::FieldSquare:
      begin();
      crypto::tiny::usmp_tiny_field_square(field(2), field(0));
      end();
      return;
    case Operation::FieldAdd121665:
      begin();
      crypto::tiny::usmp_tiny_field_add_121665(field(0), field(1));
      end();
      return;
    case Operation::FieldAdd:
      begin();
      crypto::tiny::usmp_tiny_field_add(field(2), field(0), field(1));
      end();
      return;
    case Operation::FieldSubtract:
      begin();
      crypto::tiny::usmp_tiny_field_subtract(field(2), field(0), field(1));
      end();
      return;
    case Operation::FieldSwap:
      begin();
      crypto::tiny::usmp_tiny_field_swap(field(0), field(1), mailbox.option);
      end();
      return;
    case Operation::Aes256:
      begin();
      crypto::tiny::usmp_tiny_aes256_encrypt(mailbox.data, mailbox.data + 32);
      end();
      return;
    case Operation::GhashMultiply:
      begin();
      crypto::tiny::usmp_tiny_ghash_multiply(mailbox.data, mailbox.data + 16);
      end();
      return;
    case Operation::Compress:
      begin();
      crypto::tiny::usmp_tiny_sha256_compress(reinterpret_cast<uint32_t*>(mailbox.data),
                                              reinterpret_cast<uint32_t*>(mailbox.data + 32));
      end();
      return;
    case Operation::Nothing:
      begin();
      end();
      return;
    case Operation::None:
      break;
  }
  set_turn(Turn::Failed);
  for (;;) {
  }
}

}  // namespace
}  // namespace simavr
}  // namespace usmp

int main() {
  using namespace usmp::simavr;
  const uint16_t address = reinterpret_cast<uint16_t>(&mailbox);
  GPIOR1 = static_cast<uint8_t>(address);
  GPIOR2 = static_cast<uint8_t>(address >> 8);
  for (;;) {
    set_turn(Turn::Host);
    while (GPIOR0 != static_cast<uint8_t>(Turn::Avr)) {
    }
    __asm__ __volatile__("" ::: "memory");
    call();
    __asm__ __volatile__("" ::: "memory");
  }
}
