// See session.hpp: life and messages of a session. Packets in are read in session_receive.cpp,
// packets out are built in session_transmit.cpp.
#include "usmp/session.hpp"

#include <string.h>

#include "base/assert.hpp"
#include "base/wipe.hpp"
#include "usmp/detail/soonest.hpp"

namespace usmp {

Session::Session(Role role)
    : datagram_(),
      frames_(nullptr),
      last_sent_(0),
      last_heard_(0),
      previous_until_(0),
      ack_seq_(0),
      frames_size_(0),
      datagram_at_(0),
      unread_at_(0),
      own_max_packet_(kMaxPacketMin),
      ack_epoch_low_(0),
      datagram_channel_(0),
      ping_token_(0),
      pong_token_(0),
      pong_received_token_(0),
      bye_reason_(ByeReason::Done),
      medium_(Medium::Udp),
      state_(State::Idle),
      role_(role),
      ping_due_(false),
      pong_due_(false),
      pong_received_(false),
      datagram_due_(false),
      drained_due_(false),
      previous_valid_(false),
      previous_expires_(false),
      ack_counted_(false),
      early_data_(false) {
  memset(&secrets_, 0, sizeof secrets_);
  memset(&agreement_, 0, sizeof agreement_);
  memset(&counters_, 0, sizeof counters_);
  memset(session_id_, 0, sizeof session_id_);
  send_.init();
  receive_.init();
}

Session::~Session() { wipe(&secrets_, sizeof secrets_); }

void Session::move_to(State to) {
  USMP_ASSERT(may_move(state_, to));
  state_ = to;
}

// The agreement stands: windows, flags and counts of one session begin.
void Session::begin_session(const ReceiveLimits& own, uint16_t send_chunk, uint16_t receive_chunk,
                            Instant now) {
  own_max_packet_ = own.max_packet;
  const uint16_t chunk =
      static_cast<uint16_t>(chunk_size_max(packet_size_max(), agreement_.peer_cid.size));
  send_.resume(medium_, chunk, agreement_.max_message, agreement_.window, send_chunk);
  receive_.start(medium_, own, agreement_.own_cid.size, receive_chunk);
  datagram_ = Bytes();
  forget_frames();
  ping_due_ = pong_due_ = pong_received_ = datagram_due_ = drained_due_ = false;
  previous_valid_ = false;
  ack_counted_ = false;
  last_sent_ = last_heard_ = now;
}

// The session is over: its secrets go, its messages wait for their owner or the next session.
void Session::forget_session(State to) {
  wipe(&secrets_, sizeof secrets_);
  send_.stop();
  datagram_ = Bytes();
  forget_frames();
  ping_due_ = pong_due_ = datagram_due_ = drained_due_ = false;
  previous_valid_ = false;
  move_to(to);
}

void Session::forget_frames() {
  frames_ = nullptr;
  frames_size_ = datagram_at_ = unread_at_ = 0;
}

void Session::start_closing(ByeReason reason) {
  bye_reason_ = reason;
  frames_size_ = unread_at_;  // the packet may be gone before somebody takes what waits in front
  send_.stop();
  datagram_due_ = false;
  move_to(State::AwaitingByeSent);
}

Error Session::send(Outgoing& message, Instant now) {
  const bool stands = state_ == State::Established;
  if (!stands && !may_send_early()) return Error::WrongState;
  if (stands && message.content.size > agreement_.max_message) return Error::TooLarge;
  if (message.content.size > 0xFFFF) return Error::TooLarge;
  send_.enqueue(message);
  if (stands) send_.watch_credit(now);
  return Error::None;
}

// The peer takes more, perhaps, than this side has room to build: the smaller of both counts.
uint16_t Session::packet_size_max() const {
  return agreement_.max_packet < own_max_packet_ ? agreement_.max_packet : own_max_packet_;
}

size_t Session::datagram_size_max() const {
  const size_t fits = packet_size_max() - kDatagramOverhead - agreement_.peer_cid.size;
  return fits < agreement_.max_message ? fits : agreement_.max_message;
}

Error Session::send_datagram(Bytes content, uint8_t channel, Instant now) {
  if (state_ != State::Established) return Error::WrongState;
  if (content.size > datagram_size_max()) return Error::TooLarge;
  if (datagram_due_) return Error::Full;
  // USMP3 §4: datagrams count in the congestion window and are dropped without room.
  if (!send_.datagram_fits(now)) return Error::Congested;
  datagram_ = content;
  datagram_channel_ = channel;
  datagram_due_ = true;
  return Error::None;
}

Outgoing* Session::take_back() {
  // While the session stands its chunks are under way: only what is finished leaves.
  const bool under_way = state_ == State::Established || state_ == State::AwaitingSessionOk;
  return under_way ? send_.take_finished() : send_.take_back();
}

Event Session::release_message(Instant now) {
  // A session that is over still gives the messages it has, but its end was told already.
  const bool over = state_ != State::Established;
  Event event;
  if (receive_.release() == ReceiveWindow::Verdict::ProtocolError) {
    event = protocol_error();
  } else if (unread()) {
    event = read_frames(0, 0, now);
  }
  return over ? Event() : event;
}

Event Session::protocol_error() {
  frames_size_ = unread_at_;  // what lies behind the fault is never read
  if (state_ == State::Established) start_closing(ByeReason::ProtocolError);
  return Event(EventKind::Closed, Cause::ByeProtocolError);
}

Instant Session::common_deadline(Instant now) const {
  Soonest soonest(now);
  if (send_.timer().running()) soonest.consider(send_.timer().deadline());
  Instant until;
  if (send_.waits_for_datagrams(now, &until)) soonest.consider(until);
  if (receive_.ack_owed() && !receive_.stream()) {
    soonest.consider(receive_.ack_at_once() ? now : receive_.ack_deadline());
  }
  if (previous_valid_ && previous_expires_) soonest.consider(previous_until_);
  return soonest.instant();
}

void Session::on_common_deadline(Instant now) {
  if (send_.timer().running() && now.reached(send_.timer().deadline())) {
    if (send_.on_timeout(now)) ping_due_ = true;
  }
  if (previous_valid_ && previous_expires_ && now.reached(previous_until_)) drop_previous_epoch();
}

// USMP3 §3: the receive key of the epoch before lives for 10 s.
void Session::drop_previous_epoch() {
  wipe(&secrets_.established.previous, sizeof secrets_.established.previous);
  previous_valid_ = false;
}

}  // namespace usmp
