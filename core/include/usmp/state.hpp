// What a session of either wire waits for, and what it counts: the words that owners, logs and
// tools share. Not the sessions themselves.
#ifndef USMP_STATE_HPP
#define USMP_STATE_HPP

#include <stdint.h>

namespace usmp {

/// What a session waits for. may_move() is the one truth about which may follow which.
enum class State : uint8_t {
  Idle,                ///< nothing begun
  AwaitingPauseEnd,    ///< device: an attempt failed, the next one comes after a pause
  AwaitingConnection,  ///< device on a stream: the pause is over, connect() is due
  AwaitingChallenge,   ///< device: HELLO is out
  AwaitingSessionOk,   ///< device: HELLO_ACK is out
  Established,
  AwaitingByeSent,  ///< over; one poll_transmit() still gives the BYE
  Asleep,           ///< device: saved; nothing is sent until wake()
  Closed,
};

/// True if a session in `from` may go to `to`.
bool may_move(State from, State to);

/// Counts for logs and tools; they wrap.
struct Counters {
  uint32_t dropped;   ///< packets dropped: malformed, unauthentic, replayed, unexpected
  uint32_t sent;      ///< data packets; on wire 2 session frames, repeats included
  uint32_t received;  ///< those that authenticated
};

}  // namespace usmp

#endif  // USMP_STATE_HPP
