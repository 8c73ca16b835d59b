// A device's session on a Stream, for USMPSmallClient, which says what its functions do: bytes of
// the line in and out, deadlines kept, identity and seed from the EEPROM.
#ifndef USMP_ARDUINO_SMALL_SERIAL_DEVICE_HPP
#define USMP_ARDUINO_SMALL_SERIAL_DEVICE_HPP

#include "usmp/compact_serial_device.hpp"
#include "usmp_small_client.hpp"
#include "usmp_storage/flash_seed_random.hpp"
#include "usmp_storage/identity.hpp"

/// Where an object begins to live in memory that is there already.
struct UsmpPlace {
  void* memory;
};
inline void* operator new(size_t, UsmpPlace place) noexcept { return place.memory; }

namespace usmp {

class SmallSerialDevice {
 public:
  SmallSerialDevice(ReceiveLimits limits, MutableBytes packet, uint8_t* in, uint8_t* out);
  SmallSerialDevice(const SmallSerialDevice&) = delete;
  SmallSerialDevice& operator=(const SmallSerialDevice&) = delete;

  bool begin(const USMP::SerialLine& line);
  bool provision(Stream& console);
  void maintain();
  void close();
  void reconnect();

  bool send(Bytes content, uint8_t channel);
  bool send_from_flash(PGM_P text, uint8_t channel);
  bool send_datagram(Bytes content, uint8_t channel);
  /// The message that waits; false: none.
  bool message(Message* out) const { return session().message(out); }
  void release_message() { device_.session().release_message(Instant(millis())); }

  const CompactDevice& session() const {
    return const_cast<SmallSerialDevice*>(this)->device_.session();
  }
  const Identity& identity() const { return identity_; }
  void set_keepalive(Duration span) { config_.keepalive = span; }
  bool wanted() const { return wanted_; }
  /// True if out_ is free.
  bool can_send() const {
    return session().established() && !sending_ && !session().datagram_waiting();
  }

  USMPSmallClient::MessageFunction on_message;
  USMPSmallClient::MessageFunction on_datagram;
  USMPSmallClient::EventFunction on_connect;
  USMPSmallClient::EventFunction on_disconnect;

 private:
  bool load_identity();
  bool send_copied(size_t size, uint8_t channel);
  void transmit();
  void read_line();
  void take_datagrams();
  void tell_connection();
  void deliver();

  CompactSerialDevice device_;
  DeviceConfig config_;
  FlashSeedRandom random_;
  Identity identity_;
  Outgoing outgoing_;
  MutableBytes packet_;  // one packet, in or out; while provisioning the reader of the line
  uint8_t* in_;
  uint8_t* out_;
  Stream* stream_;
  bool wanted_ : 1;
  bool sending_ : 1;
  bool stood_ : 1;  // on_connect was called last, not on_disconnect
  bool provisioning_ : 1;
};

}  // namespace usmp

#endif  // USMP_ARDUINO_SMALL_SERIAL_DEVICE_HPP
