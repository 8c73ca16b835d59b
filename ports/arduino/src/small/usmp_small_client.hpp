// USMP for an Arduino with an AVR and a serial line: a device's session on any Stream, in 2 KB of
// RAM. No heap, no String. Not for boards with a network: those have USMPClient.
#ifndef USMP_ARDUINO_SMALL_CLIENT_HPP
#define USMP_ARDUINO_SMALL_CLIENT_HPP

#include <Arduino.h>

namespace USMP {

/// Where the gateway is heard: made by USMP::Serial().
struct SerialLine {
  Stream* stream;
  HardwareSerial* port;  ///< to be opened; nullptr: the stream is open
  unsigned long baud;
};

/// An UART, which begin() opens at `baud` bits a second: USMP::Serial(Serial, 115200).
inline SerialLine Serial(HardwareSerial& port, unsigned long baud) {
  const SerialLine line = {&port, &port, baud};
  return line;
}

/// Any other Stream, which is open and collects bytes while the sketch is busy: at least 63.
inline SerialLine Serial(Stream& stream) {
  const SerialLine line = {&stream, nullptr, 0};
  return line;
}

}  // namespace USMP

/// Everything but the buffers, whose sizes the template below knows.
class USMPSmallClient {
 public:
  /// A message that came. The bytes are valid until the function returns. It is not called while a
  /// message is on its way out, so that it may send() an answer.
  typedef void (*MessageFunction)(const uint8_t* bytes, size_t size, uint8_t channel);
  typedef void (*EventFunction)();

  /// Takes identity and seed from the EEPROM, and opens the line. False: the board was not
  /// provisioned; nothing happened: call provision() until it is, then begin() again.
  bool begin(const USMP::SerialLine& line);

  /// Takes the line that `usmp device add --provision` prints from an open console and writes it to
  /// the EEPROM, the seed mixed with what the watchdog's oscillator gives; asks for it on the
  /// console and says what it did. True: the board is provisioned; call begin(). False: not yet;
  /// call it again. A board that is provisioned takes no other line before forget().
  bool provision(Stream& console);
  /// Overwrites the identity in the EEPROM. The seed stays: no random number ever comes again.
  bool forget();

  /// Does what is due; call it in every loop(). It waits for nothing but the two X25519 of a
  /// handshake, 1 s each at 16 MHz, the new seed before it, 0.25 s, and room in the line's buffer.
  /// Connects where there is no session, again and again.
  void maintain();

  /// True while a session stands.
  bool connected() const;
  bool isConnecting() const;

  /// Copies a message and sends it, acknowledged and in order. False: there is no session, the
  /// last one is not acknowledged yet (canSend()), or it is longer than either side takes.
  bool send(const uint8_t* bytes, size_t size, uint8_t channel = 0);
  bool send(const char* text, uint8_t channel = 0);
  bool send(const __FlashStringHelper* text, uint8_t channel = 0);
  bool canSend() const;
  /// Sends a message that may be lost, of at most datagramSizeMax() bytes, at once.
  bool sendDatagram(const uint8_t* bytes, size_t size, uint8_t channel = 0);
  size_t datagramSizeMax() const;

  /// Without onMessage(): the bytes of the message that waits, 0 if there is none, and its channel.
  size_t available() const;
  uint8_t channel() const;
  /// Copies the message that waits, or its first `size` bytes, and makes room for the next one.
  /// Returns how many.
  size_t read(uint8_t* bytes, size_t size);

  void onMessage(MessageFunction function);
  /// Messages that may get lost on the way; without it they are.
  void onDatagram(MessageFunction function);
  void onConnect(EventFunction function);
  void onDisconnect(EventFunction function);

  /// Who the board is; `size` becomes how many bytes that has.
  const uint8_t* deviceId(size_t* size) const;
  /// Silence in milliseconds before the gateway is asked for a sign of life; 0 for the default.
  /// Call it before begin().
  void keepalive(uint32_t milliseconds);

  /// Ends the session; nothing is sent until reconnect().
  void close();
  /// Makes a session anew.
  void reconnect();

  USMPSmallClient(const USMPSmallClient&) = delete;
  USMPSmallClient& operator=(const USMPSmallClient&) = delete;

 protected:
  /// A packet and its CRC; a CHALLENGE has 192 bytes.
  static const size_t kPacketRoomMin = 192 + 2;

  /// Buffers are the derived class's.
  USMPSmallClient(uint16_t max_packet, uint16_t max_message, uint8_t* packet, size_t packet_size,
                  uint8_t* in, uint8_t* out);

 private:
  // A usmp::SmallSerialDevice lies in these bytes: were it named here, no sketch could have a
  // variable that is called usmp.
  static const size_t kDeviceSize = 568;
  uint8_t device_[kDeviceSize];
};

/// A session whose packets have at most `MaxPacket` bytes and whose messages `MaxMessage`. An Uno
/// has room for 64 and 64. Its one object is a variable outside of all functions.
template <uint16_t MaxPacket = 64, uint16_t MaxMessage = 64>
class USMPClientStatic : public USMPSmallClient {
 public:
  USMPClientStatic() : USMPSmallClient(MaxPacket, MaxMessage, packet_, sizeof packet_, in_, out_) {}

 private:
  uint8_t packet_[MaxPacket + 2 > kPacketRoomMin ? MaxPacket + 2 : kPacketRoomMin];
  uint8_t in_[MaxMessage];
  uint8_t out_[MaxMessage];
};

#endif  // USMP_ARDUINO_SMALL_CLIENT_HPP
