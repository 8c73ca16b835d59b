// See gateway_session.hpp.
#include "usmp/wire2/gateway_session.hpp"

#include "usmp/detail/soonest.hpp"
#include "wire2/frame.hpp"
#include "wire2/utack.hpp"

namespace usmp {
namespace wire2 {

GatewaySession::GatewaySession() : Session(Role::Gateway), timeout_(kGatewayTimeout) {}

// The handshake is done: its keys, proof_S and session id stand in the session.
void GatewaySession::establish(const GatewayConfig& config, Instant now) {
  medium_ = config.medium;
  suite_ = config.suite;
  random_ = config.random;
  timeout_ = config.timeout != 0 ? config.timeout : kGatewayTimeout;
  begin_session(now);
  session_ok_due_ = true;
  move_to(State::Established);
}

Result<Event> GatewaySession::drop(Error why) {
  ++counters_.dropped;
  if (!stream() || state_ != State::Established) return why;
  // USMP2 §Session frames: on TCP a `seq` other than the expected one ends the session. So does
  // everything else that is dropped on UDP: nothing gets lost or altered there by accident.
  forget_session(State::Closed);
  return Event(EventKind::Closed, Cause::StreamBroken);
}

Result<Event> GatewaySession::receive(MutableBytes packet, Instant now) {
  if (!stream() && is_utack(packet)) {
    const Error error = receive_utack(packet, now);
    return error == Error::None ? Result<Event>(Event()) : drop(error);
  }
  FrameHeader header;
  if (!read_frame(packet, &header)) return drop(Error::Malformed);
  if (!is_sealed(header.type)) {
    // The UTACK of HELLO_ACK was lost; SESSION_OK goes again by itself.
    if (header.type == kHelloAck && flight_type_ == kSessionOk) {
      owe_utack(header.type, header.seq);
      return Error::Replayed;
    }
    return drop(Error::Unexpected);
  }
  const Result<Event> result = receive_frame(header, packet, now);
  if (result.ok() || result.error == Error::MessageWaiting) return result;
  return drop(result.error);
}

Result<size_t> GatewaySession::poll_transmit(MutableBytes out, Instant now) {
  return transmit(out, now);
}

Instant GatewaySession::next_deadline(Instant now) const {
  Soonest soonest(now);
  if (state_ != State::Established && state_ != State::AwaitingByeSent) return soonest.instant();
  soonest.consider(common_deadline(now));
  if (state_ == State::Established) soonest.consider(last_heard_ + timeout_);
  return soonest.instant();
}

Event GatewaySession::on_deadline(Instant now) {
  if (state_ != State::Established && state_ != State::AwaitingByeSent) return Event();
  const bool told = state_ == State::AwaitingByeSent;
  const Expiry expiry = on_common_deadline(now);
  if (expiry != Expiry::None) {
    forget_session(State::Closed);
    const Cause cause = expiry == Expiry::NoAnswer ? Cause::NoAnswer : Cause::NumbersSpent;
    return told ? Event() : Event(EventKind::Closed, cause);
  }
  if (told || now.before(last_heard_ + timeout_)) return Event();
  if (stream() && assembly_.waiting()) {
    last_heard_ = now;  // nothing is read while the application holds a message
    return Event();
  }
  // USMP2 §Session frames: the gateway closes a session from which no authentic frame came for its
  // timeout
  start_closing();
  return Event(EventKind::Closed, Cause::ByeIdle);
}

void GatewaySession::close(Instant) {
  if (state_ == State::Established) start_closing();
}

void GatewaySession::connection_lost(Instant) {
  if (state_ == State::Established || state_ == State::AwaitingByeSent) {
    forget_session(State::Closed);
  }
}

}  // namespace wire2
}  // namespace usmp
