// The handshake of a compact device (§2): attempts, repeats and pauses; HELLO and HELLO_ACK out,
// CHALLENGE, SESSION_OK and REJECT in.
#include <string.h>

#include "base/wipe.hpp"
#include "compact/compact_bytes.hpp"
#include "compact/compact_keys.hpp"
#include "usmp/compact_device.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;
using namespace compact;

namespace {

const uint8_t kTranscriptName[5] = {'u', 's', 'm', 'p', '3'};
const uint8_t kFlagStream = 1;

// Where the fields of a CHALLENGE to a device without a cid lie.
const uint8_t kParamsAt = 1 + kHelloTagSize;
const uint8_t kCidAt = kParamsAt + 12;
const size_t kChallengeSizeMin = kCidAt + 1 + crypto::kPointSize + kChallengeNonceSize;

// USMP3 §1: `type ‖ len ‖ value` each, to their end; none is known, so all are skipped.
bool are_whole(const uint8_t* extensions, uint8_t size) {
  while (size > 0) {
    if (size < 2 || extensions[1] > size - 2) return false;
    const uint8_t one = static_cast<uint8_t>(2 + extensions[1]);
    extensions += one;
    size = static_cast<uint8_t>(size - one);
  }
  return true;
}

// SHA-256(transcript ‖ one ‖ other) in place of the transcript.
void hash_pieces(Hash& transcript, Bytes one, Bytes other) {
  crypto::Sha256 hash;
  hash.update(Bytes(transcript));
  hash.update(one);
  hash.update(other);
  hash.finish(transcript);
}

// HMAC-SHA256(Expand(master, label, 32), transcript); the proof may lie over the master.
void prove(Hash& proof, const Hash& master, Label label, const Hash& transcript) {
  SecretArray<crypto::kHashSize> key;
  expand(key.bytes, master, label);
  hmac(proof, Bytes(key.bytes), Bytes(transcript));
}

// Seals with a key that is used this once; the tag goes behind `text`. False: the library failed.
// In a frame of its own, not in that of what calls it.
__attribute__((noinline)) bool seal_once(crypto::Suite suite, const Hash& hs, Label label,
                                         Bytes extra, Bytes aad, MutableBytes text) {
  DirectionKey key;
  expand(key, hs, label, extra);
  const bool sealed = seal(suite, key, 0, aad, text);
  wipe(&key, sizeof key);
  return sealed;
}

}  // namespace

Error CompactDevice::connect(Instant now) {
  now_ = now;
  if (config_ == nullptr) return Error::BadConfig;
  if (state_ != State::Idle && state_ != State::Closed && state_ != State::Asleep &&
      state_ != State::AwaitingPauseEnd) {
    return Error::WrongState;
  }
  return begin_attempt();
}

// USMP3 §2: both X25519 keys are new for each attempt. The state changes only if one has begun.
Error CompactDevice::begin_attempt() {
  wipe(&secrets_, sizeof secrets_);
  memset(session_id_, 0, sizeof session_id_);
  Offer& offer = secrets_.offer;
  if (!config_->random.fill(config_->random.context, offer.private_key, sizeof offer.private_key)) {
    return Error::RandomFailed;
  }
  if (!crypto::x25519_public(offer.public_key, offer.private_key)) return Error::CryptoFailed;
  update_hello_tag();
  state_ = State::AwaitingChallenge;
  packet_due_ = true;
  repeats_ = 0;
  timer_ = now_;
  return Error::None;
}

// In a frame of its own, which is not there while X25519 needs the stack.
__attribute__((noinline)) void CompactDevice::update_hello_tag() {
  uint8_t hello[kHelloSize];
  Hash digest;
  write_hello(hello);
  crypto::Sha256 hash;
  hash.update(Bytes(hello));
  hash.finish(digest);
  memcpy(hello_tag_, digest, sizeof hello_tag_);
}

// params_D has no cid, which the line names, and no extensions; no cookie follows.
void CompactDevice::write_hello(uint8_t* hello) const {
  memset(hello, 0, kHelloSize);
  hello[0] = kHello;
  hello[1] = config_->suites;
  write_u16(hello + 3, config_->limits.max_packet);
  write_u16(hello + 5, config_->limits.max_message);
  hello[7] = config_->limits.window;
  memcpy(hello + kHelloSize - 1 - crypto::kPointSize, secrets_.offer.public_key,
         crypto::kPointSize);
}

size_t CompactDevice::write_handshake(MutableBytes out) const {
  if (state_ == State::AwaitingChallenge) {
    write_hello(out.data);
    return kHelloSize;
  }
  const Awaited& awaited = secrets_.established.awaited;
  uint8_t* to = out.data;
  *to++ = kHelloAck;
  to = write_bytes(to, agreement_.peer_cid.bytes, agreement_.peer_cid.size);
  to = write_bytes(to, awaited.id_ct, config_->device_id.size + crypto::kTagSize);
  to = write_bytes(to, awaited.proof_d, sizeof awaited.proof_d);
  return static_cast<size_t>(to - out.data);
}

static_assert(kDeviceHandshakeSizeMax <= CompactDevice::kPacketRoomMin, "HELLO_ACK fits");

// USMP3 §2 Loss: repeated byte for byte, doubled each time up to 8 s, ±20 %; after the last one
// more doubled interval.
Result<size_t> CompactDevice::transmit_handshake(MutableBytes out) {
  const Duration interval = kHelloRepeatFirstSlowLine << repeats_;
  timer_ = now_ + jittered(interval < kHelloRepeatMax ? interval : kHelloRepeatMax);
  datagrams_size_ = 0;  // `out` may be the buffer where they lie
  packet_due_ = false;
  return write_handshake(out);
}

Event CompactDevice::on_handshake_deadline() {
  const bool awaits_challenge = state_ == State::AwaitingChallenge;
  const bool pauses = state_ == State::AwaitingPauseEnd;
  if ((!awaits_challenge && !pauses && state_ != State::AwaitingSessionOk) || packet_due_ ||
      !now_.reached(timer_)) {
    return Event();
  }
  if (!pauses && repeats_ < (awaits_challenge ? kHelloRepeats : kHelloAckRepeats)) {
    ++repeats_;
    packet_due_ = true;
    return Event();
  }
  // USMP3 §2 Loss: an attempt that nobody answered failed, too: the next one after a pause.
  if (!pauses) return give_up_attempt(Cause::NoAnswer);
  if (begin_attempt() != Error::None) start_pause();
  return Event();
}

Event CompactDevice::give_up_attempt(Cause cause) {
  wipe(&secrets_, sizeof secrets_);
  start_pause();
  return Event(EventKind::AttemptFailed, cause);
}

// USMP3 §2: 1 s, doubled to 300 s, ±20 %.
void CompactDevice::start_pause() {
  Duration pause = kPauseFirst << pauses_;
  if (pause < kPauseMax) {
    ++pauses_;
  } else {
    pause = kPauseMax;
  }
  state_ = State::AwaitingPauseEnd;
  packet_due_ = false;
  timer_ = now_ + jittered(pause);
}

// Takes in a CHALLENGE: agreement, key and th1, none of which counts before proof_G is right.
// False: it does not answer our HELLO, or USMP3 §1: it chose not exactly one offered suite, has a
// value outside its range, or another stream flag than the device's: dropped.
// In a frame of its own: X25519, which needs most stack of all, comes when it is gone.
__attribute__((noinline)) bool CompactDevice::read_challenge(Bytes packet) {
  Offer& offer = secrets_.offer;
  if (packet.size < kChallengeSizeMin || packet.size > kChallengeSizeMax) return false;
  const uint8_t* const fields = packet.data;
  const uint8_t cid_size = fields[kCidAt - 1];
  if (cid_size > kCidSizeMax) return false;
  const uint8_t* const extensions = fields + kCidAt + cid_size + 1;
  const uint8_t extensions_size = extensions[-1];
  if (packet.size != kChallengeSizeMin + cid_size + extensions_size ||
      memcmp(fields + 1, hello_tag_, sizeof hello_tag_) != 0 ||
      !are_whole(extensions, extensions_size)) {
    return false;
  }
  memcpy(offer.peer_key, extensions + extensions_size, sizeof offer.peer_key);
  agreement_.suite = static_cast<crypto::Suite>(fields[kParamsAt]);
  agreement_.max_packet = read_u16(fields + kParamsAt + 2);
  agreement_.max_message = read_u16(fields + kParamsAt + 4);
  agreement_.window = fields[kParamsAt + 6];
  agreement_.idle_s = read_u32(fields + kParamsAt + 7);
  agreement_.peer_cid.size = cid_size;
  memcpy(agreement_.peer_cid.bytes, fields + kCidAt, kCidSizeMax);
  uint8_t hello[kHelloSize];
  write_hello(hello);
  crypto::Sha256 hash;
  hash.update(Bytes(kTranscriptName));
  hash.update(Bytes(hello));
  hash.update(packet);
  hash.finish(offer.th1);
  return is_acceptable(fields[kParamsAt + 1]);
}

// USMP3 §1: exactly one offered suite, values within their ranges, the device's own stream flag.
bool CompactDevice::is_acceptable(uint8_t flags) const {
  const uint8_t suite = static_cast<uint8_t>(agreement_.suite);
  return (suite == kSuiteBitAes256Gcm || suite == kSuiteBitChaCha20Poly1305) &&
         (suite & config_->suites) != 0 && (flags & kFlagStream) == 0 &&
         agreement_.max_packet >= kMaxPacketMin && agreement_.max_message >= 1 &&
         agreement_.window >= 1;
}

static_assert(kSuiteBitAes256Gcm == static_cast<uint8_t>(crypto::Suite::Aes256Gcm) &&
                  kSuiteBitChaCha20Poly1305 ==
                      static_cast<uint8_t>(crypto::Suite::ChaCha20Poly1305),
              "a suite's bit is its number");

Result<Event> CompactDevice::receive_challenge(Bytes packet) {
  // What the last session acknowledged is not lost to the next one's room: HELLO is repeated, and
  // answered again, until the application has taken it.
  if (waiting_) return Error::MessageWaiting;
  if (!read_challenge(packet)) return drop(Error::Malformed);
  Offer& offer = secrets_.offer;
  if (!crypto::x25519(offer.shared_secret, offer.private_key, offer.peer_key)) {
    return drop(Error::Unauthentic);  // USMP3 §2: all-zero: dropped
  }
  if (!prepare_hello_ack()) return give_up_attempt(Cause::None);
  state_ = State::AwaitingSessionOk;
  packet_due_ = true;
  repeats_ = 0;
  return Event();
}

// Fills what HELLO_ACK carries and everything that its answer is checked with, so that no slow work
// is left when the answer comes (§2 Loss).
__attribute__((noinline)) bool CompactDevice::prepare_hello_ack() {
  // What comes of the keys lies where those of the session will be, and not on the stack: hs over
  // the own public key, which is not needed any more, and master where proof_G will be.
  static_assert(offsetof(Keys, send) == offsetof(Offer, public_key) &&
                    sizeof(Offer::public_key) == sizeof(DirectionKey::key),
                "hs overwrites nothing that it is made of");
  Hash& hs = secrets_.established.send.key;
  Awaited& awaited = secrets_.established.awaited;
  Hash& master = awaited.proof_g;
  Offer& offer = secrets_.offer;
  Hash transcript;  // th1, th2, th3
  memcpy(transcript, offer.th1, sizeof transcript);
  hmac(hs, Bytes(transcript), Bytes(offer.shared_secret));
  wipe(offer.private_key, sizeof offer.private_key);  // it has done its work
  wipe(offer.shared_secret, sizeof offer.shared_secret);

  // aad and transcripts begin alike: a packet's first byte, then a cid
  uint8_t aad[1 + kCidSizeMax];
  aad[0] = kHelloAck;
  memcpy(aad + 1, agreement_.peer_cid.bytes, agreement_.peer_cid.size);
  const Bytes bound(aad, 1u + agreement_.peer_cid.size);
  const Bytes id = config_->device_id;
  memcpy(awaited.id_ct, id.data, id.size);
  bool sealed = seal_once(agreement_.suite, hs, Label::Id, Bytes(), bound,
                          MutableBytes(awaited.id_ct, id.size));
  hash_pieces(transcript, bound, Bytes(awaited.id_ct, id.size + crypto::kTagSize));

  hmac(master, Bytes(hs), config_->psk);
  expand(secrets_.established.chain, master, Label::Chain, Bytes(transcript));
  expand(session_id_, sizeof session_id_, master, Label::SessionId, Bytes(transcript));
  prove(awaited.proof_d, master, Label::DeviceProof, transcript);
  aad[0] = kSessionOk;
  hash_pieces(transcript, Bytes(awaited.proof_d), Bytes(aad, 1));
  // REJECT 1 as the gateway would seal it for this proof: opening it is comparing with this.
  aad[0] = kReject;
  awaited.reject_ct[0] = static_cast<uint8_t>(RejectReason::NotAuthenticated);
  if (!seal_once(agreement_.suite, hs, Label::Reject, Bytes(awaited.proof_d), Bytes(aad, 1),
                 MutableBytes(awaited.reject_ct, 1))) {
    sealed = false;
  }
  prove(awaited.proof_g, master, Label::GatewayProof, transcript);
  wipe(hs, sizeof hs);
  return sealed;
}

// True if `packet` is of `size` bytes behind its first, and they are as expected.
bool CompactDevice::is_proved(Bytes packet, size_t size, const uint8_t* expected) const {
  return packet.size == 1 + size && equal_constant_time(packet.data + 1, expected, size);
}

static_assert(static_cast<uint8_t>(Cause::Parameters) -
                      static_cast<uint8_t>(Cause::NoCommonSuite) ==
                  static_cast<uint8_t>(RejectReason::Parameters) -
                      static_cast<uint8_t>(RejectReason::NoCommonSuite),
              "causes follow the reasons of REJECT");

// What may come in a handshake beside a CHALLENGE. Its hash is not there when one comes.
Result<Event> CompactDevice::receive_answer(Bytes packet) {
  const uint8_t byte0 = packet[0];
  if (state_ == State::AwaitingSessionOk) {
    const Awaited& awaited = secrets_.established.awaited;
    // USMP3 §2: a wrong proof_G is dropped; the device reports a session only when it is right.
    if (byte0 == kSessionOk && is_proved(packet, sizeof awaited.proof_g, awaited.proof_g)) {
      wipe(&secrets_.established.awaited, sizeof awaited);
      epoch_ = 0;
      pauses_ = 0;
      unconfirmed_ = false;
      enter_session(0, 0);
      return Event(EventKind::Established);
    }
    // USMP3 §2: one that does not open with the device's own proof_D is dropped.
    if (byte0 == kReject && is_proved(packet, sizeof awaited.reject_ct, awaited.reject_ct)) {
      return give_up_attempt(Cause::NotAuthenticated);
    }
    // USMP3 §2: the first CHALLENGE is taken, later ones are ignored.
    if (byte0 == kChallenge) return Error::Unexpected;
    return drop(Error::Unauthentic);
  }
  // USMP3 §2: REJECT 2 to 4 answer HELLO and are hints: the attempt goes on.
  if (byte0 != kReject || packet.size != 1 + kHelloTagSize + 1) return drop(Error::Unexpected);
  const uint8_t reason = packet[1 + kHelloTagSize];
  if (memcmp(packet.data + 1, hello_tag_, sizeof hello_tag_) != 0) return drop(Error::Unexpected);
  const uint8_t first = static_cast<uint8_t>(RejectReason::NoCommonSuite);
  if (reason >= first && reason <= static_cast<uint8_t>(RejectReason::Parameters)) {
    const uint8_t cause = static_cast<uint8_t>(Cause::NoCommonSuite);
    return Event(EventKind::Hint, static_cast<Cause>(cause + (reason - first)));
  }
  return drop(Error::Unexpected);
}

}  // namespace usmp
