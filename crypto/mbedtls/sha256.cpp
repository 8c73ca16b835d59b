// SHA-256 by mbedTLS. Not HMAC: that is crypto/hmac.cpp, over this class.
// Not by psa_hash_*: its state has room for every hash of the library, twice what Sha256 has
// (docs/decisions/0025). It calls these functions, which use the chip's hash hardware as well.
#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

#include "usmp/crypto.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace {

static_assert(sizeof(mbedtls_sha256_context) <= kSha256StateSize,
              "the state does not fit Sha256: define USMP_SHA256_STATE_SIZE for every file");
static_assert(alignof(mbedtls_sha256_context) <= alignof(uint64_t),
              "the state is not aligned in Sha256");

mbedtls_sha256_context* state_of(uint8_t* storage) {
  return reinterpret_cast<mbedtls_sha256_context*>(storage);
}

const int kNotSha224 = 0;

#if MBEDTLS_VERSION_NUMBER < 0x03000000
int starts(mbedtls_sha256_context* state) { return mbedtls_sha256_starts_ret(state, kNotSha224); }
int update_by(mbedtls_sha256_context* state, Bytes piece) {
  return mbedtls_sha256_update_ret(state, piece.data, piece.size);
}
int finish_by(mbedtls_sha256_context* state, uint8_t* digest) {
  return mbedtls_sha256_finish_ret(state, digest);
}
#else
int starts(mbedtls_sha256_context* state) { return mbedtls_sha256_starts(state, kNotSha224); }
int update_by(mbedtls_sha256_context* state, Bytes piece) {
  return mbedtls_sha256_update(state, piece.data, piece.size);
}
int finish_by(mbedtls_sha256_context* state, uint8_t* digest) {
  return mbedtls_sha256_finish(state, digest);
}
#endif

// Only hash hardware that is broken makes one fail. What would go on would be a digest that
// everybody knows, and with it keys and proofs: so the program ends here, which on a chip is a
// restart.
void demand(int result) {
  if (result != 0) __builtin_trap();
}

}  // namespace

Sha256::Sha256() : storage_() { start(); }

// What frees a state also gives back the hash engine that it may hold, and wipes it.
Sha256::~Sha256() {
  mbedtls_sha256_free(state_of(storage_));
  wipe_bytes(storage_, sizeof(storage_));
}

void Sha256::start() {
  mbedtls_sha256_free(state_of(storage_));
  mbedtls_sha256_init(state_of(storage_));
  demand(starts(state_of(storage_)));
}

void Sha256::update(Bytes piece) {
  if (!piece.empty()) demand(update_by(state_of(storage_), piece));
}

void Sha256::finish(uint8_t (&digest)[kHashSize]) {
  demand(finish_by(state_of(storage_), digest));
  mbedtls_sha256_free(state_of(storage_));
  wipe_bytes(storage_, sizeof(storage_));
}

}  // namespace crypto
}  // namespace usmp
