// A compact device on a serial line: the line's bytes in and out, one buffer for packets both ways,
// connecting again and again. Not a driver and not a loop: those are the port's.
#ifndef USMP_COMPACT_SERIAL_DEVICE_HPP
#define USMP_COMPACT_SERIAL_DEVICE_HPP

#include "usmp/compact_device.hpp"
#include "usmp/framing/serial.hpp"

namespace usmp {

/// on_deadline(); pull() until it gives 0, its bytes to the line; push() what came from the line
/// until it returns true or there is no more; then all of it again.
class CompactSerialDevice {
 public:
  CompactSerialDevice();

  /// Takes what CompactDevice::init() takes, and a buffer for packets of packet_size() bytes. All
  /// is borrowed for the life of the object.
  USMP_MUST_USE Error init(const DeviceConfig& config, uint8_t* room, MutableBytes packet);

  /// The smallest buffer for packets. A larger one lets larger packets go out, as far as the peer
  /// takes them.
  static constexpr size_t packet_size(size_t max_packet) {
    return (max_packet > CompactDevice::kPacketRoomMin ? max_packet
                                                       : CompactDevice::kPacketRoomMin) +
           kCrc16Size;
  }

  /// Does what time makes due; connects where there is no session, unless stop() was called.
  Event on_deadline(Instant now);
  /// The moment of the next on_deadline(), at the latest.
  Instant next_deadline(Instant now) const;

  /// Writes the next bytes for the line into `out`. Returns how many; 0: none now.
  size_t pull(MutableBytes out, Instant now);

  /// Takes a byte of the line, after pull() gave 0. True: it ended a packet, `event` tells what
  /// that brought, and the next byte waits until pull() gave 0 again and messages were taken.
  bool push(uint8_t line_byte, Event* event, Instant now);

  /// Ends the session with BYE and connects no more, until start().
  void stop(Instant now);
  void start(Instant now);

  /// For messages, sleep and wake; not for connect(), receive() and poll_transmit().
  CompactDevice& session() { return session_; }

 private:
  CompactDevice session_;
  SerialFrameDecoder decoder_;
  SerialFrameInPlace frame_;  // on its way out
  MutableBytes packet_;
  Instant last_byte_;
  Instant connect_at_;
  uint16_t size_;  // of the packet that is coming in
  bool stopped_;
  bool delimiter_due_;
};

/// A CompactSerialDevice with its memory, whose sizes are known at compile time.
template <uint16_t MaxPacket, uint16_t MaxMessage>
class SizedCompactSerialDevice : public CompactSerialDevice {
 public:
  static_assert(MaxPacket >= kMaxPacketMin && MaxMessage >= 1, "outside USMP3 §1");

  /// Sets the limits, the medium and the suite of `config`, which stays the caller's.
  USMP_MUST_USE Error init(DeviceConfig& config) {
    config.limits.max_packet = MaxPacket;
    config.limits.max_message = MaxMessage;
    config.limits.window = 1;
    config.medium = Medium::Serial;
    config.suites = kSuiteBitAes256Gcm;
    return CompactSerialDevice::init(config, room_, MutableBytes(packet_));
  }

 private:
  uint8_t room_[MaxMessage];
  uint8_t packet_[CompactSerialDevice::packet_size(MaxPacket)];
};

}  // namespace usmp

#endif  // USMP_COMPACT_SERIAL_DEVICE_HPP
