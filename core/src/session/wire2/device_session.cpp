// See device_session.hpp: life, packets and deadlines of a wire 2 device. The handshake is in
// device_handshake.cpp.
#include "usmp/wire2/device_session.hpp"

#include "usmp/detail/soonest.hpp"
#include "wire2/frame.hpp"
#include "wire2/utack.hpp"

namespace usmp {
namespace wire2 {

namespace {

bool valid(const DeviceConfig& config) {
  // USMP2 §Handshake: a PSK has at least 16 bytes
  return config.device_id.size == kDeviceIdSize && config.psk.size >= kPskSizeMin &&
         config.psk.size <= kPskSizeMax && config.random.fill != nullptr &&
         (config.medium == Medium::Stream || config.medium == Medium::Udp) &&
         crypto::suite_available(config.suite) && config.keepalive < kDeadlineMax;
}

bool in_handshake(State state) {
  return state == State::AwaitingChallenge || state == State::AwaitingSessionOk;
}

bool in_session(State state) {
  return state == State::Established || state == State::AwaitingByeSent;
}

}  // namespace

DeviceSession::DeviceSession()
    : Session(Role::Device),
      config_(nullptr),
      timer_at_(0),
      answer_until_(0),
      pinged_(0),
      pauses_(0),
      drop_reason_(Error::None),
      packet_due_(false),
      acknowledged_(false),
      pinging_(false) {}

Error DeviceSession::init(const DeviceConfig& config, MutableBytes receive_buffer) {
  const bool room = !receive_buffer.empty() && receive_buffer.size <= kMessageSizeMax;
  if (!valid(config) || !room || state_ != State::Idle) return Error::BadConfig;
  config_ = &config;
  medium_ = config.medium;
  suite_ = config.suite;
  random_ = config.random;
  lend_receive_buffer(receive_buffer);
  return Error::None;
}

Duration DeviceSession::keepalive() const {
  const Duration chosen = config_->keepalive != 0 ? config_->keepalive : kKeepaliveDefault;
  if (chosen < kKeepaliveMin) return kKeepaliveMin;
  return chosen > kKeepaliveMax ? kKeepaliveMax : chosen;
}

Result<Event> DeviceSession::drop(Error why, Instant now) {
  ++counters_.dropped;
  drop_reason_ = why;
  if (!stream()) return why;
  // USMP2 §Session frames: on TCP a `seq` other than the expected one ends the session. So does
  // everything else that is dropped on UDP: nothing gets lost or altered there by accident.
  if (state_ == State::Established) return lose(Cause::StreamBroken, now);
  if (in_handshake(state_)) return give_up_attempt(Cause::StreamBroken, now);
  return why;
}

Result<Event> DeviceSession::receive(MutableBytes packet, Instant now) {
  if (!stream() && is_utack(packet)) {
    const Error error =
        in_handshake(state_) ? receive_handshake_utack(packet, now) : receive_utack(packet, now);
    return error == Error::None ? Result<Event>(Event()) : drop(error, now);
  }
  FrameHeader header;
  if (!read_frame(packet, &header)) return drop(Error::Malformed, now);
  if (!is_sealed(header.type)) return receive_handshake(header, payload_of(packet), now);
  const Result<Event> result = receive_frame(header, packet, now);
  if (result.ok()) {
    pinging_ = false;
    return result;
  }
  return result.error == Error::MessageWaiting ? result : drop(result.error, now);
}

// The session is over without a BYE: it is reported as lost, and a handshake follows.
Event DeviceSession::lose(Cause cause, Instant now) {
  if (stream()) {
    forget_session(State::AwaitingPauseEnd);
    start_pause(now);
  } else {
    forget_session(State::AwaitingChallenge);
    if (begin_attempt(now) != Error::None) {
      move_to(State::AwaitingPauseEnd);
      start_pause(now);
    }
  }
  return Event(EventKind::Lost, cause);
}

Event DeviceSession::connection_lost(Instant now) {
  if (state_ == State::Established) return lose(Cause::ConnectionLost, now);
  if (state_ == State::AwaitingByeSent) {
    forget_session(State::Closed);
    return Event(EventKind::Closed, Cause::ConnectionLost);
  }
  if (in_handshake(state_) || state_ == State::AwaitingConnection) {
    return give_up_attempt(Cause::ConnectionLost, now);
  }
  return Event();
}

void DeviceSession::close(Instant) {
  packet_due_ = false;
  if (state_ == State::Established) {
    start_closing();
  } else if (state_ != State::AwaitingByeSent) {
    forget_session(State::Closed);
  }
}

Result<size_t> DeviceSession::poll_transmit(MutableBytes out, Instant now) {
  if (!utack_due_ && in_handshake(state_)) {
    return packet_due_ ? transmit_handshake(out, now) : Result<size_t>(size_t(0));
  }
  return transmit(out, now);
}

void DeviceSession::delivered(Instant now) {
  if (in_handshake(state_)) {
    acknowledged_ = true;
    timer_at_ = now + kAnswerRepeat;
  } else if (flight_sealed_ && !flight_due_) {
    flight_done();
  }
}

Instant DeviceSession::next_deadline(Instant now) const {
  Soonest soonest(now);
  if (state_ == State::AwaitingPauseEnd) soonest.consider(timer_at_);
  if (in_handshake(state_)) {
    soonest.consider(answer_until_);
    if (!stream() && !packet_due_) soonest.consider(timer_at_);
  }
  if (in_session(state_)) soonest.consider(common_deadline(now));
  if (state_ == State::Established) {
    if (!ping_due_) soonest.consider(last_sent_ + keepalive());
    if (pinging_) soonest.consider(pinged_ + kStreamSilenceMax);
  }
  return soonest.instant();
}

Event DeviceSession::on_session_deadline(Instant now) {
  const bool told = state_ == State::AwaitingByeSent;
  const Expiry expiry = on_common_deadline(now);
  if (expiry != Expiry::None && told) {
    forget_session(State::Closed);
    return Event();
  }
  if (expiry == Expiry::NoAnswer) return lose(Cause::NoAnswer, now);
  if (expiry == Expiry::NumbersSpent) return lose(Cause::NumbersSpent, now);
  if (told) return Event();
  if (pinging_ && now.reached(pinged_ + kStreamSilenceMax)) {
    if (can_receive()) return lose(Cause::NoAnswer, now);
    pinged_ = now;  // nothing is read while the application holds a message
  }
  // USMP2 §Session frames: the device sends PING when it has sent nothing for its keepalive time
  if (!ping_due_ && now.reached(last_sent_ + keepalive())) {
    ping_due_ = true;
    if (stream() && !pinging_) {
      pinging_ = true;
      pinged_ = now;
    }
  }
  return Event();
}

Event DeviceSession::on_deadline(Instant now) {
  switch (state_) {
    case State::AwaitingPauseEnd:
      return now.reached(timer_at_) ? on_pause_end(now) : Event();
    case State::AwaitingChallenge:
    case State::AwaitingSessionOk:
      return on_handshake_deadline(now);
    case State::Established:
    case State::AwaitingByeSent:
      return on_session_deadline(now);
    case State::Idle:
    case State::AwaitingConnection:
    case State::Asleep:
    case State::Closed:
      return Event();
  }
  return Event();
}

}  // namespace wire2
}  // namespace usmp
