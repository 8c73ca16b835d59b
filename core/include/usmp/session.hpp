// The part of a session that device and gateway share: messages in and out, packets sealed and
// opened, acknowledgement, close. Used through DeviceSession and GatewaySession. No I/O, no clock,
// no heap: packets, time, randomness and buffers come from the caller.
#ifndef USMP_SESSION_HPP
#define USMP_SESSION_HPP

#include <stddef.h>
#include <stdint.h>

#include "usmp/agreement.hpp"
#include "usmp/buffers.hpp"
#include "usmp/bytes.hpp"
#include "usmp/config.hpp"
#include "usmp/detail/receive_window.hpp"
#include "usmp/detail/send_window.hpp"
#include "usmp/event.hpp"
#include "usmp/message.hpp"
#include "usmp/result.hpp"
#include "usmp/state.hpp"
#include "usmp/time.hpp"

namespace usmp {

class ByteReader;
class ByteWriter;

namespace wire3 {
struct DataHeader;
}

class Session {
 public:
  State state() const { return state_; }
  bool established() const { return state_ == State::Established; }
  const Agreement& agreement() const { return agreement_; }
  const Counters& counters() const { return counters_; }
  /// Chunks that went out more than once, in all sessions of this object.
  uint32_t chunks_resent() const { return send_.resent_total(); }
  /// The present epoch; only with a session.
  uint32_t epoch() const { return secrets_.established.send.epoch; }
  /// The 16 bytes that name the session in logs (§2); zeros before it stands.
  Bytes session_id() const { return Bytes(session_id_); }
  /// The retransmission timeout without doubling, in milliseconds.
  Duration rto() const { return send_.timer().rto(); }

  /// Takes a message: `message.content` and `channel` are set, both stay the caller's and untouched
  /// until take_finished() or take_back() gives the node back. Errors: TooLarge (the peer takes at
  /// most agreement().max_message), WrongState (no session and no early data, or it is over).
  /// Call poll_transmit() next.
  USMP_MUST_USE Error send(Outgoing& message, Instant now);
  /// Sends a message that may be lost, with the next poll_transmit(); `content` stays untouched
  /// until then. Errors: TooLarge, WrongState, Full (one waits already: poll_transmit() first),
  /// Congested.
  USMP_MUST_USE Error send_datagram(Bytes content, uint8_t channel, Instant now);
  /// The largest datagram that the peer takes.
  size_t datagram_size_max() const;
  /// True while the content given to send_datagram() has not gone out: it must stay as it is.
  bool datagram_waiting() const { return datagram_due_; }
  /// Asks the peer for a sign of life; any authentic packet is an answer. WrongState: no session.
  USMP_MUST_USE Error ping(Instant now);

  /// False on a stream while a message waits, or frames behind it: leave the next packet with the
  /// medium, and the buffer of the last one in place, until release_message() made it true again.
  bool can_receive() const {
    return !receive_.stream() || (!receive_.message_waiting() && !unread());
  }
  /// The message that waits; valid until release_message(). False: none.
  bool message(Message* out) const { return receive_.message(out); }
  /// The application has the message; the next one may stand in message() at once. The event is
  /// None but when what followed breaks the protocol (Closed).
  Event release_message(Instant now);
  /// The next datagram of the packet given to the last receive(); its bytes lie in that packet.
  /// False: none left.
  bool next_datagram(Message* out);

  /// The next message that needs nothing more (`delivery` says what became of it). nullptr: none.
  Outgoing* take_finished() { return send_.take_finished(); }
  /// The next message that the session did not get acknowledged; for when it is over or given up.
  /// Messages left here go again in the session that follows. nullptr: none.
  Outgoing* take_back();
  /// True if nothing is unacknowledged or waiting to be sent.
  bool send_idle() const { return send_.idle(); }

  void lend_send_buffer(SendBuffer buffer) { send_.lend(buffer); }
  void lend_receive_buffer(ReceiveBuffer buffer) { receive_.lend(buffer); }
  bool has_send_buffer() const { return send_.has_buffer(); }
  bool has_receive_buffer() const { return receive_.has_buffer(); }
  /// True if the buffer is not in use now and may be taken back.
  bool send_buffer_idle() const { return send_.idle(); }
  bool receive_buffer_idle() const { return receive_.buffer_idle() && !unread(); }
  SendBuffer take_send_buffer() { return send_.take_buffer(); }
  ReceiveBuffer take_receive_buffer() { return receive_.take_buffer(); }

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 protected:
  /// AwaitingChallenge: what the device's HELLO is made of.
  struct Offer {
    uint8_t private_key[crypto::kPointSize];
    uint8_t public_key[crypto::kPointSize];
    uint8_t cookies[kRetriesMax][kCookieSize];  // sent so far, the last one in use
    uint8_t cookie_count;
    uint8_t tag[kHelloTagSize];
  };
  /// AwaitingSessionOk: HELLO_ACK, to be repeated, and the answers that count.
  struct Awaited {
    uint8_t proof_g[crypto::kHashSize];
    uint8_t reject_ct[1 + crypto::kTagSize];  // REJECT 1 as the gateway would seal it
    uint8_t id_ct[kDeviceIdSizeMax + crypto::kTagSize];
    uint8_t proof_d[crypto::kHashSize];
  };
  struct AwaitedKeys {
    SendEpoch send;
    Awaited awaited;
  };
  struct EstablishedKeys {
    SendEpoch send;  // first in both, so that early data may use it
    ReceiveEpoch current;
    ReceiveEpoch previous;
  };
  union Secrets {
    Offer offer;
    AwaitedKeys awaited;
    EstablishedKeys established;
  };
  typedef wire3::DataHeader DataHeader;

  enum class Role : uint8_t { Device, Gateway };

  explicit Session(Role role);
  ~Session();

  void move_to(State to);
  Bytes own_cid() const { return agreement_.own_cid.view(); }
  /// True if send() may take messages before the session stands.
  bool may_send_early() const { return early_data_ && state_ != State::AwaitingByeSent; }
  void begin_session(const ReceiveLimits& own, uint16_t send_chunk, uint16_t receive_chunk,
                     Instant now);
  void forget_session(State to);
  void start_closing(ByeReason reason);
  Event protocol_error();
  Event bye_received(uint8_t reason);
  void drop_previous_epoch();

  Error parse_header(Bytes packet, DataHeader* header) const;
  /// Opens with the current or the previous epoch and marks the number. `highest`: the number is
  /// the highest of the current epoch; `current`: it is of the current epoch.
  Error open_known_epoch(const DataHeader& header, MutableBytes packet, MutableBytes* plaintext,
                         bool* highest, bool* current);
  /// True if a stream's packet has frames that are not read yet.
  bool unread() const { return unread_at_ < frames_size_; }
  void forget_frames();
  uint16_t packet_size_max() const;
  Event read_packet(Bytes frames, uint32_t epoch, uint32_t seq, Instant now);
  Event read_frames(uint32_t epoch, uint32_t seq, Instant now);
  Event read_frame(ByteReader& reader, uint32_t epoch, uint32_t seq, Instant now);
  Event read_ack(ByteReader& reader, uint32_t epoch, uint32_t seq, Instant now);
  Event read_data(ByteReader& reader, uint8_t type, Instant now);
  static void skip_frame(ByteReader& reader, uint8_t type);

  void ask();
  bool frames_due(Instant now) const;
  /// Builds one data packet of at most `size_max` bytes. 0: nothing to send. `long_form`: with the
  /// epoch in full.
  Result<size_t> write_packet(MutableBytes out, size_t size_max, bool long_form, Instant now);
  Result<size_t> seal(MutableBytes out, size_t frames_size, bool long_form, Instant now);
  void write_frames(ByteWriter& writer, size_t room, Instant now);
  void write_ack(ByteWriter& writer);
  void write_ack_if_fit(ByteWriter& writer, size_t room, Instant now);
  bool write_chunks(ByteWriter& writer, size_t room, Instant now);

  Instant common_deadline(Instant now) const;
  void on_common_deadline(Instant now);

  SendWindow send_;
  ReceiveWindow receive_;
  Secrets secrets_;
  Agreement agreement_;
  Counters counters_;
  Bytes datagram_;         // to be sent
  const uint8_t* frames_;  // of the packet received last, in the caller's buffer
  Instant last_sent_;
  Instant last_heard_;
  Instant previous_until_;
  uint32_t ack_seq_;  // of the last ACK that counted
  uint8_t session_id_[16];
  uint16_t frames_size_;
  uint16_t datagram_at_;  // the first frame not yet looked at by next_datagram()
  uint16_t unread_at_;    // on a stream: the first frame behind a message that waits
  uint16_t own_max_packet_;
  uint8_t ack_epoch_low_;  // of the last ACK that counted
  uint8_t datagram_channel_;
  uint8_t ping_token_;
  uint8_t pong_token_;
  uint8_t pong_received_token_;
  ByeReason bye_reason_;
  Medium medium_;
  State state_;
  Role role_;
  bool ping_due_ : 1;
  bool pong_due_ : 1;
  bool pong_received_ : 1;
  bool datagram_due_ : 1;
  bool drained_due_ : 1;       // gateway: a wake answer is due
  bool previous_valid_ : 1;    // the key of the epoch before is kept
  bool previous_expires_ : 1;  // until previous_until_
  bool ack_counted_ : 1;
  bool early_data_ : 1;
};

}  // namespace usmp

#endif  // USMP_SESSION_HPP
