// The device's handshake on wire 2: attempts, repeats and pauses; HELLO and HELLO_ACK out;
// HELLO_RETRY, CHALLENGE and SESSION_OK in.
#include <string.h>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/wipe.hpp"
#include "usmp/limits.hpp"
#include "usmp/wire2/device_session.hpp"
#include "wire2/frame.hpp"
#include "wire2/key_schedule.hpp"
#include "wire2/utack.hpp"

namespace usmp {
namespace wire2 {

namespace {

// USMP2 §Handshake: HELLO 0, the HELLO that repeats with a cookie 1, HELLO_ACK 2
const uint32_t kHelloSeq = 0;
const uint32_t kHelloCookieSeq = 1;
const uint32_t kHelloAckSeq = 2;

bool same(Bytes one, const uint8_t* other) { return memcmp(one.data, other, one.size) == 0; }

}  // namespace

Error DeviceSession::connect(Instant now) {
  if (config_ == nullptr) return Error::BadConfig;
  // A BYE that was sent and is not acknowledged is not waited for.
  if (state_ == State::AwaitingByeSent && !bye_due_) forget_session(State::Closed);
  const bool may_begin = state_ == State::Idle || state_ == State::Closed ||
                         state_ == State::AwaitingConnection || state_ == State::AwaitingPauseEnd;
  if (!may_begin) return Error::WrongState;
  const State before = state_;
  move_to(State::AwaitingChallenge);
  const Error error = begin_attempt(now);
  if (error != Error::None) state_ = before;  // nothing was begun
  return error;
}

Error DeviceSession::begin_attempt(Instant now) {
  wipe(&secrets_, sizeof secrets_);
  memset(session_id_, 0, sizeof session_id_);
  utack_due_ = pinging_ = false;
  Offer& offer = secrets_.offer;
  if (!random_.fill(random_.context, offer.private_key, sizeof offer.private_key)) {
    return Error::RandomFailed;
  }
  if (!crypto::x25519_public(offer.public_key, offer.private_key)) return Error::CryptoFailed;
  restart_repeats(now);
  return Error::None;
}

// Another packet of the handshake is to be sent.
void DeviceSession::restart_repeats(Instant now) {
  packet_due_ = true;
  acknowledged_ = false;
  repeats_ = 0;
  answer_until_ = now + kAnswerMax;
}

Duration DeviceSession::repeat_interval() const {
  const Duration interval = wire2::kRtoInitial << repeats_;
  return interval < wire2::kRtoMax ? interval : wire2::kRtoMax;
}

Result<size_t> DeviceSession::transmit_handshake(MutableBytes out, Instant now) {
  const bool hello = state_ == State::AwaitingChallenge;
  const bool cookie = hello && secrets_.offer.has_cookie;
  const size_t payload = hello ? kDeviceIdSize + crypto::kPointSize + (cookie ? kCookieSize : 0)
                               : sizeof secrets_.awaited.proof_c;
  if (out.size < kHeaderSize + payload) return Error::BufferTooSmall;
  const MutableBytes frame = out.first(kHeaderSize + payload);
  ByteWriter writer(frame.from(kHeaderSize));
  if (hello) {
    writer.bytes(config_->device_id);
    writer.bytes(Bytes(secrets_.offer.public_key));
    if (cookie) writer.bytes(Bytes(secrets_.offer.cookie));
  } else {
    writer.bytes(Bytes(secrets_.awaited.proof_c));
  }
  write_header(frame, hello ? kHello : kHelloAck, handshake_seq());
  write_crc(frame);
  packet_due_ = false;
  timer_at_ = now + (acknowledged_ ? kAnswerRepeat : repeat_interval());
  return frame.size;
}

uint32_t DeviceSession::handshake_seq() const {
  if (state_ != State::AwaitingChallenge) return kHelloAckSeq;
  return secrets_.offer.has_cookie ? kHelloCookieSeq : kHelloSeq;
}

Event DeviceSession::on_handshake_deadline(Instant now) {
  if (now.reached(answer_until_)) return give_up_attempt(Cause::NoAnswer, now);
  if (stream() || packet_due_ || now.before(timer_at_)) return Event();
  if (repeats_ >= kRepeats) {
    // USMP2 §UDP: up to 5 times
    if (!acknowledged_) return give_up_attempt(Cause::NoAnswer, now);
    timer_at_ = answer_until_;
    return Event();
  }
  ++repeats_;
  packet_due_ = true;
  return Event();
}

Event DeviceSession::give_up_attempt(Cause cause, Instant now) {
  forget_session(State::AwaitingPauseEnd);
  start_pause(now);
  return Event(EventKind::AttemptFailed, cause);
}

// As on wire 3: a failed attempt is followed by a pause of 1 s, doubled to 300 s, ±20 %.
void DeviceSession::start_pause(Instant now) {
  packet_due_ = false;
  Duration pause = kPauseFirst << pauses_;
  if (pause < kPauseMax) {
    ++pauses_;
  } else {
    pause = kPauseMax;
  }
  timer_at_ = now + jittered(pause);
}

Duration DeviceSession::jittered(Duration span) {
  uint8_t random = 128;
  // Without randomness the span is merely not spread.
  if (!random_.fill(random_.context, &random, 1)) random = 128;
  const Duration fifth = span / 100 * kJitterPercent;
  return span - fifth + 2 * fifth / 255 * random;
}

Event DeviceSession::on_pause_end(Instant now) {
  if (stream()) {
    move_to(State::AwaitingConnection);
    return Event(EventKind::ConnectDue);
  }
  move_to(State::AwaitingChallenge);
  if (begin_attempt(now) == Error::None) return Event();
  move_to(State::AwaitingPauseEnd);
  start_pause(now);
  return Event(EventKind::AttemptFailed, Cause::None);
}

// An acknowledged packet is not repeated soon; but a gateway that keeps nothing repeats no
// HELLO_RETRY either, so it goes again if no answer follows.
Error DeviceSession::receive_handshake_utack(Bytes packet, Instant now) {
  Utack utack;
  if (!read_utack(packet, &utack)) return Error::Malformed;
  const uint8_t type = state_ == State::AwaitingChallenge ? kHello : kHelloAck;
  if (utack.type != type || utack.seq != handshake_seq()) return Error::Unexpected;
  if (!acknowledged_) timer_at_ = now + kAnswerRepeat;
  acknowledged_ = true;
  packet_due_ = false;
  return Error::None;
}

Result<Event> DeviceSession::receive_handshake(const FrameHeader& header, Bytes payload,
                                               Instant now) {
  if (state_ == State::AwaitingChallenge) {
    if (header.type == kHelloRetry) return receive_retry(header, payload, now);
    if (header.type == kChallenge) return receive_challenge(header, payload, now);
  }
  if (!stream() && repeated_handshake(header, payload)) {
    owe_utack(header.type, header.seq);
    return Error::Replayed;
  }
  if (state_ == State::AwaitingSessionOk && header.type == kSessionOk) {
    return receive_session_ok(header, payload, now);
  }
  return drop(Error::Unexpected, now);
}

// USMP2 §UDP: a receiver answers a repeated frame with UTACK again
bool DeviceSession::repeated_handshake(const FrameHeader& header, Bytes payload) const {
  if (state_ == State::AwaitingSessionOk && header.type == kChallenge) {
    const AwaitedKeys& awaited = secrets_.awaited;
    return payload.size == sizeof awaited.nonce + sizeof awaited.public_s &&
           same(payload.first(sizeof awaited.nonce), awaited.nonce) &&
           same(payload.from(sizeof awaited.nonce), awaited.public_s);
  }
  return state_ == State::Established && header.type == kSessionOk &&
         payload.size == kSessionIdSize + crypto::kHashSize &&
         same(payload.first(kSessionIdSize), session_id_);
}

Result<Event> DeviceSession::receive_retry(const FrameHeader& header, Bytes payload, Instant now) {
  // USMP2 §Frame: HELLO_RETRY: cookie(16), UDP only
  if (stream()) return drop(Error::Unexpected, now);
  Offer& offer = secrets_.offer;
  if (payload.size != sizeof offer.cookie) return drop(Error::Malformed, now);
  owe_utack(kHelloRetry, header.seq);
  if (!offer.has_cookie) {
    memcpy(offer.cookie, payload.data, payload.size);
    offer.has_cookie = true;
    restart_repeats(now);
    return Event();
  }
  // The answer to a HELLO that was repeated brings the same cookie.
  if (same(payload, offer.cookie)) return Error::Replayed;
  // USMP2 §UDP: a device that gets HELLO_RETRY twice in one handshake gives up
  return give_up_attempt(Cause::None, now);
}

Result<Event> DeviceSession::receive_challenge(const FrameHeader& header, Bytes payload,
                                               Instant now) {
  ByteReader reader(payload);
  const Bytes nonce = reader.bytes(kNonceSize);
  const Bytes public_s = reader.bytes(crypto::kPointSize);
  if (!reader.done()) return drop(Error::Malformed, now);
  // USMP2 §Handshake: an all-zero result ends the handshake
  if (!answer_challenge(nonce, public_s)) return give_up_attempt(Cause::NotAuthenticated, now);
  move_to(State::AwaitingSessionOk);
  if (!stream()) owe_utack(kChallenge, header.seq);
  restart_repeats(now);
  return Event();
}

// Derives the session's keys and proof_C; the private key has done its work then.
bool DeviceSession::answer_challenge(Bytes nonce, Bytes public_s) {
  SecretArray<crypto::kPointSize> shared;
  uint8_t public_c[crypto::kPointSize];
  uint8_t peer[crypto::kPointSize];
  memcpy(public_c, secrets_.offer.public_key, sizeof public_c);
  memcpy(peer, public_s.data, sizeof peer);
  const bool agreed = crypto::x25519(shared.bytes, secrets_.offer.private_key, peer);
  wipe(&secrets_, sizeof secrets_);
  if (!agreed) return false;
  AwaitedKeys& awaited = secrets_.awaited;
  const Transcript transcript = {nonce, Bytes(public_c), public_s};
  derive_session_keys(awaited.keys.send, awaited.keys.receive, shared.bytes, transcript);
  make_proof_c(awaited.proof_c, config_->psk, transcript, config_->device_id);
  memcpy(awaited.nonce, nonce.data, nonce.size);
  memcpy(awaited.public_c, public_c, sizeof public_c);
  memcpy(awaited.public_s, peer, sizeof peer);
  return true;
}

Result<Event> DeviceSession::receive_session_ok(const FrameHeader& header, Bytes payload,
                                                Instant now) {
  ByteReader reader(payload);
  const Bytes id = reader.bytes(kSessionIdSize);
  const Bytes proof = reader.bytes(crypto::kHashSize);
  if (!reader.done()) return drop(Error::Malformed, now);
  AwaitedKeys& awaited = secrets_.awaited;
  const Transcript transcript = {Bytes(awaited.nonce), Bytes(awaited.public_c),
                                 Bytes(awaited.public_s)};
  memcpy(session_id_, id.data, sizeof session_id_);
  uint8_t expected[crypto::kHashSize];
  make_proof_s(expected, config_->psk, transcript, session_id_);
  // USMP2 §Handshake: proofs are compared in constant time
  const bool proven = equal_constant_time(expected, proof.data, sizeof expected);
  wipe(expected, sizeof expected);
  if (!proven) {
    memset(session_id_, 0, sizeof session_id_);
    if (!stream()) return drop(Error::Unauthentic, now);
    ++counters_.dropped;
    return give_up_attempt(Cause::NotAuthenticated, now);
  }
  // The keys lie first in both: only what is behind them goes.
  wipe(reinterpret_cast<uint8_t*>(&secrets_) + sizeof(KeyPair), sizeof secrets_ - sizeof(KeyPair));
  packet_due_ = pinging_ = false;
  pauses_ = 0;
  begin_session(now);
  move_to(State::Established);
  if (!stream()) owe_utack(kSessionOk, header.seq);
  return Event(EventKind::Established);
}

}  // namespace wire2
}  // namespace usmp
