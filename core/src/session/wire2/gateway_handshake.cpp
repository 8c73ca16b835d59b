// See gateway_handshake.hpp. Cookies and HELLO_RETRY are in gateway_gate.cpp.
#include "usmp/wire2/gateway_handshake.hpp"

#include <string.h>

#include "base/byte_writer.hpp"
#include "base/wipe.hpp"
#include "usmp/detail/soonest.hpp"
#include "wire2/frame.hpp"
#include "wire2/key_schedule.hpp"
#include "wire2/utack.hpp"

namespace usmp {
namespace wire2 {

GatewayHandshake::GatewayHandshake()
    : config_(nullptr),
      begun_(0),
      utack_seq_(0),
      utack_type_(0),
      repeats_(0),
      step_(Step::Idle),
      utack_due_(false),
      challenge_due_(false) {
  memset(device_id_, 0, sizeof device_id_);
  memset(device_public_, 0, sizeof device_public_);
  timer_.reset_wire2();
}

GatewayHandshake::~GatewayHandshake() { wipe(private_key_, sizeof private_key_); }

void GatewayHandshake::end() {
  wipe(private_key_, sizeof private_key_);
  challenge_due_ = false;
  timer_.stop();
  step_ = Step::Over;
}

void GatewayHandshake::owe_utack(uint8_t type, uint32_t seq) {
  if (config_->medium == Medium::Stream) return;
  utack_due_ = true;
  utack_type_ = type;
  utack_seq_ = seq;
}

bool GatewayHandshake::same_hello(const Hello& hello) const {
  return memcmp(hello.public_key.data, device_public_, sizeof device_public_) == 0 &&
         memcmp(hello.device_id.data, device_id_, sizeof device_id_) == 0;
}

Error GatewayHandshake::begin(const GatewayConfig& config, const Hello& hello, Instant now) {
  const bool medium = config.medium == Medium::Stream || config.medium == Medium::Udp;
  if (step_ != Step::Idle || !medium || !crypto::suite_available(config.suite)) {
    return Error::BadConfig;
  }
  const Random& random = config.random;
  if (!random.fill(random.context, private_key_, sizeof private_key_) ||
      !random.fill(random.context, nonce_, sizeof nonce_) ||
      !random.fill(random.context, session_id_, sizeof session_id_)) {
    return Error::RandomFailed;
  }
  if (!crypto::x25519_public(public_key_, private_key_)) return Error::CryptoFailed;
  config_ = &config;
  begun_ = now;
  memcpy(device_id_, hello.device_id.data, sizeof device_id_);
  memcpy(device_public_, hello.public_key.data, sizeof device_public_);
  owe_utack(kHello, hello.seq);
  challenge_due_ = true;
  step_ = Step::AwaitingHelloAck;
  return Error::None;
}

Result<GatewayHandshake::Claim> GatewayHandshake::receive(Bytes packet, Instant) {
  if (step_ == Step::Idle || step_ == Step::Over) return Error::Unexpected;
  const bool stream = config_->medium == Medium::Stream;
  if (!stream && is_utack(packet)) {
    Utack utack;
    if (!read_utack(packet, &utack)) return Error::Malformed;
    if (utack.type != kChallenge || utack.seq != 0) return Error::Unexpected;
    timer_.stop();
    challenge_due_ = false;
    return Claim::None;
  }
  FrameHeader header;
  if (!read_frame(packet, &header)) return Error::Malformed;
  if (header.type == kHello && !stream) {
    Hello hello;
    if (parse_hello(packet, &hello) != Error::None) return Error::Malformed;
    if (!same_hello(hello)) return Error::Unexpected;
    owe_utack(kHello, hello.seq);
    return Claim::None;
  }
  if (header.type != kHelloAck) return Error::Unexpected;
  if (header.length != sizeof proof_c_) return Error::Malformed;
  if (step_ != Step::AwaitingHelloAck && stream) return Error::Unexpected;
  owe_utack(kHelloAck, header.seq);
  if (step_ != Step::AwaitingHelloAck) return Claim::None;
  memcpy(proof_c_, payload_of(packet).data, sizeof proof_c_);
  timer_.stop();
  challenge_due_ = false;
  step_ = Step::Claimed;
  return Claim::Claimed;
}

// The work is that of one proof checked and one made, whatever comes of it.
bool GatewayHandshake::prove(Bytes psk) {
  if (step_ != Step::Claimed) return false;
  const Transcript transcript = {Bytes(nonce_), Bytes(device_public_), Bytes(public_key_)};
  uint8_t expected[crypto::kHashSize];
  make_proof_c(expected, psk, transcript, Bytes(device_id_));
  make_proof_s(proof_s_, psk, transcript, session_id_);
  // USMP2 §Handshake: proofs are compared in constant time; a PSK has at least 16 bytes
  const bool proven =
      equal_constant_time(expected, proof_c_, sizeof expected) && psk.size >= kPskSizeMin;
  wipe(expected, sizeof expected);
  if (proven) {
    step_ = Step::Proven;
  } else {
    wipe(proof_s_, sizeof proof_s_);
    end();
  }
  return proven;
}

Error GatewayHandshake::accept(GatewaySession& session, Instant now) {
  if (step_ != Step::Proven || session.state() != State::Idle) return Error::WrongState;
  uint8_t shared[crypto::kPointSize];
  // USMP2 §Handshake: an all-zero result ends the handshake
  const bool agreed = crypto::x25519(shared, private_key_, device_public_);
  end();
  if (!agreed) return Error::Unauthentic;
  // USMP2 §Handshake: the gateway installs its session keys before it sends SESSION_OK
  GatewaySession::EstablishedKeys& keys = session.secrets_.established;
  const Transcript transcript = {Bytes(nonce_), Bytes(device_public_), Bytes(public_key_)};
  derive_session_keys(keys.keys.receive, keys.keys.send, shared, transcript);
  wipe(shared, sizeof shared);
  memcpy(keys.kept, proof_s_, sizeof keys.kept);
  memcpy(session.session_id_, session_id_, sizeof session_id_);
  session.establish(*config_, now);
  if (utack_due_) session.owe_utack(utack_type_, utack_seq_);
  utack_due_ = false;
  return Error::None;
}

Result<size_t> GatewayHandshake::poll_transmit(MutableBytes out, Instant now) {
  if (utack_due_) {
    ByteWriter writer(out);
    const UtackMac none = {};
    write_utack(writer, utack_type_, utack_seq_, none);
    if (!writer.ok()) return Error::BufferTooSmall;
    utack_due_ = false;
    return writer.size();
  }
  if (!challenge_due_) return size_t(0);
  if (out.size < kChallengeSize) return Error::BufferTooSmall;
  const MutableBytes frame = out.first(kChallengeSize);
  write_header(frame, kChallenge, 0);
  ByteWriter writer(frame.from(kHeaderSize));
  writer.bytes(Bytes(nonce_));
  writer.bytes(Bytes(public_key_));
  write_crc(frame);
  challenge_due_ = false;
  if (config_->medium != Medium::Stream) timer_.start(now);
  return kChallengeSize;
}

Instant GatewayHandshake::next_deadline(Instant now) const {
  Soonest soonest(now);
  if (step_ == Step::Idle || step_ == Step::Over) return soonest.instant();
  soonest.consider(begun_ + kHandshakeMax);
  if (timer_.running()) soonest.consider(timer_.deadline());
  return soonest.instant();
}

bool GatewayHandshake::on_deadline(Instant now) {
  if (step_ == Step::Idle || step_ == Step::Over) return step_ == Step::Over;
  // USMP2 §Handshake: 10 s for one handshake
  bool expired = now.reached(begun_ + kHandshakeMax);
  if (!expired && timer_.running() && now.reached(timer_.deadline())) {
    timer_.expire();
    expired = repeats_ >= kRepeats;
    ++repeats_;
    challenge_due_ = !expired;
  }
  if (expired) end();
  return expired;
}

}  // namespace wire2
}  // namespace usmp
