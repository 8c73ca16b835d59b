// The device's handshake (§2): attempts, repeats and pauses; HELLO and HELLO_ACK out; RETRY,
// CHALLENGE, SESSION_OK and REJECT in.
#include <string.h>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/wipe.hpp"
#include "usmp/challenge_reader.hpp"
#include "usmp/device_session.hpp"
#include "wire3/hello.hpp"
#include "wire3/key_schedule.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;

namespace {

Duration first_interval(Medium medium) {
  return is_slow_line(medium) ? kHelloRepeatFirstSlowLine : kHelloRepeatFirst;
}

bool same(Bytes one, Bytes other) {
  return one.size == other.size && (one.size == 0 || memcmp(one.data, other.data, one.size) == 0);
}

}  // namespace

Error DeviceSession::connect(Instant now) {
  if (config_ == nullptr) return Error::BadConfig;
  const bool may_begin = state_ == State::Idle || state_ == State::Closed ||
                         state_ == State::AwaitingConnection || state_ == State::Asleep ||
                         state_ == State::AwaitingPauseEnd;
  if (!may_begin) return Error::WrongState;
  const State before = state_;
  move_to(State::AwaitingChallenge);
  const Error error = begin_attempt(now);
  if (error != Error::None) state_ = before;  // nothing was begun
  return error;
}

// USMP3 §2: both X25519 keys are new for each attempt.
Error DeviceSession::begin_attempt(Instant now) {
  wipe(&secrets_, sizeof secrets_);
  memset(&agreement_, 0, sizeof agreement_);
  memset(session_id_, 0, sizeof session_id_);
  Offer& offer = secrets_.offer;
  const Random& random = config_->random;
  if (!random.fill(random.context, offer.private_key, sizeof offer.private_key)) {
    return Error::RandomFailed;
  }
  agreement_.own_cid.size = config_->cid_size;
  if (config_->cid_size > 0 &&
      !random.fill(random.context, agreement_.own_cid.bytes, config_->cid_size)) {
    return Error::RandomFailed;
  }
  if (!crypto::x25519_public(offer.public_key, offer.private_key)) return Error::CryptoFailed;
  update_tag();
  restart_repeats();
  // A stream repeats nothing; the whole handshake has 30 s there (§4).
  if (is_stream(medium_)) timer_ = now + kStreamHandshakeMax;
  return Error::None;
}

void DeviceSession::restart_repeats() {
  packet_due_ = true;
  piece_offset_ = 0;
  repeats_ = 0;
}

// USMP3 §2 Loss: doubled each time, up to 8 s.
Duration DeviceSession::repeat_interval() const {
  const Duration interval = first_interval(medium_) << repeats_;
  return interval < kHelloRepeatMax ? interval : kHelloRepeatMax;
}

size_t DeviceSession::write_hello_to(ByteWriter& writer) const {
  const Offer& offer = secrets_.offer;
  HelloFields hello;
  hello.params.suites = config_->suites;
  hello.params.stream = is_stream(medium_);
  hello.params.limits = config_->limits;
  hello.params.idle_s = 0;
  hello.params.cid = agreement_.own_cid;
  hello.params.extensions = config_->extensions;
  hello.public_key = Bytes(offer.public_key);
  if (offer.cookie_count > 0) hello.cookie = Bytes(offer.cookies[offer.cookie_count - 1]);
  write_hello(writer, hello);
  return writer.position();
}

// HELLO is made in small pieces, so that its size costs no stack.
void DeviceSession::hash_hello(crypto::Sha256& hash) const {
  uint8_t piece[32];
  size_t done = 0;
  size_t size = 0;
  do {
    ByteWriter writer(MutableBytes(piece), done);
    size = write_hello_to(writer);
    hash.update(Bytes(piece, writer.size()));
    done += writer.size();
  } while (done < size);
}

// The tag by which answers name the HELLO (§1).
void DeviceSession::update_tag() {
  uint8_t digest[crypto::kHashSize];
  crypto::Sha256 hash;
  hash_hello(hash);
  hash.finish(digest);
  memcpy(secrets_.offer.tag, digest, kHelloTagSize);
}

size_t DeviceSession::write_hello_ack_to(ByteWriter& writer) const {
  const Awaited& awaited = secrets_.awaited.awaited;
  writer.u8(kHelloAck);
  writer.bytes(agreement_.peer_cid.view());
  writer.bytes(Bytes(awaited.id_ct, config_->device_id.size + crypto::kTagSize));
  writer.bytes(Bytes(awaited.proof_d));
  return writer.position();
}

size_t DeviceSession::write_handshake(ByteWriter& writer) const {
  return state_ == State::AwaitingChallenge ? write_hello_to(writer) : write_hello_ack_to(writer);
}

Result<size_t> DeviceSession::transmit_handshake(MutableBytes out, Instant now) {
  ByteWriter writer(out);
  const size_t size = write_handshake(writer);
  if (!writer.ok()) return Error::BufferTooSmall;
  handshake_packet_sent(now);
  return size;
}

Result<size_t> DeviceSession::poll_transmit_piece(MutableBytes out, bool* last, Instant now) {
  *last = true;
  const bool handshake = state_ == State::AwaitingChallenge || state_ == State::AwaitingSessionOk;
  if (!handshake || !packet_due_) return poll_transmit(out, now);
  if (out.empty()) return Error::BufferTooSmall;
  ByteWriter writer(out, piece_offset_);
  const size_t size = write_handshake(writer);
  piece_offset_ = static_cast<uint16_t>(piece_offset_ + writer.size());
  *last = piece_offset_ == size;
  if (*last) handshake_packet_sent(now);
  return writer.size();
}

void DeviceSession::handshake_packet_sent(Instant now) {
  packet_due_ = false;
  piece_offset_ = 0;
  if (!is_stream(medium_)) timer_ = now + jittered(repeat_interval());
}

// USMP3 §2 Loss: HELLO is repeated 5 times, HELLO_ACK 3 times; after the last it waits one more
// doubled interval.
Event DeviceSession::on_handshake_deadline(Instant now) {
  if (is_stream(medium_)) return give_up_attempt(Cause::NoAnswer, now);
  if (packet_due_) return Event();
  const uint8_t repeats_max = state_ == State::AwaitingChallenge ? kHelloRepeats : kHelloAckRepeats;
  if (repeats_ >= repeats_max) return give_up_attempt(Cause::NoAnswer, now);
  ++repeats_;
  packet_due_ = true;
  return Event();
}

Event DeviceSession::give_up_attempt(Cause cause, Instant now) {
  forget_session(State::AwaitingPauseEnd);
  start_pause(now);
  return Event(EventKind::AttemptFailed, cause);
}

// USMP3 §2: a failed attempt is followed by a pause of 1 s, doubled to 300 s, ±20 %.
void DeviceSession::start_pause(Instant now) {
  packet_due_ = false;
  Duration pause = kPauseFirst << pauses_;
  if (pause < kPauseMax) {
    ++pauses_;
  } else {
    pause = kPauseMax;
  }
  timer_ = now + jittered(pause);
}

Event DeviceSession::on_pause_end(Instant now) {
  if (is_stream(medium_)) {
    move_to(State::AwaitingConnection);
    return Event(EventKind::ConnectDue);
  }
  move_to(State::AwaitingChallenge);
  if (begin_attempt(now) == Error::None) return Event();
  move_to(State::AwaitingPauseEnd);
  start_pause(now);
  return Event(EventKind::AttemptFailed, Cause::None);
}

Result<Event> DeviceSession::receive_retry(Bytes packet, Instant now) {
  Offer& offer = secrets_.offer;
  ByteReader reader(packet.from(1));
  const Bytes cid = reader.bytes(own_cid().size);
  const Bytes tag = reader.bytes(kHelloTagSize);
  const Bytes cookie = reader.bytes(kCookieSize);
  if (!reader.done()) return drop(Error::Malformed, now);
  if (!same(cid, own_cid()) || !same(tag, Bytes(offer.tag))) {
    return drop(Error::Unexpected, now);
  }
  // USMP3 §2 Load: only with a cookie it has not sent yet, three at most in an attempt.
  bool fresh = offer.cookie_count < kRetriesMax;
  for (uint8_t index = 0; index < offer.cookie_count; ++index) {
    if (same(cookie, Bytes(offer.cookies[index]))) fresh = false;
  }
  if (!fresh) return drop(Error::Unexpected, now);
  memcpy(offer.cookies[offer.cookie_count++], cookie.data, kCookieSize);
  update_tag();
  restart_repeats();  // times and count of repeats begin again
  return Event();
}

// REJECT that answers HELLO: not authenticated, so only a hint.
Result<Event> DeviceSession::receive_hint(Bytes packet, Instant now) {
  ByteReader reader(packet.from(1));
  const Bytes cid = reader.bytes(own_cid().size);
  const Bytes tag = reader.bytes(kHelloTagSize);
  const uint8_t reason = reader.u8();
  if (!reader.done()) return drop(Error::Malformed, now);
  if (!same(cid, own_cid()) || !same(tag, Bytes(secrets_.offer.tag))) {
    return drop(Error::Unexpected, now);
  }
  Cause cause = Cause::None;
  if (reason == static_cast<uint8_t>(RejectReason::NoCommonSuite)) cause = Cause::NoCommonSuite;
  if (reason == static_cast<uint8_t>(RejectReason::Busy)) cause = Cause::Busy;
  if (reason == static_cast<uint8_t>(RejectReason::Parameters)) cause = Cause::Parameters;
  if (cause == Cause::None) return drop(Error::Unexpected, now);
  if (is_stream(medium_)) return give_up_attempt(cause, now);  // USMP3 §2
  return Event(EventKind::Hint, cause);
}

Error DeviceSession::start_challenge(ChallengeReader& reader) const {
  if (state_ != State::AwaitingChallenge) return Error::Unexpected;
  reader.start(own_cid(), Bytes(secrets_.offer.tag));
  start_th1(reader.hash_);
  hash_hello(reader.hash_);
  return Error::None;
}

Result<Event> DeviceSession::receive_whole_challenge(Bytes packet, Instant now) {
  ChallengeReader reader;
  const Error error = start_challenge(reader);
  if (error != Error::None) return error;
  reader.update(packet);
  return receive_challenge(reader, now);
}

// USMP3 §1: a CHALLENGE that chose not exactly one offered suite, with a value outside its range,
// or with another stream flag than the device's is dropped.
bool DeviceSession::acceptable(const ChallengeReader& challenge) const {
  const uint8_t suites = challenge.suites();
  const bool one = suites == kSuiteBitAes256Gcm || suites == kSuiteBitChaCha20Poly1305;
  const ReceiveLimits limits = challenge.limits();
  const bool cid_long_enough = !is_udp(medium_) || challenge.cid_.size >= kCidSizeMinUdpGateway;
  return challenge.complete() && one && (suites & config_->suites) != 0 &&
         challenge.stream() == is_stream(medium_) && limits.max_packet >= kMaxPacketMin &&
         limits.max_message >= 1 && limits.window >= 1 && cid_long_enough;
}

// In a frame of its own: what else its caller does would stand on the stack below X25519.
__attribute__((noinline)) Result<Event> DeviceSession::receive_challenge(ChallengeReader& challenge,
                                                                         Instant now) {
  if (state_ != State::AwaitingChallenge) return Error::Unexpected;
  // What the last session acknowledged is not lost to the next one's room: HELLO is repeated, and
  // answered again, until the application has taken it.
  if (receive_.message_waiting()) return Error::MessageWaiting;
  if (!acceptable(challenge)) return drop(Error::Malformed, now);
  SecretArray<crypto::kPointSize> dh;
  if (!crypto::x25519(dh.bytes, secrets_.offer.private_key, challenge.public_key_)) {
    return drop(Error::Unauthentic, now);  // USMP3 §2: all-zero: dropped
  }
  SecretArray<crypto::kHashSize> hs;
  Hash th1;
  challenge.hash_.finish(th1);
  derive_hs(hs.bytes, th1, dh.bytes);
  const ReceiveLimits limits = challenge.limits();
  agreement_.peer_cid = challenge.cid_;
  agreement_.suite = challenge.suites() == kSuiteBitAes256Gcm ? crypto::Suite::Aes256Gcm
                                                              : crypto::Suite::ChaCha20Poly1305;
  // No packet that goes out is larger than those that come in: a device has one buffer's worth.
  const uint16_t own_max_packet = config_->limits.max_packet;
  agreement_.max_packet = limits.max_packet < own_max_packet ? limits.max_packet : own_max_packet;
  agreement_.max_message = limits.max_message;
  agreement_.window = limits.window;
  agreement_.idle_s = challenge.idle_s();
  wipe(&secrets_, sizeof secrets_);  // the private key has done its work
  move_to(State::AwaitingSessionOk);
  if (!prepare_hello_ack(th1, hs.bytes)) return give_up_attempt(Cause::None, now);
  // Nothing is refused by a limit that anybody may have written: SESSION_OK proves it, or not.
  send_.expect_unproven_limits();
  begin_session(config_->limits, 0, 0, now);
  restart_repeats();
  return Event();
}

// Fills what HELLO_ACK carries and everything that its answer is checked with, so that no slow work
// is left when the answer comes (§2 Loss).
// In a frame of its own: X25519, which needs most stack of all, is over before it is there.
__attribute__((noinline)) bool DeviceSession::prepare_hello_ack(
    const uint8_t (&th1)[crypto::kHashSize], const uint8_t (&hs)[crypto::kHashSize]) {
  AwaitedKeys& keys = secrets_.awaited;
  Awaited& awaited = keys.awaited;
  const Bytes id = config_->device_id;
  const Bytes cid_g = agreement_.peer_cid.view();
  uint8_t aad[1 + kCidSizeMax];
  aad[0] = kHelloAck;
  if (cid_g.size > 0) memcpy(aad + 1, cid_g.data, cid_g.size);
  DirectionKey key;
  uint8_t tag[crypto::kTagSize];
  derive_id_key(key, hs);
  memcpy(awaited.id_ct, id.data, id.size);
  const bool sealed =
      crypto::aead_seal(agreement_.suite, key.key, key.iv, Bytes(aad, 1 + cid_g.size),
                        MutableBytes(awaited.id_ct, id.size), tag);
  memcpy(awaited.id_ct + id.size, tag, sizeof tag);
  Hash th2;
  Hash th3;
  derive_th2(th2, th1, cid_g, Bytes(awaited.id_ct, id.size + sizeof tag));
  SecretArray<crypto::kHashSize> master;
  derive_master(master.bytes, hs, config_->psk);
  derive_proof_d(awaited.proof_d, master.bytes, th2);
  derive_th3(th3, th2, awaited.proof_d, own_cid());
  derive_proof_g(awaited.proof_g, master.bytes, th3);
  derive_chain_0(keys.send.chain, master.bytes, th2);
  derive_session_id(session_id_, master.bytes, th2);
  derive_d2g(keys.send.key, keys.send.chain);
  keys.send.epoch = 0;
  keys.send.next_seq = 0;
  // REJECT 1 as the gateway would seal it for this proof: opening it is comparing with this.
  const Bytes cid_d = own_cid();
  aad[0] = kReject;
  if (cid_d.size > 0) memcpy(aad + 1, cid_d.data, cid_d.size);
  derive_reject_key(key, hs, awaited.proof_d);
  awaited.reject_ct[0] = static_cast<uint8_t>(RejectReason::NotAuthenticated);
  const bool rejected =
      crypto::aead_seal(agreement_.suite, key.key, key.iv, Bytes(aad, 1 + cid_d.size),
                        MutableBytes(awaited.reject_ct, 1), tag);
  memcpy(awaited.reject_ct + 1, tag, sizeof tag);
  wipe(&key, sizeof key);
  return sealed && rejected;
}

Result<Event> DeviceSession::receive_session_ok(Bytes packet, Instant now) {
  const Bytes cid = own_cid();
  if (packet.size != 1 + cid.size + crypto::kHashSize) return drop(Error::Malformed, now);
  if (!same(packet.from(1).first(cid.size), cid)) return drop(Error::Unexpected, now);
  // USMP3 §2: a wrong proof_G is dropped; the device reports a session only when it is right.
  if (!equal_constant_time(packet.data + 1 + cid.size, secrets_.awaited.awaited.proof_g,
                           crypto::kHashSize)) {
    return drop(Error::Unauthentic, now);
  }
  wipe(&secrets_.awaited.awaited, sizeof secrets_.awaited.awaited);
  EstablishedKeys& keys = secrets_.established;
  derive_g2d(keys.current.key, keys.send.chain);
  keys.current.replay.clear();
  move_to(State::Established);
  enter_session(now);
  send_.confirm_limits();
  return Event(EventKind::Established);
}

// A session stands, after a handshake or a wake.
void DeviceSession::enter_session(Instant now) {
  packet_due_ = false;
  pauses_ = 0;
  checking_ = false;
  reset_checked_before_ = false;
  unconfirmed_ = false;
  heard_in_epoch_ = true;
  wakes_unheard_ = 0;
  epoch_since_ = now;
  last_heard_ = now;
  unopened_pinged_ = Instant(now.ms - kUnconfirmedPingInterval);
}

Result<Event> DeviceSession::receive_reject(Bytes packet, Instant now) {
  const Bytes cid = own_cid();
  const Awaited& awaited = secrets_.awaited.awaited;
  if (packet.size != 1 + cid.size + sizeof awaited.reject_ct) return drop(Error::Malformed, now);
  if (!same(packet.from(1).first(cid.size), cid)) return drop(Error::Unexpected, now);
  // USMP3 §2: one that does not open with the device's own proof_D is dropped.
  if (!equal_constant_time(packet.data + 1 + cid.size, awaited.reject_ct,
                           sizeof awaited.reject_ct)) {
    return drop(Error::Unauthentic, now);
  }
  return give_up_attempt(Cause::NotAuthenticated, now);
}

}  // namespace usmp
