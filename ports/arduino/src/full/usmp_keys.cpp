// See usmp_keys.hpp.
#if !defined(__AVR__)
#include "usmp_keys.hpp"

#include <string.h>

#include "../board/board.hpp"
#include "random_choice.hpp"
#include "usmp_storage/provisioning_line.hpp"

namespace {

// The places of a storage. Those of the seeds follow each other.
const uint8_t kIdentityPlace = 0;
const uint8_t kSeedPlace = 1;
const uint8_t kOtherSeedPlace = 2;
const uint8_t kSleepPlace = 3;

static_assert(USMPStorage::kPlaceSize == usmp::kStoreSizeMin, "a place is a store");

/// Where an object begins to live in memory that is there already.
struct At {
  void* memory;
};

struct Place {
  const USMPStorage* storage;
  uint8_t number;
};

bool read_place(void* place, usmp::MutableBytes out) {
  const Place& here = *static_cast<Place*>(place);
  return here.storage->read(here.storage->object, here.number, out.data, out.size);
}

bool write_place(void* place, usmp::Bytes content) {
  const Place& here = *static_cast<Place*>(place);
  return here.storage->write(here.storage->object, here.number, content.data, content.size);
}

void wipe(void* secret, size_t size) {
  memset(secret, 0, size);
  __asm__ __volatile__("" : : "r"(secret) : "memory");  // not a dead store
}

template <typename Object>
usmp::Bytes bytes_of(const Object& object) {
  return usmp::Bytes(reinterpret_cast<const uint8_t*>(&object), sizeof object);
}

}  // namespace

inline void* operator new(size_t, At at) noexcept { return at.memory; }

struct USMPKeys::Room {
  explicit Room(const USMPStorage& given)
      : storage(given), places(), stores(), random(&stores[kSeedPlace]), identity() {
    for (uint8_t number = 0; number < USMPStorage::kPlaceCount; ++number) {
      places[number].storage = &storage;
      places[number].number = number;
      stores[number].read = read_place;
      stores[number].write = write_place;
      stores[number].context = &places[number];
    }
  }
  ~Room() { wipe(&identity, sizeof identity); }

  bool load();
  bool keep(const usmp::ProvisioningRecord& record) const;

  USMPStorage storage;
  Place places[USMPStorage::kPlaceCount];
  usmp::Store stores[USMPStorage::kPlaceCount];
  usmp::FlashSeedRandom random;
  usmp::Identity identity;
  usmp::ProvisioningReader reader;
};

bool USMPKeys::Room::load() {
  const usmp::Store& store = stores[kIdentityPlace];
  const usmp::MutableBytes out(reinterpret_cast<uint8_t*>(&identity), sizeof identity);
  if (store.read(store.context, out) && identity.valid()) return true;
  wipe(&identity, sizeof identity);
  return false;
}

// The identity last: a board that loses power on the way is not provisioned.
bool USMPKeys::Room::keep(const usmp::ProvisioningRecord& record) const {
  return usmp::erase(stores[kOtherSeedPlace], usmp::kSeedRecordSize) &&
         usmp::erase(stores[kSleepPlace], USMPStorage::kPlaceSize) &&
         usmp::replace(stores[kSeedPlace], usmp::Bytes(record.seed)) &&
         usmp::replace(stores[kIdentityPlace], bytes_of(record.identity));
}

USMPKeys::Room& USMPKeys::room() { return *reinterpret_cast<Room*>(room_); }
const USMPKeys::Room& USMPKeys::room() const { return *reinterpret_cast<const Room*>(room_); }

USMPKeys::USMPKeys(USMPStorage storage) {
  static_assert(sizeof(Room) <= kRoomSize, "raise kRoomSize");
  new (At{room_}) Room(storage);
}

USMPKeys::~USMPKeys() {
  usmp_arduino::use_seed(nullptr);
  room().~Room();
}

bool USMPKeys::begin() {
  if (!room().load()) return false;
  if (!usmp_arduino::has_generator()) usmp_arduino::use_seed(&room().random);
  return true;
}

bool USMPKeys::provisioned() const { return room().identity.valid(); }

const uint8_t* USMPKeys::deviceId(size_t* size) const {
  *size = room().identity.id_size;
  return room().identity.id;
}

const uint8_t* USMPKeys::psk(size_t* size) const {
  *size = room().identity.psk_size;
  return room().identity.psk;
}

bool USMPKeys::provision(Stream& console) {
  if (provisioned() || begin()) return true;
  while (console.available() > 0) {
    switch (room().reader.push(static_cast<char>(console.read()))) {
      case usmp::ProvisioningReader::Line::None:
        break;
      case usmp::ProvisioningReader::Line::Whole:
        if (room().keep(room().reader.record()) && begin()) {
          console.println("usmp: provisioned");
          return true;
        }
        console.println("usmp: the memory for keys did not take it");
        break;
      case usmp::ProvisioningReader::Line::Damaged:
        console.println("usmp: the line is damaged, send it again");
        break;
      case usmp::ProvisioningReader::Line::Other:
        console.println("usmp: send the line of `usmp device add --provision`");
        break;
    }
  }
  return false;
}

bool USMPKeys::forget() {
  usmp_arduino::use_seed(nullptr);
  wipe(&room().identity, sizeof(usmp::Identity));
  bool gone = true;
  for (const usmp::Store& store : room().stores) {
    if (!usmp::erase(store, USMPStorage::kPlaceSize)) gone = false;
  }
  return gone;
}

bool USMPKeys::keep(const USMPSavedState& state) {
  return state.size > 0 && usmp::replace(room().stores[kSleepPlace], bytes_of(state));
}

bool USMPKeys::take(USMPSavedState& state) {
  const usmp::Store& store = room().stores[kSleepPlace];
  const usmp::MutableBytes out(reinterpret_cast<uint8_t*>(&state), sizeof state);
  if (!store.read(store.context, out) || state.size == 0 || state.size > sizeof state.bytes ||
      !usmp::erase(store, sizeof state)) {
    state.size = 0;
    return false;
  }
  return true;
}
#endif  // not __AVR__
