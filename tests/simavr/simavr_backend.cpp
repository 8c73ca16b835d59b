// A backend of usmp/crypto.hpp that computes in the simulated AVR: whatever is tested through that
// interface on the host is tested in the real code of the device by linking this.
#include <cstring>
#include <stdexcept>

#include "simulated_avr.hpp"
#include "usmp/crypto.hpp"

namespace usmp::crypto {
namespace {

using simavr::Mailbox;
using simavr::Operation;

// Fills a mailbox piece by piece, and reads what came of it.
class Call {
 public:
  explicit Call(Operation operation, uint8_t option = 0) {
    box_.operation = operation;
    box_.option = option;
  }

  Call& add(Bytes bytes) {
    if (used_ + bytes.size > simavr::kMailboxDataSize) {
      throw std::runtime_error("too large for the AVR");
    }
    if (!bytes.empty()) std::memcpy(box_.data + used_, bytes.data, bytes.size);
    used_ += bytes.size;
    return *this;
  }
  Call& add_sized(size_t index, Bytes bytes) {
    box_.sizes[index] = static_cast<uint16_t>(bytes.size);
    return add(bytes);
  }
  bool run() {
    simavr::the_avr().call(box_, used_);
    return box_.result != 0;
  }
  void read(size_t offset, MutableBytes out) const {
    if (!out.empty()) std::memcpy(out.data, box_.data + offset, out.size);
  }

 private:
  Mailbox box_{};
  size_t used_ = 0;
};

constexpr size_t kPieceMax = 1024;
constexpr size_t kTagOffset = kKeySize + kNonceSize;
constexpr size_t kAadOffset = kTagOffset + kTagSize;

bool run_aead(Operation operation, Suite suite, const uint8_t* key, const uint8_t* nonce, Bytes aad,
              MutableBytes text, MutableBytes tag) {
  Call call(operation, static_cast<uint8_t>(suite));
  call.add(Bytes(key, kKeySize)).add(Bytes(nonce, kNonceSize)).add(tag);
  call.add_sized(0, aad).add_sized(1, text);
  const bool good = call.run();
  call.read(kAadOffset + aad.size, text);
  if (good) call.read(kTagOffset, tag);
  return good;
}

}  // namespace

bool suite_available(Suite suite) {
  return suite == Suite::Aes256Gcm || suite == Suite::ChaCha20Poly1305;
}

Sha256::Sha256() : storage_() { start(); }
Sha256::~Sha256() {
  volatile uint8_t* const storage = storage_;
  for (size_t index = 0; index < sizeof(storage_); ++index) storage[index] = 0;
}

void Sha256::start() {
  Call call(Operation::HashStart);
  call.add(Bytes(storage_));
  call.run();
  call.read(0, MutableBytes(storage_));
}

void Sha256::update(Bytes piece) {
  while (!piece.empty()) {
    const size_t size = piece.size < kPieceMax ? piece.size : kPieceMax;
    Call call(Operation::HashUpdate);
    call.add(Bytes(storage_)).add_sized(0, piece.first(size));
    call.run();
    call.read(0, MutableBytes(storage_));
    piece = piece.from(size);
  }
}

void Sha256::finish(uint8_t (&digest)[kHashSize]) {
  Call call(Operation::HashFinish);
  call.add(Bytes(storage_)).add(Bytes(digest));
  call.run();
  call.read(0, MutableBytes(storage_));
  call.read(kSha256StateSize, MutableBytes(digest));
}

void hmac_sha256(uint8_t (&out)[kHashSize], Bytes key, const Bytes* pieces, size_t count) {
  if (count > simavr::kPieces) throw std::runtime_error("too many pieces for the mailbox");
  const bool over_key = key.data == out && key.size >= kHashSize;
  Call call(Operation::Hmac, over_key ? 1 : 0);
  call.add(Bytes(out)).add_sized(0, key);
  for (size_t index = 0; index < count; ++index) {
    call.add_sized(1 + index, pieces[index]);
  }
  call.run();
  call.read(over_key ? kHashSize : 0, MutableBytes(out));
}

bool x25519_public(uint8_t (&public_key)[kPointSize], const uint8_t (&private_key)[kPointSize]) {
  Call call(Operation::X25519Public);
  call.add(Bytes(private_key)).add(Bytes(public_key));
  const bool good = call.run();
  call.read(kPointSize, MutableBytes(public_key));
  return good;
}

bool x25519(uint8_t (&shared)[kPointSize], const uint8_t (&private_key)[kPointSize],
            const uint8_t (&public_key)[kPointSize]) {
  // Where `shared` lies over an input it does so in the AVR too.
  size_t offset = 2 * kPointSize;
  if (&shared[0] == &private_key[0]) offset = 0;
  if (&shared[0] == &public_key[0]) offset = kPointSize;
  Call call(Operation::X25519, static_cast<uint8_t>(offset));
  call.add(Bytes(private_key)).add(Bytes(public_key)).add(Bytes(shared));
  const bool good = call.run();
  call.read(offset, MutableBytes(shared));
  return good;
}

bool aead_seal(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, uint8_t (&tag)[kTagSize]) {
  return run_aead(Operation::Seal, suite, key, nonce, aad, text, MutableBytes(tag));
}

bool aead_open(Suite suite, const uint8_t (&key)[kKeySize], const uint8_t (&nonce)[kNonceSize],
               Bytes aad, MutableBytes text, const uint8_t (&tag)[kTagSize]) {
  uint8_t tag_copy[kTagSize];
  std::memcpy(tag_copy, tag, kTagSize);
  return run_aead(Operation::Open, suite, key, nonce, aad, text, MutableBytes(tag_copy));
}

}  // namespace usmp::crypto
