// The memory that a session works in. The caller owns it: fixed at compile time on a device
// (SessionStorage), lent from a pool on a gateway, where an idle session has none.
#ifndef USMP_BUFFERS_HPP
#define USMP_BUFFERS_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/config.hpp"
#include "usmp/limits.hpp"
#include "usmp/time.hpp"

namespace usmp {

/// What a sender knows of one chunk under way.
struct ChunkState {
  Instant first_sent;
  Instant last_sent;
  uint16_t first_order;  ///< counts sendings in this session
  uint16_t last_order;
  uint8_t resent_count;
  uint8_t later_acks;  ///< chunks first sent after its last sending that were acknowledged
  uint8_t status;      ///< see SendWindow
};

/// Room to follow the chunks under way: the sender's own bound on its window.
struct SendBuffer {
  ChunkState* chunks;
  uint8_t chunk_count;  ///< 1..255

  SendBuffer() : chunks(nullptr), chunk_count(0) {}
  SendBuffer(ChunkState* states, uint8_t count) : chunks(states), chunk_count(count) {}
};

/// What a receiver knows of one place for a chunk that came ahead of order.
struct PlaceState {
  uint16_t size;
  uint8_t channel;
  uint8_t flags;  ///< see ReceiveWindow; 0: free
};

/// Room for one message and places for the chunks behind it: `room` has max_message bytes,
/// `places` (window - 1) * chunk_size_max(limits) bytes, `place_states` window - 1 entries.
struct ReceiveBuffer {
  uint8_t* room;
  uint8_t* places;
  PlaceState* place_states;

  ReceiveBuffer() : room(nullptr), places(nullptr), place_states(nullptr) {}
  ReceiveBuffer(uint8_t* message, uint8_t* chunks, PlaceState* states)
      : room(message), places(chunks), place_states(states) {}
};

/// The largest chunk that a receiver with these limits and a cid of `cid_size` bytes can be sent.
constexpr size_t chunk_size_max(uint16_t max_packet, size_t cid_size = 0) {
  return max_packet - kChunkOverhead - cid_size;
}

namespace detail {

/// Places for the chunks behind the one that is expected; a window of 1 has none.
template <uint8_t Window, uint16_t MaxPacket>
struct Places {
  uint8_t bytes_[(Window - 1) * chunk_size_max(MaxPacket)];
  PlaceState states_[Window - 1];

  uint8_t* bytes() { return bytes_; }
  PlaceState* states() { return states_; }
};

template <uint16_t MaxPacket>
struct Places<1, MaxPacket> {
  uint8_t* bytes() { return nullptr; }
  PlaceState* states() { return nullptr; }
};

}  // namespace detail

/// Buffers of a session whose sizes are known at compile time.
template <uint8_t Window, uint16_t MaxPacket, uint16_t MaxMessage, uint8_t SendWindow = Window>
struct SessionStorage : private detail::Places<Window, MaxPacket> {
  static_assert(Window >= 1 && MaxPacket >= kMaxPacketMin && MaxMessage >= 1, "outside USMP3 §1");
  static_assert(SendWindow >= 1, "a sender follows one chunk at least");

  ChunkState chunks[SendWindow];
  uint8_t room[MaxMessage];

  SendBuffer send_buffer() { return SendBuffer(chunks, SendWindow); }
  ReceiveBuffer receive_buffer() { return ReceiveBuffer(room, this->bytes(), this->states()); }
  static ReceiveLimits limits() {
    ReceiveLimits limits = {MaxPacket, MaxMessage, Window};
    return limits;
  }
};

}  // namespace usmp

#endif  // USMP_BUFFERS_HPP
