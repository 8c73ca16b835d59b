// USMPKeys: who a board is, its key, the seed of its random numbers, and a session that sleeps, in
// memory that outlives a power cut. Given once over the console; never in the sketch.
#ifndef USMP_ARDUINO_USMP_KEYS_HPP
#define USMP_ARDUINO_USMP_KEYS_HPP

#include <Arduino.h>

#include "usmp_saved_state.hpp"

// The names are in the way of the other Arduino classes. NOLINTBEGIN(readability-identifier-naming)

/// A small memory as two calls; USMP::eeprom() and USMP::nvs() make one, a sketch may too. It has
/// kPlaceCount places of kPlaceSize bytes. write() is durable when it returns true.
struct USMPStorage {
  static const uint8_t kPlaceCount = 4;
  static const size_t kPlaceSize = 128;

  bool (*read)(void* object, uint8_t place, uint8_t* out, size_t size);
  bool (*write)(void* object, uint8_t place, const uint8_t* data, size_t size);
  void* object;
};

class USMPKeys {
 public:
  explicit USMPKeys(USMPStorage storage);
  ~USMPKeys();
  USMPKeys(const USMPKeys&) = delete;
  USMPKeys& operator=(const USMPKeys&) = delete;

  /// Looks what is stored. True: the board was provisioned. On a board without a generator of
  /// random numbers those come from the stored seed from then on.
  bool begin();
  bool provisioned() const;

  /// Takes what has come over the console. True: the board is provisioned, now or before; then it
  /// reads nothing. The line is that of `usmp device add --provision`; what happened is printed,
  /// never a key. Call it in loop().
  bool provision(Stream& console);

  /// Forgets everything, for good. The board can be provisioned anew, with another key.
  bool forget();

  /// Who the board is, and its key; `size` becomes how many bytes that has, 0 before it is
  /// provisioned.
  const uint8_t* deviceId(size_t* size) const;
  const uint8_t* psk(size_t* size) const;

  /// Keeps a session that sleeps, for boards whose memory does not outlive it. False: the memory
  /// did not take it.
  bool keep(const USMPSavedState& state);
  /// Takes it out, once: it is overwritten, and that read back, before this returns true. False:
  /// there is none, or it could not be overwritten.
  bool take(USMPSavedState& state);

 private:
  // What lies in these bytes is named in usmp_keys.cpp only: were its namespace seen here, no
  // sketch could have a variable that is called usmp.
  static const size_t kRoomSize = 512;
  struct Room;
  Room& room();
  const Room& room() const;

  union {
    uint8_t room_[kRoomSize];
    void* align_pointer_;
  };
};
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_ARDUINO_USMP_KEYS_HPP
