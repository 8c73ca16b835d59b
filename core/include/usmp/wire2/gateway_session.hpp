// A gateway's side of one finished wire 2 handshake. Made by GatewayHandshake::accept(). Used like
// DeviceSession; whose packets are its own is the owner's to tell, by connection or address.
#ifndef USMP_WIRE2_GATEWAY_SESSION_HPP
#define USMP_WIRE2_GATEWAY_SESSION_HPP

#include "usmp/wire2/session.hpp"

namespace usmp {
namespace wire2 {

class GatewaySession : public Session {
 public:
  GatewaySession();

  /// Takes one packet of this session: a datagram from its address (a repeated HELLO_ACK too, but
  /// no HELLO), or a frame of its connection. Decrypted in place. An error says why it was dropped;
  /// MessageWaiting as in DeviceSession. Before it: lend a receive buffer if the session has none.
  /// Full: a message came and no buffer was lent; on UDP it comes again, a stream is closed.
  Result<Event> receive(MutableBytes packet, Instant now);
  /// Writes the next packet into `out`, SESSION_OK first. 0: nothing to send now. BufferTooSmall:
  /// give kFrameSizeMax bytes.
  Result<size_t> poll_transmit(MutableBytes out, Instant now);

  Instant next_deadline(Instant now) const;
  Event on_deadline(Instant now);

  /// Ends the session with a BYE, which poll_transmit() gives; on UDP it is repeated, in
  /// AwaitingByeSent, until acknowledged or given up: who cannot wait forgets the session.
  void close(Instant now);
  /// The stream's connection is gone.
  void connection_lost(Instant now);

  Instant last_heard() const { return last_heard_; }

 private:
  friend class GatewayHandshake;

  void establish(const GatewayConfig& config, Instant now);
  Result<Event> drop(Error why);

  Duration timeout_;
};

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_GATEWAY_SESSION_HPP
