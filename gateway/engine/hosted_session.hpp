// A session of either wire, by the verbs that SessionHost uses: what one of the wires lacks has an
// answer here, so that nobody else asks which wire it is. Not a handshake: the fronts make those.
#ifndef USMP_GATEWAY_ENGINE_HOSTED_SESSION_HPP
#define USMP_GATEWAY_ENGINE_HOSTED_SESSION_HPP

#include <cstddef>
#include <cstdint>
#include <variant>

#include "registry/wire_version.hpp"
#include "usmp/gateway_session.hpp"
#include "usmp/wire2/gateway_session.hpp"

namespace usmp::gateway {

class HostedSession {
 public:
  HostedSession() = default;
  HostedSession(const HostedSession&) = delete;
  HostedSession& operator=(const HostedSession&) = delete;

  // For GatewayHandshake::accept() of the wire; once, and before anything else.
  usmp::GatewaySession& make_wire3() { return session_.emplace<usmp::GatewaySession>(); }
  wire2::GatewaySession& make_wire2() { return session_.emplace<Wire2Session>(); }

  WireVersion wire() const;
  State state() const;
  Bytes session_id() const;
  /// What data packets name the session by; empty: nothing, the medium does.
  Bytes cid() const;
  /// Where packets go now, if the session follows its device; else of size 0: where it began.
  const Address& address() const;
  /// Packets that went out more than once: chunks on wire 3, frames on wire 2.
  std::uint32_t resent() const;

  /// What became of a message that was handed in.
  enum class Taken : std::uint8_t {
    Yes,       ///< the session has the node, until it gives it back
    TooLarge,  ///< for the device
    Channel,   ///< the wire has none but 0
    Over,      ///< no session stands
  };
  Taken send(Outgoing& message, Instant now);
  Outgoing* take_finished();
  Outgoing* take_back();
  /// False: not now, or not on this wire.
  bool send_datagram(Bytes content, std::uint8_t channel, Instant now);
  bool datagram_waiting() const;

  /// As GatewaySession::receive(); `from` is empty on media without addresses.
  Result<Event> receive(MutableBytes packet, const Address& from, LookaheadBudget& budget,
                        Instant now);
  bool message(Message* out) const;
  bool next_datagram(Message* out);
  Event release_message(Instant now);
  /// As GatewaySession::poll_transmit(); `to` is left alone where address() is of size 0.
  Result<std::size_t> poll_transmit(MutableBytes out, Address* to, Instant now);
  Instant next_deadline(Instant now) const;
  Event on_deadline(Instant now);

  /// Asks the device for a sign of life. False: no session.
  bool ping(Instant now);
  /// The largest message that the device takes.
  std::uint16_t max_message() const;
  /// New keys for both directions. False: no session, or a wire where only the device does that.
  bool rekey(Instant now);
  /// Ends the session with BYE; `reason` goes along where the wire has a word for it.
  void close(ByeReason reason, Instant now);
  void connection_lost(Instant now);
  /// The session is over. True while its packets are still to be given to it and its deadlines
  /// heeded, because its BYE is not acknowledged or may be repeated: on UDP, wire 2 and for a
  /// while.
  bool is_parting(Instant now);

  // Buffers lent
  bool has_receive_buffer() const;
  bool receive_buffer_idle() const;
  void lend_receive_buffer(const ReceiveBuffer& buffer);
  ReceiveBuffer take_receive_buffer();
  bool needs_send_buffer() const;
  bool has_send_buffer() const;
  bool send_buffer_idle() const;
  void lend_send_buffer(const SendBuffer& buffer);
  SendBuffer take_send_buffer();

 private:
  /// Beside the session what only this wire needs, so that the other one does not pay for it.
  struct Wire2Session : wire2::GatewaySession {
    ReceiveBuffer lent;  // of which the session keeps only the room
    Instant part_until{};
    bool has_parted = false;
  };

  const usmp::GatewaySession* wire3() const { return std::get_if<usmp::GatewaySession>(&session_); }
  usmp::GatewaySession* wire3() { return std::get_if<usmp::GatewaySession>(&session_); }
  const Wire2Session* wire2() const { return std::get_if<Wire2Session>(&session_); }
  Wire2Session* wire2() { return std::get_if<Wire2Session>(&session_); }

  std::variant<usmp::GatewaySession, Wire2Session> session_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_HOSTED_SESSION_HPP
