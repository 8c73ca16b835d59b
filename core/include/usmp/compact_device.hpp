// A device's side of USMP wire 3 in the least flash and RAM: a serial line or BLE, a window of 1,
// one message under way. The calls and the packets are those of DeviceSession, which also speaks
// over UDP and streams and keeps many chunks under way.
#ifndef USMP_COMPACT_DEVICE_HPP
#define USMP_COMPACT_DEVICE_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/agreement.hpp"
#include "usmp/bytes.hpp"
#include "usmp/config.hpp"
#include "usmp/event.hpp"
#include "usmp/message.hpp"
#include "usmp/result.hpp"
#include "usmp/state.hpp"
#include "usmp/time.hpp"

namespace usmp {

/// receive() every packet that the medium delivers, on_deadline() when next_deadline() has come,
/// and after each of these, and after send(): poll_transmit() until it gives 0.
class CompactDevice {
 public:
  CompactDevice();
  ~CompactDevice();
  CompactDevice(const CompactDevice&) = delete;
  CompactDevice& operator=(const CompactDevice&) = delete;

  /// The least that a buffer for packets has room for, in and out: a CHALLENGE of any gateway.
  static const size_t kPacketRoomMin = kChallengeSizeMax;

  /// Takes configuration and the room for a message that comes in (limits.max_message bytes), both
  /// borrowed for the life of the object. `packet_room`: the bytes that poll_transmit() may always
  /// use, kPacketRoomMin at least. BadConfig: a value is outside its range, or not of a serial line
  /// or BLE, a window of 1, no cid and no early data. Call once, before anything else.
  USMP_MUST_USE Error init(const DeviceConfig& config, uint8_t* room, uint16_t packet_room);

  State state() const { return state_; }
  bool established() const { return state_ == State::Established; }
  const Agreement& agreement() const { return agreement_; }
  /// The present epoch; only with a session.
  uint32_t epoch() const { return epoch_; }
  /// The 16 bytes that name the session in logs (§2); zeros before it stands.
  Bytes session_id() const { return Bytes(session_id_); }
  /// Packets dropped: malformed, unauthentic, replayed, unexpected. Wraps.
  uint32_t dropped() const { return dropped_; }

  /// Begins a handshake (one X25519). Errors: WrongState (begun already), RandomFailed,
  /// CryptoFailed. After a failed attempt the next one comes by itself, with the pauses of §2,
  /// until close().
  USMP_MUST_USE Error connect(Instant now);

  /// Takes one packet; it is decrypted in place. An error says why it was dropped, and needs
  /// nothing from the caller: it comes again (MessageWaiting: if message() was released by then).
  /// A CHALLENGE takes one X25519. The packet stays in place until next_datagram() gives none.
  Result<Event> receive(MutableBytes packet, Instant now);

  /// Writes the next packet into `out`, which has the packet_room bytes of init(). 0: nothing to
  /// send now.
  Result<size_t> poll_transmit(MutableBytes out, Instant now);

  /// The moment when on_deadline() is to be called, and then poll_transmit(), at the latest.
  Instant next_deadline(Instant now) const;
  Event on_deadline(Instant now);

  /// Takes a message, which stays the caller's and untouched until take_finished() or take_back()
  /// gives the node back. TooLarge: more than the peer takes. WrongState: no session.
  USMP_MUST_USE Error send(Outgoing& message, Instant now);
  /// Sends a message that may be lost, with the next poll_transmit(); `content` stays untouched
  /// until then. Errors: TooLarge, WrongState, Full (one waits already: poll_transmit() first).
  USMP_MUST_USE Error send_datagram(Bytes content, uint8_t channel, Instant now);
  /// The largest datagram that the peer takes.
  size_t datagram_size_max() const;
  /// True while the content given to send_datagram() has not gone out: it must stay as it is.
  bool datagram_waiting() const { return datagram_due_; }
  /// Asks the peer for a sign of life; any authentic packet is an answer. WrongState: no session.
  USMP_MUST_USE Error ping(Instant now);

  /// The message that waits; valid until release_message(). False: none.
  bool message(Message* out) const;
  /// The application has the message: the gateway may send the next one.
  void release_message(Instant now);
  /// The next datagram of the packet given to the last receive(); its bytes lie in that packet,
  /// and count until the next packet in or out. False: none left.
  bool next_datagram(Message* out);

  /// The next message that needs nothing more (`delivery` says what became of it). nullptr: none.
  Outgoing* take_finished();
  /// The next message that was not acknowledged, when there is no session. Messages left here go
  /// again in the session that follows. nullptr: none.
  Outgoing* take_back();
  /// True if nothing is unacknowledged or waiting to be sent.
  bool send_idle() const { return first_ == nullptr; }

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
  /// message() first; the state is still good.
  USMP_MUST_USE Error wake(MutableBytes saved, uint32_t slept_s, Instant now);

 private:
  static const size_t kSessionIdSize = 16;
  static const size_t kHelloSize = 47;  // without cid, extensions and cookie

  // AwaitingChallenge: what HELLO is made of; and what a CHALLENGE brings, which lies here because
  // X25519 leaves no stack for it.
  struct Offer {
    uint8_t private_key[crypto::kPointSize];
    uint8_t public_key[crypto::kPointSize];
    uint8_t peer_key[crypto::kPointSize];
    uint8_t shared_secret[crypto::kPointSize];
    uint8_t th1[crypto::kHashSize];
  };
  // AwaitingSessionOk: HELLO_ACK, to be repeated, and the answers that count.
  struct Awaited {
    uint8_t proof_g[crypto::kHashSize];
    uint8_t reject_ct[1 + crypto::kTagSize];  // REJECT 1 as the gateway would seal it
    uint8_t id_ct[kDeviceIdSizeMax + crypto::kTagSize];
    uint8_t proof_d[crypto::kHashSize];
  };
  struct Keys {
    uint8_t chain[crypto::kHashSize];  // of the present epoch
    DirectionKey send;
    union {
      Awaited awaited;
      DirectionKey receive;
    };
  };
  union Secrets {
    Offer offer;
    Keys established;
  };

  // Handshake
  Error begin_attempt();
  void update_hello_tag();
  void write_hello(uint8_t* hello) const;  // kHelloSize bytes
  size_t write_handshake(MutableBytes out) const;
  Result<size_t> transmit_handshake(MutableBytes out);
  bool read_challenge(Bytes packet);
  bool is_acceptable(uint8_t flags) const;
  Result<Event> receive_challenge(Bytes packet);
  bool prepare_hello_ack();
  Result<Event> receive_answer(Bytes packet);
  bool is_proved(Bytes packet, size_t size, const uint8_t* expected) const;
  Event give_up_attempt(Cause cause);
  void start_pause();
  Event on_handshake_deadline();
  Duration jittered(Duration span);

  // Session
  void enter_session(uint16_t send_chunk, uint16_t receive_chunk);
  void leave_session(State to);
  Result<Event> drop(Error why);
  Event protocol_error();
  Event lose();
  Result<Event> receive_data(MutableBytes packet);
  void heard();
  Event read_frames(MutableBytes frames);
  bool read_ack(const uint8_t* body);
  bool read_chunk(uint8_t type, const uint8_t* body, Bytes content);
  void chunk_acknowledged();
  void finish_first(Delivery delivery);
  uint8_t credit() const { return waiting_ ? 0 : 1; }

  Result<size_t> transmit_packet(MutableBytes out);
  size_t write_frames(uint8_t* frames, size_t room);
  size_t write_chunk(uint8_t* frames, size_t room);
  Result<size_t> seal(MutableBytes out, size_t frames_size);
  bool frames_due() const;
  bool chunk_due() const;
  size_t header_size() const;

  // Times
  Duration rto() const;
  void sample_rtt(Duration round_trip);
  Duration check_unit() const;
  Duration keepalive() const;
  void start_check(bool after_reset);
  Instant check_deadline() const;
  Instant chunk_deadline() const;
  Instant hopeless_deadline() const;
  void on_chunk_deadline();

  // Epochs
  void derive_epoch_keys();
  void move_epoch_if_due();

  struct SavedState;
  bool fits(const SavedState& saved) const;

  // What is used most comes first: an AVR reaches 64 bytes of an object in one instruction. For the
  // same reason `now_` is here, and no parameter of everything below the public functions.
  State state_;
  bool packet_due_ : 1;  // a handshake packet, or a chunk again
  bool under_way_ : 1;   // the chunk send_chunk_ was sent
  bool waiting_ : 1;     // a whole message is in the room
  bool receiving_ : 1;   // part of a message is in the room
  bool ack_due_ : 1;
  bool ping_due_ : 1;
  bool pong_due_ : 1;
  bool datagram_due_ : 1;
  bool checking_ : 1;
  bool check_after_reset_ : 1;
  bool reset_checked_before_ : 1;
  bool unconfirmed_ : 1;  // nothing authentic came in the present epoch: long packets
  bool sampled_ : 1;
  uint8_t credit_;   // chunks from send_chunk_ on that the peer takes
  uint8_t repeats_;  // of the present handshake packet; in a session doublings of the RTO
  uint8_t pauses_;   // since the last session
  uint8_t chunk_resends_;
  uint8_t check_step_;
  uint8_t wakes_unheard_;
  uint8_t datagram_channel_;
  uint8_t room_channel_;
  uint8_t ping_token_;
  uint8_t pong_token_;
  uint8_t bye_reason_;
  const DeviceConfig* config_;
  Outgoing* first_;  // under way, or the next one to be
  // In a handshake: when to repeat, or to end the pause. In a session: since when PING is
  // unanswered.
  Instant timer_;
  uint32_t epoch_;           // the present one
  uint32_t next_seq_;        // to be sent with
  uint32_t receive_seq_;     // the lowest number that is still fresh
  Instant now_;              // of the public call that runs
  Instant chunk_last_sent_;  // or the last probe of a credit of 0
  Instant last_sent_;
  Instant last_heard_;
  uint16_t packet_room_;
  uint16_t datagrams_size_;
  uint16_t room_used_;
  uint16_t send_chunk_;     // the chunk under way, or the next one
  uint16_t chunk_size_;     // of the chunk under way
  uint16_t sent_offset_;    // bytes of the first message that are acknowledged
  uint16_t receive_chunk_;  // the next one
  uint16_t srtt_;           // RFC 6298, in milliseconds
  uint16_t rttvar_;
  uint8_t hello_tag_[kHelloTagSize];  // of the present attempt
  Agreement agreement_;
  Secrets secrets_;
  uint8_t session_id_[kSessionIdSize];
  uint8_t* room_;       // of one message that comes in
  Outgoing* finished_;  // acknowledged or refused, for take_finished()
  uint8_t* datagrams_;  // read and not yet taken, one behind the other, in the last packet
  Bytes datagram_;      // to be sent
  uint32_t dropped_;
  Instant chunk_first_sent_;
  Instant reset_checked_;
  Instant epoch_since_;
  Instant unopened_pinged_;
};

}  // namespace usmp

#endif  // USMP_COMPACT_DEVICE_HPP
