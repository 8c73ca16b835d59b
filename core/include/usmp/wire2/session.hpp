// The part of a wire 2 session that device and gateway share: messages in and out, frames sealed
// and opened, UTACK, REKEY, BYE. Used through DeviceSession and GatewaySession, by the contract of
// the wire 3 sessions. No I/O, no clock, no heap.
#ifndef USMP_WIRE2_SESSION_HPP
#define USMP_WIRE2_SESSION_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/bytes.hpp"
#include "usmp/crypto.hpp"
#include "usmp/detail/replay_window.hpp"
#include "usmp/detail/retransmit_timer.hpp"
#include "usmp/event.hpp"
#include "usmp/message.hpp"
#include "usmp/result.hpp"
#include "usmp/state.hpp"
#include "usmp/time.hpp"
#include "usmp/wire2/config.hpp"
#include "usmp/wire2/detail/assembly.hpp"
#include "usmp/wire2/detail/control_pace.hpp"
#include "usmp/wire2/detail/outgoing_row.hpp"

namespace usmp {
namespace wire2 {

struct FrameHeader;

class Session {
 public:
  State state() const { return state_; }
  bool established() const { return state_ == State::Established; }
  const Counters& counters() const { return counters_; }
  /// The 16 bytes of the wire's session id; zeros before the session stands.
  Bytes session_id() const { return Bytes(session_id_); }
  /// The retransmission timeout without doubling, in milliseconds (UDP).
  Duration rto() const { return timer_.rto(); }
  /// Frames that went out more than once, in all sessions of this object.
  uint32_t frames_repeated() const { return repeated_total_; }
  /// Times that this session's keys were changed, by either side.
  uint32_t rekeys() const { return rekeys_; }

  /// The keys of the session that stands, for a medium that makes UTACKs of its own: each changes
  /// whenever rekeys() does. Empty without a session.
  Bytes send_key() const { return established() ? Bytes(secrets_.established.keys.send) : Bytes(); }
  Bytes receive_key() const {
    return established() ? Bytes(secrets_.established.keys.receive) : Bytes();
  }

  /// Takes a message: `message.content` is set (channel is not of this wire), both stay the
  /// caller's and untouched until take_finished() or take_back() gives the node back: a frame is
  /// sealed from them again when it is repeated. Errors: TooLarge (over kMessageSizeMax),
  /// WrongState (no session stands). Call poll_transmit() next.
  USMP_MUST_USE Error send(Outgoing& message, Instant now);
  /// Asks the peer for a PONG; with several at once, for one. WrongState: no session.
  USMP_MUST_USE Error ping(Instant now);
  /// Changes the keys of both directions, as soon as no message of ours is half sent. WrongState:
  /// no session. What the peer is told to do meanwhile: docs/decisions/0011.
  USMP_MUST_USE Error rekey(Instant now);

  /// False on a stream while a message waits: leave the next frame with the medium until
  /// release_message().
  bool can_receive() const { return !stream() || !assembly_.waiting(); }
  /// The message that waits; valid until release_message(). False: none.
  bool message(Message* out) const;
  /// The application has the message. The event is always None (wire 3 has others).
  Event release_message(Instant now);

  /// The next message that needs nothing more: acknowledged, on a stream handed to it. nullptr:
  /// none.
  Outgoing* take_finished() { return row_.take_finished(); }
  /// The next message that the session did not get acknowledged, once it is over. Messages left
  /// here go again, from their beginning, in the session that follows. nullptr: none.
  Outgoing* take_back();
  /// True if nothing is unacknowledged or waiting to be sent.
  bool send_idle() const { return row_.idle(); }

  /// Room for one message that comes in: the largest that this side takes, kMessageSizeMax for all.
  void lend_receive_buffer(MutableBytes room) { assembly_.lend(room); }
  bool has_receive_buffer() const { return assembly_.has_room(); }
  /// True if the room holds nothing now and may be taken back.
  bool receive_buffer_idle() const { return assembly_.idle(); }
  MutableBytes take_receive_buffer() { return assembly_.take_room(); }

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 protected:
  /// AwaitingChallenge: what HELLO is made of.
  struct Offer {
    uint8_t private_key[crypto::kPointSize];
    uint8_t public_key[crypto::kPointSize];
    uint8_t cookie[kCookieSize];
    bool has_cookie;
  };
  struct KeyPair {
    uint8_t send[crypto::kKeySize];
    uint8_t receive[crypto::kKeySize];
  };
  /// AwaitingSessionOk: HELLO_ACK, to be repeated, and what its answer is checked with.
  struct AwaitedKeys {
    KeyPair keys;
    uint8_t proof_c[crypto::kHashSize];
    uint8_t nonce[kNonceSize];
    uint8_t public_c[crypto::kPointSize];
    uint8_t public_s[crypto::kPointSize];
  };
  struct EstablishedKeys {
    KeyPair keys;
    KeyPair previous;         // while a REKEY of ours is not confirmed
    uint8_t kept[kSaltSize];  // salt of a REKEY on its way (ours or the peer's), or proof_S
  };
  union Secrets {
    Offer offer;
    AwaitedKeys awaited;
    EstablishedKeys established;
  };
  enum class Role : uint8_t { Device, Gateway };
  enum class Opened : uint8_t { Current, Previous };

  explicit Session(Role role);
  ~Session();

  bool stream() const { return medium_ == Medium::Stream; }
  void move_to(State to);
  void begin_session(Instant now);
  void forget_session(State to);
  void start_closing();
  Event protocol_error();

  // In
  Result<Event> receive_frame(const FrameHeader& header, MutableBytes packet, Instant now);
  Error check_number(const FrameHeader& header) const;
  Error open(const FrameHeader& header, MutableBytes packet, Opened* opened);
  bool open_aside(MutableBytes packet);
  void mark(const FrameHeader& header, Opened opened);
  bool repeats_followed_rekey(const FrameHeader& header, Bytes packet) const;
  Error answer_repeat(const FrameHeader& header, MutableBytes packet);
  bool closed_by(const FrameHeader& header) const;
  bool controls_exceeded(Instant now);
  Event read_control(const FrameHeader& header, Bytes packet, Bytes content, Opened opened,
                     Instant now);
  Event read_data(const FrameHeader& header, Bytes content);
  Event read_bye();
  Event read_rekey(const FrameHeader& header, Bytes packet, Bytes salt, Opened opened);
  Error open_on_udp(const FrameHeader& header, MutableBytes packet, Opened* opened);
  void owe_utack(uint8_t type, uint32_t seq, Opened opened = Opened::Current);
  Error receive_utack(Bytes packet, Instant now);
  bool utack_authentic(uint8_t type, uint32_t seq, Bytes mac) const;

  // REKEY
  void follow_rekey(Bytes salt);
  void follow_crossing_rekey(Bytes salt);
  void complete_rekey();
  void start_numbers();
  void drop_previous();

  // Out
  Result<size_t> transmit(MutableBytes out, Instant now);
  Result<size_t> write_utack(MutableBytes out);
  uint8_t next_type(Instant now) const;
  uint8_t next_control(Instant now) const;
  uint8_t next_data_type() const;
  size_t content_size_of(uint8_t type) const;
  Error start_frame(uint8_t type, Instant now);
  Bytes flight_content() const;
  Result<size_t> send_flight(MutableBytes out, Instant now);
  Result<size_t> write_flight(MutableBytes out) const;
  Result<size_t> write_session_ok(MutableBytes out) const;
  void flight_done();
  void end_flight();
  bool numbers_spent() const { return flight_type_ == 0 && next_seq_ > kSeqLast; }
  bool may_ask(Instant now) const { return pace_.fewer_than(kControlsAskedPerSecond, now); }

  /// What has come of the frame under way, and of the numbers.
  enum class Expiry : uint8_t { None, NoAnswer, NumbersSpent };
  Instant common_deadline(Instant now) const;
  Expiry on_common_deadline(Instant now);

  OutgoingRow row_;
  Assembly assembly_;
  RetransmitTimer timer_;
  ControlPace pace_;
  Random random_;
  ReplayWindow received_;           // on a stream only its `next`: the number expected
  ReplayWindow previous_received_;  // on UDP: of the keys before
  Secrets secrets_;
  Counters counters_;
  uint32_t repeated_total_;
  uint32_t rekeys_;
  Instant last_sent_;
  Instant last_heard_;
  Instant flight_sent_;  // when it went out first
  Instant controls_since_;
  uint32_t next_seq_;
  uint32_t flight_seq_;
  uint32_t numbers_top_;    // above every number of this session, under whatever key
  uint32_t previous_next_;  // on a stream: the number expected under the key before
  uint32_t rekey_seq_;      // of the peer's last REKEY
  uint32_t utack_seq_;
  uint16_t flight_size_;
  uint8_t flight_type_;  // 0: no frame is under way
  uint8_t flight_tag_[crypto::kTagSize];
  uint8_t rekey_tag_[crypto::kTagSize];  // by which a repeat of the peer's REKEY is known
  uint8_t rekey_mac_[kUtackMacSize];     // its UTACK, under the key that is gone
  uint8_t utack_mac_[kUtackMacSize];
  uint8_t utack_type_;
  uint8_t session_id_[kSessionIdSize];
  uint8_t repeats_;
  uint8_t controls_;  // taken in the present second
  uint8_t pongs_due_;
  crypto::Suite suite_;
  Medium medium_;
  State state_;
  Role role_;
  bool flight_due_ : 1;
  bool utack_due_ : 1;
  bool ping_due_ : 1;
  bool rekey_due_ : 1;
  bool bye_due_ : 1;
  bool session_ok_due_ : 1;  // gateway: the first frame of a session
  bool rekey_held_ : 1;      // UDP: the peer's REKEY came while a frame of ours is under way
  bool rekey_followed_ : 1;  // UDP: rekey_seq_, rekey_tag_, rekey_mac_ are of use
  bool previous_valid_ : 1;
  bool flight_sealed_ : 1;  // flight_tag_ is of the frame under way
};

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_SESSION_HPP
