// Random bytes for a board without a hardware generator: USMP3's rule of the 32-byte seed that is
// replaced durably before every attempt. Not a source of entropy: the first seed comes from
// outside.
#ifndef USMP_STORAGE_FLASH_SEED_RANDOM_HPP
#define USMP_STORAGE_FLASH_SEED_RANDOM_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/config.hpp"
#include "usmp_storage/store.hpp"

namespace usmp {

/// A seed as it lies in a store: 32 bytes and 4 of SHA-256("usmp seed" ‖ seed), which tell a
/// damaged or erased place.
static const size_t kSeedSize = 32;
static const size_t kSeedRecordSize = kSeedSize + 4;

/// Writes what lies in a store for `seed`. For who provisions devices.
void write_seed_record(uint8_t (&record)[kSeedRecordSize], const uint8_t (&seed)[kSeedSize]);

/// True if the record holds a seed, whole.
USMP_MUST_USE bool seed_record_valid(const uint8_t (&record)[kSeedRecordSize]);

/// Two stores, so that a power cut at any moment leaves a seed: the next one is written beside the
/// present one, which is then erased, and only then random bytes are given out. Whatever stands
/// after a cut, no byte of it was used.
class FlashSeedRandom {
 public:
  /// `stores`: two of them, borrowed for the life of the object and used by nobody else.
  explicit FlashSeedRandom(const Store* stores);
  ~FlashSeedRandom();
  FlashSeedRandom(const FlashSeedRandom&) = delete;
  FlashSeedRandom& operator=(const FlashSeedRandom&) = delete;

  /// If no store holds a seed: takes the one in `first`, which is 32 random bytes that no other
  /// device has, and erases it there. True if there is a seed now. False: the device must not
  /// connect; it needs to be provisioned (anew).
  USMP_MUST_USE bool provision(const Store& first);

  /// Fills `out`. 32 bytes or more are taken for the key that an attempt begins with: the seed is
  /// replaced first. Smaller requests (jitter, a cid) use up what is left of that attempt, then
  /// replace the seed too. False: there is no seed, or it could not be replaced; nothing was given
  /// out.
  USMP_MUST_USE bool fill(MutableBytes out);

  /// For DeviceConfig; the object stays the caller's.
  Random random();

 private:
  bool load(uint8_t (&seed)[kSeedSize], uint8_t* place) const;
  bool replace_seed(uint8_t (&old_seed)[kSeedSize]) const;
  bool fill_key(MutableBytes out);

  const Store* stores_;
  uint8_t left_[kSeedSize];  // one block of HMAC(old seed, "out" ‖ i) for small requests
  uint8_t left_size_;
};

}  // namespace usmp

#endif  // USMP_STORAGE_FLASH_SEED_RANDOM_HPP
