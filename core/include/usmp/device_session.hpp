// A device's side of USMP wire 3: handshake, session, sleep and wake.
//
//   receive() every packet that the medium delivers, on_deadline() when next_deadline() has come,
//   and after each of these, and after send(): poll_transmit() until it gives 0.
#ifndef USMP_DEVICE_SESSION_HPP
#define USMP_DEVICE_SESSION_HPP

#include "usmp/session.hpp"

namespace usmp {

class ChallengeReader;

class DeviceSession : public Session {
 public:
  DeviceSession();

  /// Takes configuration and buffers, all borrowed for the life of the object. BadConfig: a value
  /// is outside its range. Call once, before anything else.
  USMP_MUST_USE Error init(const DeviceConfig& config, SendBuffer send_buffer,
                           ReceiveBuffer receive_buffer);

  /// Begins a handshake (one X25519). On a stream: call when the connection stands, and again at
  /// each EventKind::ConnectDue. Errors: WrongState (begun already), RandomFailed, CryptoFailed.
  /// After a failed attempt the next one comes by itself, with the pauses of §2, until close().
  USMP_MUST_USE Error connect(Instant now);

  /// Takes one packet, as a datagram or a stream record delivered it; it is decrypted in place. An
  /// error says why it was dropped, and needs nothing from the caller, but MessageWaiting (a packet
  /// on a stream, or a CHALLENGE while a message of the last session waits): take message(),
  /// release_message(), then give the same packet again. A CHALLENGE takes one X25519. The packet
  /// stays in place until next_datagram() gives none and, on a stream, no message waits: what
  /// stands behind them is read there.
  Result<Event> receive(MutableBytes packet, Instant now);
  /// As receive(), for a CHALLENGE that was read piece by piece (its end, or CRC, was right).
  Result<Event> receive_challenge(ChallengeReader& challenge, Instant now);
  /// Makes a reader ready for the bytes of a CHALLENGE that may arrive. Unexpected: none is
  /// awaited.
  USMP_MUST_USE Error start_challenge(ChallengeReader& reader) const;

  /// Writes the next packet into `out`. 0: nothing to send now. BufferTooSmall: give at least
  /// kDeviceHandshakeSizeMax bytes and the own max_packet, or use poll_transmit_piece().
  Result<size_t> poll_transmit(MutableBytes out, Instant now);
  /// As poll_transmit(), for a buffer that a handshake packet does not fit: fills `out` with the
  /// next piece of the packet; `last` tells that it ends there.
  Result<size_t> poll_transmit_piece(MutableBytes out, bool* last, Instant now);

  /// The moment when on_deadline() is to be called, and then poll_transmit(), at the latest. Keep
  /// the moment that it said: one that has come may be gone when it is asked again.
  Instant next_deadline(Instant now) const;
  Event on_deadline(Instant now);

  /// A sign that a stream's connection is gone: the session ends, a pause follows.
  Event connection_lost(Instant now);

  /// Ends the session with BYE (if there is one) and stops trying. poll_transmit() gives the BYE.
  void close(ByeReason reason, Instant now);

  /// True while save() would succeed.
  bool can_sleep() const;
  /// Writes the state of a sleeping session into `out` (kSavedStateSizeMax bytes are enough) and
  /// stops: nothing is sent until wake(). NotIdle: a message is under way or waits, or the session
  /// does not stand; BufferTooSmall. The bytes are secret: who has them has the session.
  Result<size_t> save(MutableBytes out, Instant now);
  /// Goes on with a saved session, in the next epoch. The caller has overwritten the stored copy
  /// durably, and read that back, before it calls (§5: a state is used once); `saved` itself is
  /// wiped here. `slept_s`: how long by the device's own clock, 0 if it has none. StateUsed:
  /// damaged, used, of another configuration, or too old: call connect(). MessageWaiting: take
  /// message() first; the state is still good. Then send(), or ping() to fetch what the gateway
  /// holds.
  USMP_MUST_USE Error wake(MutableBytes saved, uint32_t slept_s, Instant now);

 private:
  // The handshake
  Error begin_attempt(Instant now);
  void restart_repeats();
  Duration repeat_interval() const;
  size_t write_hello_to(ByteWriter& writer) const;
  size_t write_hello_ack_to(ByteWriter& writer) const;
  size_t write_handshake(ByteWriter& writer) const;
  Result<size_t> transmit_handshake(MutableBytes out, Instant now);
  void handshake_packet_sent(Instant now);
  void hash_hello(crypto::Sha256& hash) const;
  void update_tag();
  bool acceptable(const ChallengeReader& challenge) const;
  bool prepare_hello_ack(const uint8_t (&th1)[crypto::kHashSize],
                         const uint8_t (&hs)[crypto::kHashSize]);
  Result<Event> receive_retry(Bytes packet, Instant now);
  Result<Event> receive_hint(Bytes packet, Instant now);
  Result<Event> receive_whole_challenge(Bytes packet, Instant now);
  Result<Event> receive_session_ok(Bytes packet, Instant now);
  Result<Event> receive_reject(Bytes packet, Instant now);
  void enter_session(Instant now);
  Event give_up_attempt(Cause cause, Instant now);
  void start_pause(Instant now);
  Event on_pause_end(Instant now);
  Event on_handshake_deadline(Instant now);

  // The session
  Result<Event> drop(Error why, Instant now);
  Result<Event> receive_reset(Bytes packet, Instant now);
  Result<Event> receive_data(MutableBytes packet, Instant now);
  void heard(bool current_epoch, Instant now);
  Event lose(Cause cause, Instant now);
  Duration jittered(Duration span);
  Duration check_unit() const;
  Duration keepalive() const;
  void start_check(bool after_reset, Instant now);
  Instant check_deadline() const;
  Event on_check_deadline(Instant now);
  Instant hopeless_deadline() const;

  // Epochs and sleep
  void prepare_epoch(Instant now);
  void move_epoch(Instant now);
  struct SavedState;
  bool restore(Bytes saved, SavedState* state);

  const DeviceConfig* config_;
  // In a handshake: when to repeat, to end the pause or, on a stream, to give up. In a session:
  // since when a PING is unanswered.
  Instant timer_;
  Instant reset_checked_;
  Instant epoch_since_;
  Instant unopened_pinged_;
  uint16_t piece_offset_;  // of the handshake packet that goes out in pieces
  uint8_t repeats_;        // of the present handshake packet
  uint8_t pauses_;         // since the last session
  uint8_t check_step_;
  uint8_t wakes_unheard_;
  bool packet_due_ : 1;  // a handshake packet is to be sent
  bool checking_ : 1;    // a PING is unanswered
  bool check_after_reset_ : 1;
  bool reset_checked_before_ : 1;
  bool unconfirmed_ : 1;  // nothing authentic came in the present epoch: long packets
  bool heard_in_epoch_ : 1;
};

}  // namespace usmp

#endif  // USMP_DEVICE_SESSION_HPP
