// Messages as they go in and come out of a session. The bytes belong to the caller on the way out
// and to the session's receive buffer on the way in.
#ifndef USMP_MESSAGE_HPP
#define USMP_MESSAGE_HPP

#include <stdint.h>

#include "usmp/bytes.hpp"

namespace usmp {

/// A message or datagram that came from the peer. `content` stays valid until release_message(),
/// for a datagram until the next receive().
struct Message {
  Bytes content;
  uint8_t channel;
};

/// What became of a message that was handed to send().
enum class Delivery : uint8_t {
  Queued,        ///< with the session
  Acknowledged,  ///< the peer has it whole; on a stream: handed to the stream
  Refused,       ///< larger than the peer takes: it was never sent
  Returned,      ///< the session ended first: it may have arrived or not
};

/// A message on its way out: node and bytes are the caller's and stay untouched from send() until
/// take_finished() or take_back() gives the node back. Only content, channel and user are set by
/// the caller.
struct Outgoing {
  Bytes content;
  void* user;  ///< the caller's own
  Outgoing* next;
  uint16_t first_chunk;
  uint16_t chunk_count;  ///< 0 until its first chunk is numbered
  uint8_t channel;
  Delivery delivery;
};

}  // namespace usmp

#endif  // USMP_MESSAGE_HPP
