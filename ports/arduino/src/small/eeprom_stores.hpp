// The places in an AVR's EEPROM that keep who the device is, the seed of its random numbers and a
// sleeping session. Nothing else of a sketch may lie there.
#ifndef USMP_ARDUINO_SMALL_EEPROM_STORES_HPP
#define USMP_ARDUINO_SMALL_EEPROM_STORES_HPP

#include "usmp_storage/flash_seed_random.hpp"
#include "usmp_storage/identity.hpp"
#include "usmp_storage/store.hpp"

namespace usmp {
namespace eeprom {

/// Bytes at the end of the EEPROM, where a sketch that counts its own from 0 meets them last.
static const uint16_t kSizeTaken = 320;

Store identity();
/// What provisioning left, until FlashSeedRandom takes it.
Store first_seed();
/// Two, for FlashSeedRandom.
extern const Store kSeeds[2];
Store sleep_state();

}  // namespace eeprom
}  // namespace usmp

#endif  // USMP_ARDUINO_SMALL_EEPROM_STORES_HPP
