// How a board becomes somebody, see USMPSmallClient::provision(): the line from the console, and
// what the watchdog's oscillator adds to its seed.
#if defined(__AVR__)

#include <string.h>

#include "eeprom_stores.hpp"
#include "small_serial_device.hpp"
#include "usmp/crypto.hpp"
#include "usmp_storage/provisioning_line.hpp"
#include "watchdog_jitter.hpp"

namespace usmp {

namespace {

// HMAC-SHA256(seed of the line, jitter): as good as the better of the two.
__attribute__((noinline)) bool store_first_seed(const uint8_t (&record)[kSeedRecordSize]) {
  uint8_t seed[kSeedSize];
  uint8_t jitter[crypto::kHashSize];
  uint8_t mixed[kSeedRecordSize];
  collect_watchdog_jitter(jitter);
  const Bytes piece(jitter);
  crypto::hmac_sha256(seed, Bytes(record, kSeedSize), &piece, 1);
  write_seed_record(mixed, seed);
  const bool stored = replace(eeprom::first_seed(), Bytes(mixed));
  memset(seed, 0, sizeof seed);
  memset(mixed, 0, sizeof mixed);
  __asm__ __volatile__("" : : "r"(seed), "r"(mixed) : "memory");  // no dead stores
  return stored;
}

// The seed first: where an identity stands, a seed does.
bool store(const ProvisioningRecord& record) {
  const Bytes identity(reinterpret_cast<const uint8_t*>(&record.identity), sizeof record.identity);
  return store_first_seed(record.seed) && replace(eeprom::identity(), identity);
}

}  // namespace

// In a frame of its own, which is not there when a session is.
__attribute__((noinline)) bool SmallSerialDevice::provision(Stream& console) {
  static_assert(sizeof(ProvisioningReader) <= CompactDevice::kPacketRoomMin, "it lies in packet_");
  if (stream_ != nullptr || load_identity()) return true;
  if (!provisioning_) {
    new (UsmpPlace{packet_.data}) ProvisioningReader();
    provisioning_ = true;
    console.println(F("usmp device add NAME --provision"));
  }
  ProvisioningReader& reader = *reinterpret_cast<ProvisioningReader*>(packet_.data);
  for (int byte = console.read(); byte >= 0; byte = console.read()) {
    const ProvisioningReader::Line line = reader.push(static_cast<char>(byte));
    if (line == ProvisioningReader::Line::None) continue;
    const bool whole = line == ProvisioningReader::Line::Whole;
    const bool stored = whole && store(reader.record());
    console.println(stored  ? F("provisioned")
                    : whole ? F("the EEPROM does not hold it")
                            : F("not a whole line"));
    if (!stored) continue;
    console.flush();
    reader.~ProvisioningReader();
    provisioning_ = false;
    return true;
  }
  return false;
}

}  // namespace usmp

#endif  // __AVR__
