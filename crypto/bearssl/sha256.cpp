// SHA-256 by BearSSL. Not HMAC: that is crypto/hmac.cpp, over this class.
#include "bearssl/library.hpp"
#include "usmp/crypto.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

static_assert(sizeof(br_sha256_context) <= kSha256StateSize, "the state does not fit Sha256");
static_assert(alignof(br_sha256_context) <= alignof(Sha256), "the state is not aligned in Sha256");

br_sha256_context* state_of(uint8_t* storage) {
  return reinterpret_cast<br_sha256_context*>(storage);
}

}  // namespace

Sha256::Sha256() : storage_() { start(); }

Sha256::~Sha256() { wipe_bytes(storage_, sizeof(storage_)); }

void Sha256::start() { br_sha256_init(state_of(storage_)); }

void Sha256::update(Bytes piece) {
  if (!piece.empty()) br_sha256_update(state_of(storage_), piece.data, piece.size);
}

void Sha256::finish(uint8_t (&digest)[kHashSize]) {
  br_sha256_out(state_of(storage_), digest);
  wipe_bytes(storage_, sizeof(storage_));
}

}  // namespace crypto
}  // namespace usmp
