// A gateway's side of one finished handshake: follows the device's epochs and addresses, holds
// messages while it sleeps. Made by GatewayHandshake::accept(). Used like DeviceSession.
#ifndef USMP_GATEWAY_SESSION_HPP
#define USMP_GATEWAY_SESSION_HPP

#include "usmp/address.hpp"
#include "usmp/session.hpp"

namespace usmp {

/// How many searches for a later epoch all sessions of a gateway may make in a second (§3).
class LookaheadBudget {
 public:
  explicit LookaheadBudget(uint16_t per_second = kLookaheadsPerSecondAll)
      : since_(), per_second_(per_second), spent_(per_second) {}
  bool spend(Instant now);

 private:
  Instant since_;
  uint16_t per_second_;
  uint16_t spent_;
};

class GatewaySession : public Session {
 public:
  GatewaySession();

  /// The packet stays in place until next_datagram() gives none and, on a stream, no message waits:
  /// what stands behind them is read there.
  /// Takes one packet of this session's cid (0x38..0x3C), from `from` (an empty address on media
  /// without one); decrypted in place. An error says why it was dropped; MessageWaiting as in
  /// DeviceSession. Before it: lend a receive buffer if the session has none, or chunks that do not
  /// end a message at once are dropped and have to be sent again.
  Result<Event> receive(MutableBytes packet, const Address& from, LookaheadBudget& budget,
                        Instant now);
  /// Writes the next packet into `out` and where it goes into `to`. 0: nothing to send now.
  /// BufferTooSmall: give the device's max_packet. To send messages a send buffer must be lent.
  Result<size_t> poll_transmit(MutableBytes out, Address* to, Instant now);

  Instant next_deadline(Instant now) const;
  Event on_deadline(Instant now);

  /// Ends the session with a BYE, which the next poll_transmit() gives.
  void close(ByeReason reason, Instant now);
  /// The stream's connection is gone.
  void connection_lost(Instant now);

  /// Where packets go now.
  const Address& address() const { return address_; }
  /// True if the device was not heard for long and sending pauses until it is.
  bool asleep() const { return send_.paused(); }
  Instant last_heard() const { return last_heard_; }

 private:
  friend class GatewayHandshake;

  /// A later epoch, derived on trial (§3).
  struct Trial;

  void establish(const GatewayConfig& config, const Address& from, Instant now);
  bool may_search(uint32_t ahead, Instant now, LookaheadBudget& budget);
  Error open_later_epoch(const DataHeader& header, MutableBytes packet, MutableBytes* plaintext,
                         LookaheadBudget& budget, Instant now);
  Result<Event> drop(Error why);
  void heard(Instant now);
  Duration idle_step() const;
  bool idle_over(Instant now);
  Instant asleep_deadline() const;
  bool heard_from(const Address& from, size_t size, bool highest, Instant now);
  void start_proving(size_t size, Instant now);
  void stop_proving();
  void pong_from(const Address& from);
  void on_path_deadline(Instant now);
  size_t unproven_room() const;
  Result<size_t> write_path_ping(MutableBytes out, Address* to);

  Random random_;
  Address address_;
  Address former_;  // proven, while address_ is not
  Instant path_deadline_;
  Instant path_until_;
  Instant search_since_;
  Instant idle_since_;
  uint32_t idle_left_s_;
  uint32_t unproven_in_;  // bytes that came from an unproven address
  uint32_t unproven_out_;
  uint8_t path_token_;
  uint8_t searches_;  // in the present second
  bool proving_;
  bool path_ping_new_;
  bool path_ping_former_;
};

}  // namespace usmp

#endif  // USMP_GATEWAY_SESSION_HPP
