// USMPClientStatic: a client with its memory inside, for sketches without a heap.
#ifndef USMP_ARDUINO_USMP_CLIENT_STATIC_HPP
#define USMP_ARDUINO_USMP_CLIENT_STATIC_HPP

#include "usmp_client.hpp"

// The names are those of the published library. NOLINTBEGIN(readability-identifier-naming)

/// `MaxPacket`: the largest packet it takes, 64 to 1232. `MaxMessage`: the largest message; never
/// less than MaxPacket, so that the published USMPClientStatic<buffer, scratch> has its buffer.
template <size_t MaxPacket = USMP_MAX_PACKET, size_t MaxMessage = USMP_MAX_MESSAGE,
          uint8_t Window = USMP_WINDOW>
class USMPClientStatic : public USMPClient {
 public:
  explicit USMPClientStatic(const char* psk)
      : USMPClient(reinterpret_cast<const uint8_t*>(psk), strlen(psk), nullptr, own_sizes(),
                   Memory{memory_}) {}
  USMPClientStatic(const uint8_t* psk, size_t psk_len)
      : USMPClient(psk, psk_len, nullptr, own_sizes(), Memory{memory_}) {}
  explicit USMPClientStatic(USMPKeys& keys)
      : USMPClient(nullptr, 0, &keys, own_sizes(), Memory{memory_}) {}
  ~USMPClientStatic() override { end(); }

 private:
  static const size_t kPacketMin = 64;
  static const size_t kPacketMost = 1232;  // what passes every UDP path
  static const size_t kPacket = MaxPacket < kPacketMin    ? kPacketMin
                                : MaxPacket > kPacketMost ? kPacketMost
                                                          : MaxPacket;
  static const size_t kMessage = MaxMessage > MaxPacket ? MaxMessage : MaxPacket;
  static_assert(kMessage <= 65535 && Window >= 1, "a message has 65535 bytes at most");
  // Wire 2 takes frames of its own size, whatever a packet is here.
  static const size_t kFrame = USMP_HEADER_SIZE + USMP_MAX_PAYLOAD;
  static const size_t kRoom = USMP_WIRE == 2 ? USMP_MEMORY_SIZE_FOR(kFrame, kMessage, 1)
                                             : USMP_MEMORY_SIZE_FOR(kPacket, kMessage, Window);

  static usmp_sizes_t own_sizes() {
    usmp_sizes_t sizes = usmp_sizes();
    sizes.memory_size = kRoom;
    sizes.max_packet = static_cast<uint16_t>(kPacket);
    sizes.max_message = static_cast<uint16_t>(kMessage);
    sizes.window = Window;
    return sizes;
  }

  alignas(usmp_t) uint8_t memory_[offsetof(usmp_t, memory) + kRoom];
};
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_ARDUINO_USMP_CLIENT_STATIC_HPP
