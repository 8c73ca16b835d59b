// See usmp_storage/flash_seed_random.hpp.
#include "usmp_storage/flash_seed_random.hpp"

#include <string.h>

#include "usmp/crypto.hpp"

namespace usmp {

namespace {

const size_t kCheckSize = kSeedRecordSize - kSeedSize;
const size_t kBlocksMax = 255;  // `i` is one byte

void wipe_bytes(void* secret, size_t size) {
  memset(secret, 0, size);
  __asm__ __volatile__("" : : "r"(secret) : "memory");  // not a dead store
}

struct Seed {
  uint8_t bytes[kSeedSize];

  Seed() : bytes() {}
  ~Seed() { wipe_bytes(bytes, sizeof bytes); }
};

template <size_t N>
Bytes label(const char (&text)[N]) {
  return Bytes(reinterpret_cast<const uint8_t*>(text), N - 1);
}

// HMAC-SHA256(seed, "out" ‖ number)
void output_block(uint8_t (&block)[kSeedSize], const uint8_t (&seed)[kSeedSize], uint8_t number) {
  const Bytes pieces[2] = {label("out"), Bytes(&number, 1)};
  crypto::hmac_sha256(block, Bytes(seed), pieces, 2);
}

}  // namespace

void write_seed_record(uint8_t (&record)[kSeedRecordSize], const uint8_t (&seed)[kSeedSize]) {
  memcpy(record, seed, kSeedSize);
  uint8_t digest[crypto::kHashSize];
  crypto::Sha256 hash;
  hash.update(label("usmp seed"));
  hash.update(Bytes(seed));
  hash.finish(digest);
  memcpy(record + kSeedSize, digest, kCheckSize);
  wipe_bytes(digest, sizeof digest);
}

bool seed_record_valid(const uint8_t (&record)[kSeedRecordSize]) {
  Seed seed;
  memcpy(seed.bytes, record, kSeedSize);
  uint8_t whole[kSeedRecordSize];
  write_seed_record(whole, seed.bytes);
  const bool valid = memcmp(whole + kSeedSize, record + kSeedSize, kCheckSize) == 0;
  wipe_bytes(whole, sizeof whole);
  return valid;
}

FlashSeedRandom::FlashSeedRandom(const Store* stores) : stores_(stores), left_(), left_size_(0) {}

FlashSeedRandom::~FlashSeedRandom() { wipe_bytes(left_, sizeof left_); }

namespace {

bool read_seed(const Store& store, uint8_t (&seed)[kSeedSize]) {
  uint8_t found[kSeedRecordSize];
  if (!store.read(store.context, MutableBytes(found))) return false;
  memcpy(seed, found, kSeedSize);
  const bool whole = seed_record_valid(found);
  wipe_bytes(found, sizeof found);
  return whole;
}

bool write_seed(const Store& store, const uint8_t (&seed)[kSeedSize]) {
  uint8_t record[kSeedRecordSize];
  write_seed_record(record, seed);
  const bool written = replace(store, Bytes(record));
  wipe_bytes(record, sizeof record);
  return written;
}

}  // namespace

bool FlashSeedRandom::load(uint8_t (&seed)[kSeedSize], uint8_t* place) const {
  // With both there, a cut came between writing the one and erasing the other: either will do.
  for (*place = 0; *place < 2; ++*place) {
    if (read_seed(stores_[*place], seed)) return true;
  }
  return false;
}

bool FlashSeedRandom::provision(const Store& first) {
  Seed seed;
  uint8_t place;
  if (load(seed.bytes, &place)) return true;
  return read_seed(first, seed.bytes) && write_seed(stores_[0], seed.bytes) &&
         erase(first, kSeedRecordSize);
}

// USMP3, opening: before every attempt the seed is replaced, durably, by HMAC-SHA256(seed, "next").
bool FlashSeedRandom::replace_seed(uint8_t (&old_seed)[kSeedSize]) const {
  uint8_t place;
  if (!load(old_seed, &place)) return false;
  Seed next;
  const Bytes piece = label("next");
  crypto::hmac_sha256(next.bytes, Bytes(old_seed), &piece, 1);
  return write_seed(stores_[1 - place], next.bytes) && erase(stores_[place], kSeedRecordSize);
}

bool FlashSeedRandom::fill_key(MutableBytes out) {
  // One block more than asked for is what small requests then take.
  const size_t blocks = (out.size + kSeedSize - 1) / kSeedSize;
  if (blocks >= kBlocksMax) return false;
  left_size_ = 0;
  Seed old_seed;
  if (!replace_seed(old_seed.bytes)) return false;
  Seed block;
  for (size_t number = 0; number < blocks; ++number) {
    output_block(block.bytes, old_seed.bytes, static_cast<uint8_t>(number));
    const size_t offset = number * kSeedSize;
    const size_t size = out.size - offset < kSeedSize ? out.size - offset : kSeedSize;
    memcpy(out.data + offset, block.bytes, size);
  }
  output_block(left_, old_seed.bytes, static_cast<uint8_t>(blocks));
  left_size_ = kSeedSize;
  return true;
}

bool FlashSeedRandom::fill(MutableBytes out) {
  if (out.size >= kSeedSize) return fill_key(out);
  if (out.size > left_size_ && !fill_key(MutableBytes())) return false;
  left_size_ = static_cast<uint8_t>(left_size_ - out.size);
  memcpy(out.data, left_ + left_size_, out.size);
  memset(left_ + left_size_, 0, out.size);
  return true;
}

Random FlashSeedRandom::random() {
  struct Call {
    static bool fill(void* context, uint8_t* out, size_t size) {
      return static_cast<FlashSeedRandom*>(context)->fill(MutableBytes(out, size));
    }
  };
  const Random random = {&Call::fill, this};
  return random;
}

}  // namespace usmp
