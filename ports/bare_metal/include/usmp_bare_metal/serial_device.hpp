// A device's session on a serial line: bytes of the board's UART in and out, deadlines kept. The
// loop that turns is the application's: step(), use what came, wait.
#ifndef USMP_BARE_METAL_SERIAL_DEVICE_HPP
#define USMP_BARE_METAL_SERIAL_DEVICE_HPP

#include "usmp/challenge_reader.hpp"
#include "usmp/device_session.hpp"
#include "usmp/framing/serial.hpp"
#include "usmp_storage/identity.hpp"

namespace usmp {

/// One buffer serves packets both ways: what goes out waits until a packet that is coming in has
/// ended, and is on the line before the next one is taken from the board's ring. Where CHALLENGE
/// is awaited, its reader lies there. Handshake packets that go out are built on the stack.
class SerialDevice {
 public:
  /// The identity, random source and buffers are borrowed for the life of the object. `packet`:
  /// packet_room() bytes, aligned as a ChallengeReader. BadConfig: a value is outside its range.
  USMP_MUST_USE Error init(const Identity& identity, Random random, ReceiveLimits limits,
                           SendBuffer send_buffer, ReceiveBuffer receive_buffer,
                           MutableBytes packet);

  /// Bytes for the packet buffer: a packet and its CRC, or the reader of a CHALLENGE.
  static constexpr size_t packet_room(size_t max_packet) {
    return max_packet + kCrc16Size > sizeof(ChallengeReader) ? max_packet + kCrc16Size
                                                             : sizeof(ChallengeReader);
  }

  /// Does what is due: deadlines, packets out, then at most one packet in. Connects where there is
  /// no session, again and again. Call it until it gives None and idle() is true, then
  /// board::wait(). Take message() and next_datagram() after each step.
  Event step();
  /// True if the last step found nothing to read.
  bool idle() const { return idle_; }

  /// For messages, sleep and wake; not for connect(), receive() and poll_transmit().
  DeviceSession& session() { return session_; }

 protected:
  SerialDevice();

 private:
  void connect_if_due(Instant now);
  void transmit(Instant now);
  static void send_frame(MutableBytes buffer, size_t packet_size);
  Event read_line(Instant now);
  void take(uint8_t byte);
  Event end_of_packet(Instant now);
  ChallengeReader& reader() { return *reinterpret_cast<ChallengeReader*>(packet_.data); }

  DeviceSession session_;
  DeviceConfig config_;
  SerialFrameDecoder decoder_;
  MutableBytes packet_;
  Instant last_byte_;
  Instant connect_at_;
  uint16_t size_;  // of the packet that is coming in
  bool reading_challenge_;
  bool abandoned_;  // the rest of the frame that is coming in is of no use
  bool idle_;
};

/// A SerialDevice with its memory, whose sizes are known at compile time.
template <uint8_t Window, uint16_t MaxPacket, uint16_t MaxMessage>
class SizedSerialDevice : public SerialDevice {
 public:
  USMP_MUST_USE Error init(const Identity& identity, Random random) {
    return SerialDevice::init(identity, random, storage_.limits(), storage_.send_buffer(),
                              storage_.receive_buffer(), MutableBytes(packet_));
  }

 private:
  SessionStorage<Window, MaxPacket, MaxMessage> storage_;
  alignas(ChallengeReader) uint8_t packet_[SerialDevice::packet_room(MaxPacket)];
};

}  // namespace usmp

#endif  // USMP_BARE_METAL_SERIAL_DEVICE_HPP
