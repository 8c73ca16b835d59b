// What receive() and on_deadline() tell the owner of a session, and why.
#ifndef USMP_EVENT_HPP
#define USMP_EVENT_HPP

#include <stdint.h>

namespace usmp {

enum class EventKind : uint8_t {
  None,
  Established,    ///< the session stands: proofs are right on both sides
  Hint,           ///< device: REJECT 2..4 on a datagram medium: tell the user, the attempt goes on
  AttemptFailed,  ///< device: the handshake failed; the next one follows after a pause by itself
  ConnectDue,     ///< device on a stream: the pause is over; open a connection, call connect()
  Drained,        ///< device: the gateway holds nothing for it, it may sleep
  Lost,           ///< device: nothing heard; a new handshake has begun (stream: a pause)
  Closed,         ///< the session is over; unfinished messages are in take_back()
  Moved,          ///< gateway: the device's packets come from another address
  Woke,           ///< gateway: the device moved to a later epoch
  Asleep,         ///< gateway: unanswered for long; what it has is held until the device is heard
};

/// Why, for AttemptFailed, Hint, Lost and Closed.
enum class Cause : uint8_t {
  None,
  NoAnswer,          ///< silence
  NotAuthenticated,  ///< REJECT 1: wrong key or unknown device
  NoCommonSuite,     ///< REJECT 2
  Busy,              ///< REJECT 3
  Parameters,        ///< REJECT 4
  ByeDone,           ///< BYE 0, sent or received
  ByeProtocolError,  ///< BYE 1
  ByeIdle,           ///< BYE 2
  ByeReplaced,       ///< BYE 3
  ByeRevoked,        ///< BYE 4
  ByeGoingDown,      ///< BYE 5
  ByeOther,          ///< a reason that this version does not know
  ConnectionLost,    ///< the stream broke
  NumbersSpent,      ///< no sequence number was left
  StreamBroken,  ///< on a stream: a packet that would be dropped elsewhere; close the connection
};

/// BYE's reasons on the wire (§4).
enum class ByeReason : uint8_t {
  Done = 0,
  ProtocolError = 1,
  Idle = 2,
  Replaced = 3,
  Revoked = 4,
  GoingDown = 5,
};

/// REJECT's reasons on the wire (§2).
enum class RejectReason : uint8_t {
  NotAuthenticated = 1,
  NoCommonSuite = 2,
  Busy = 3,
  Parameters = 4,
};

struct Event {
  EventKind kind;
  Cause cause;

  Event() : kind(EventKind::None), cause(Cause::None) {}
  explicit Event(EventKind what, Cause why = Cause::None) : kind(what), cause(why) {}
};

}  // namespace usmp

#endif  // USMP_EVENT_HPP
