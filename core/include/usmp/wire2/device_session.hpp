// A device's side of USMP wire 2: handshake, session, and the pauses between attempts. receive()
// every datagram or frame of StreamReader, on_deadline() when next_deadline() has come, and after
// each of these, and after send(): poll_transmit() until it gives 0.
#ifndef USMP_WIRE2_DEVICE_SESSION_HPP
#define USMP_WIRE2_DEVICE_SESSION_HPP

#include "usmp/wire2/session.hpp"

namespace usmp {
namespace wire2 {

class DeviceSession : public Session {
 public:
  DeviceSession();

  /// Takes configuration and room, both borrowed for the life of the object. BadConfig: a value is
  /// outside its range. Call once, before anything else.
  USMP_MUST_USE Error init(const DeviceConfig& config, MutableBytes receive_buffer);

  /// Begins a handshake (one X25519). On a stream: call when the connection stands, and again at
  /// each EventKind::ConnectDue. Errors: WrongState (begun already), RandomFailed, CryptoFailed.
  /// After a failed attempt the next one comes by itself, after a pause, until close().
  USMP_MUST_USE Error connect(Instant now);

  /// Takes one packet; it is decrypted in place. An error says why it was dropped, and needs
  /// nothing from the caller but MessageWaiting: take message(), release_message(), then give the
  /// same packet again (on UDP it also comes again by itself). A CHALLENGE takes one X25519.
  Result<Event> receive(MutableBytes packet, Instant now);

  /// Writes the next packet into `out`. 0: nothing to send now. BufferTooSmall: give kFrameSizeMax
  /// bytes. RandomFailed: a REKEY got no salt, call again later.
  Result<size_t> poll_transmit(MutableBytes out, Instant now);

  /// UDP over a medium that makes UTACKs of its own: the frame that poll_transmit() gave last is
  /// with the gateway.
  void delivered(Instant now);

  /// The moment when on_deadline() is to be called, at the latest.
  Instant next_deadline(Instant now) const;
  Event on_deadline(Instant now);

  /// A sign that a stream's connection is gone: the session ends, a pause follows.
  Event connection_lost(Instant now);

  /// Why the last packet was dropped that was; on a stream, what ended the session with
  /// Cause::StreamBroken. Unexpected: its number was not the next.
  Error drop_reason() const { return drop_reason_; }

  /// Ends the session with BYE (if there is one) and stops trying. The wire's BYE has no reason.
  /// poll_transmit() gives the BYE; on UDP it is repeated, in AwaitingByeSent, until acknowledged.
  void close(Instant now);

 private:
  Error begin_attempt(Instant now);
  void restart_repeats(Instant now);
  Duration repeat_interval() const;
  uint32_t handshake_seq() const;
  Result<size_t> transmit_handshake(MutableBytes out, Instant now);
  Event on_handshake_deadline(Instant now);
  Event give_up_attempt(Cause cause, Instant now);
  void start_pause(Instant now);
  Event on_pause_end(Instant now);
  Duration jittered(Duration span);
  Duration keepalive() const;

  Result<Event> drop(Error why, Instant now);
  Result<Event> receive_handshake(const FrameHeader& header, Bytes payload, Instant now);
  Result<Event> receive_retry(const FrameHeader& header, Bytes payload, Instant now);
  Result<Event> receive_challenge(const FrameHeader& header, Bytes payload, Instant now);
  Result<Event> receive_session_ok(const FrameHeader& header, Bytes payload, Instant now);
  bool repeated_handshake(const FrameHeader& header, Bytes payload) const;
  Error receive_handshake_utack(Bytes packet, Instant now);
  bool answer_challenge(Bytes nonce, Bytes public_s);
  Event on_session_deadline(Instant now);
  Event lose(Cause cause, Instant now);

  const DeviceConfig* config_;
  Instant timer_at_;      // when to repeat HELLO or HELLO_ACK, or the pause ends
  Instant answer_until_;  // when an attempt that waits for this answer is given up
  Instant pinged_;        // on a stream: since when a PING is unanswered
  uint8_t pauses_;        // since the last session
  Error drop_reason_;
  bool packet_due_ : 1;
  bool acknowledged_ : 1;  // the handshake packet that is out was
  bool pinging_ : 1;
};

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_DEVICE_SESSION_HPP
