// SHA-256 (FIPS 180-4): pieces, padding, and the class of the interface. The compression is in
// portable/sha256_compress.cpp.
#include "sha256.hpp"

#include "platform.hpp"
#include "wiped.hpp"

namespace usmp {
namespace crypto {
namespace tiny {
namespace {

const uint8_t kLengthPosition = 56;
const uint8_t kPaddingMark = 0x80;

const uint32_t kFirstHash[kHashWords] USMP_TINY_TABLE = {  // FIPS 180-4 §5.3.3
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

void add_byte(HashState& state, uint8_t byte) {
  uint32_t& word = state.block[state.position / 4];
  word = word << 8 | byte;
  if (++state.position < kHashBlockSize) return;
  state.position = 0;
  ++state.block_count;
  usmp_tiny_sha256_compress(state.hash, state.block);
}

}  // namespace

void hash_start(HashState& state) {
  for (uint8_t index = 0; index < kHashWords; ++index) {
    state.hash[index] = table_word(&kFirstHash[index]);
  }
  state.block_count = 0;
  state.position = 0;
}

void hash_add(HashState& state, const uint8_t* bytes, size_t size, uint8_t mask) {
  for (size_t index = 0; index < size; ++index) {
    add_byte(state, static_cast<uint8_t>(bytes[index] ^ mask));
  }
}

void hash_add_same(HashState& state, uint8_t value, uint8_t count) {
  for (; count > 0; --count) add_byte(state, value);
}

void hash_finish(HashState& state, uint8_t (&digest)[kHashSize]) {
  // 64 bits of a count of bits: a block has 2^9 of them.
  const uint32_t high = state.block_count >> 23;
  const uint32_t low = state.block_count << 9 | static_cast<uint32_t>(state.position) << 3;
  add_byte(state, kPaddingMark);
  while (state.position != kLengthPosition) add_byte(state, 0);
  state.block[14] = high;
  state.block[15] = low;
  usmp_tiny_sha256_compress(state.hash, state.block);
  for (uint8_t index = 0; index < kHashSize; ++index) {
    uint32_t& word = state.hash[index / 4];
    digest[index] = static_cast<uint8_t>(word >> 24);
    word <<= 8;
  }
  wipe_bytes(&state, sizeof(state));
}

}  // namespace tiny

namespace {

static_assert(sizeof(tiny::HashState) <= kSha256StateSize, "the state does not fit Sha256");
static_assert(alignof(tiny::HashState) <= alignof(uint64_t), "the state is not aligned in Sha256");

tiny::HashState& state_of(uint8_t* storage) { return *reinterpret_cast<tiny::HashState*>(storage); }

}  // namespace

Sha256::Sha256() : storage_() { start(); }

Sha256::~Sha256() { wipe_bytes(storage_, sizeof(storage_)); }

void Sha256::start() { tiny::hash_start(state_of(storage_)); }

void Sha256::update(Bytes piece) { tiny::hash_add(state_of(storage_), piece.data, piece.size, 0); }

void Sha256::finish(uint8_t (&digest)[kHashSize]) { tiny::hash_finish(state_of(storage_), digest); }

}  // namespace crypto
}  // namespace usmp
