// A device's session on the board's UART: its bytes in and out, deadlines kept. The loop that turns
// is the application's: step(), use what came, wait.
#ifndef USMP_BARE_METAL_SERIAL_DEVICE_HPP
#define USMP_BARE_METAL_SERIAL_DEVICE_HPP

#include "usmp/compact_serial_device.hpp"
#include "usmp_storage/identity.hpp"

namespace usmp {

class SerialDevice {
 public:
  SerialDevice() : config_(), idle_(false) {}

  /// Does what is due: deadlines, packets out, then at most one packet in. Connects where there is
  /// no session, again and again. Call it until it gives None and idle() is true, then
  /// board::wait(). Take message() and next_datagram() after each step.
  Event step();
  /// True if the last step found nothing to read.
  bool idle() const { return idle_; }

  /// For messages, sleep and wake; not for connect(), receive() and poll_transmit().
  CompactDevice& session() { return device_.session(); }

 protected:
  /// The identity, random source and buffers are borrowed for the life of the object. `room`:
  /// limits.max_message bytes, `packet`: CompactSerialDevice::packet_size() bytes. BadConfig: a
  /// value is outside its range, or the identity is not whole.
  USMP_MUST_USE Error init(const Identity& identity, Random random, ReceiveLimits limits,
                           uint8_t* room, MutableBytes packet);

 private:
  DeviceConfig config_;
  CompactSerialDevice device_;
  bool idle_;
};

/// A SerialDevice with its memory, whose sizes are known at compile time.
template <uint16_t MaxPacket, uint16_t MaxMessage>
class SizedSerialDevice : public SerialDevice {
 public:
  USMP_MUST_USE Error init(const Identity& identity, Random random) {
    const ReceiveLimits limits = {MaxPacket, MaxMessage, 1};
    return SerialDevice::init(identity, random, limits, room_, MutableBytes(packet_));
  }

 private:
  uint8_t room_[MaxMessage];
  uint8_t packet_[CompactSerialDevice::packet_size(MaxPacket)];
};

}  // namespace usmp

#endif  // USMP_BARE_METAL_SERIAL_DEVICE_HPP
