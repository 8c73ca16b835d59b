// See gateway_handshake.hpp.
#include "usmp/gateway_handshake.hpp"

#include <string.h>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/wipe.hpp"
#include "wire3/challenge.hpp"
#include "wire3/key_schedule.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;

namespace {

uint8_t bit_of(crypto::Suite suite) {
  return suite == crypto::Suite::Aes256Gcm ? kSuiteBitAes256Gcm : kSuiteBitChaCha20Poly1305;
}

}  // namespace

GatewayHandshake::GatewayHandshake()
    : config_(nullptr),
      begun_(0),
      suite_(crypto::Suite::Aes256Gcm),
      device_id_size_(0),
      answer_size_(0),
      wrong_proofs_(0),
      have_secret_(false),
      opened_(false),
      proven_(false),
      accepted_(false) {
  cid_.size = 0;
  device_cid_.size = 0;
}

GatewayHandshake::~GatewayHandshake() { wipe_secrets(); }

void GatewayHandshake::wipe_secrets() {
  wipe(private_key_, sizeof private_key_);
  wipe(secret_, sizeof secret_);
  wipe(master_, sizeof master_);
}

bool GatewayHandshake::same_hello(const Hello& hello) const {
  return memcmp(hello.hash, hello_hash_, sizeof hello_hash_) == 0;
}

Result<GatewayHandshake::Offer> GatewayHandshake::begin(const GatewayConfig& config,
                                                        const Hello& hello, Bytes cid,
                                                        Instant now) {
  if (cid.size > kCidSizeMax || config.extensions.size > kExtensionsSizeMaxGateway ||
      config.idle_s == 0) {
    return Error::BadConfig;
  }
  if (is_udp(config.medium) && cid.size < kCidSizeMinUdpGateway) return Error::BadConfig;
  // USMP3 §2: REJECT 4 where the stream flag differs, REJECT 2 without a common suite.
  if (hello.stream != is_stream(config.medium)) return Offer::Parameters;
  const uint8_t common =
      hello.suites & config.suites & (kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305);
  if (common == 0) return Offer::NoCommonSuite;
  suite_ = (common & kSuiteBitAes256Gcm) != 0 ? crypto::Suite::Aes256Gcm
                                              : crypto::Suite::ChaCha20Poly1305;
  const Random& random = config.random;
  if (!random.fill(random.context, private_key_, sizeof private_key_) ||
      !random.fill(random.context, nonce_, sizeof nonce_)) {
    return Error::RandomFailed;
  }
  if (!crypto::x25519_public(public_key_, private_key_)) return Error::CryptoFailed;
  config_ = &config;
  begun_ = now;
  cid_.size = static_cast<uint8_t>(cid.size);
  if (cid.size > 0) memcpy(cid_.bytes, cid.data, cid.size);
  device_cid_ = hello.cid;
  device_limits_ = hello.limits;
  memcpy(device_public_, hello.public_key.data, sizeof device_public_);
  memcpy(hello_hash_, hello.hash, sizeof hello_hash_);
  // th1 at once, so that the HELLO need not be kept.
  uint8_t challenge[kChallengeSizeMax];
  const Result<size_t> size = write_challenge(MutableBytes(challenge));
  if (!size.ok()) return size.error;
  crypto::Sha256 hash;
  start_th1(hash);
  hash.update(hello.packet);
  hash.update(Bytes(challenge, size.value));
  hash.finish(th1_);
  return Offer::Challenge;
}

Result<size_t> GatewayHandshake::write_challenge(MutableBytes out) const {
  ChallengeFields fields;
  fields.cid_d = device_cid_.view();
  fields.tag = Bytes(hello_hash_, kHelloTagSize);
  fields.params.suites = bit_of(suite_);
  fields.params.stream = is_stream(config_->medium);
  fields.params.limits = config_->limits;
  fields.params.idle_s = config_->idle_s;
  fields.params.cid = cid_;
  fields.params.extensions = config_->extensions;
  fields.public_key = Bytes(public_key_);
  fields.nonce = Bytes(nonce_);
  ByteWriter writer(out);
  wire3::write_challenge(writer, fields);
  if (!writer.ok()) return Error::BufferTooSmall;
  return writer.size();
}

// Extract(th1, dh), once: the second X25519 is only spent on who answers a CHALLENGE.
Error GatewayHandshake::derive_secret() {
  if (have_secret_) return Error::None;
  SecretArray<crypto::kPointSize> dh;
  if (!crypto::x25519(dh.bytes, private_key_, device_public_)) return Error::Unauthentic;
  wipe(private_key_, sizeof private_key_);
  derive_hs(secret_, th1_, dh.bytes);
  have_secret_ = true;
  return Error::None;
}

Result<GatewayHandshake::Claim> GatewayHandshake::open(Bytes hello_ack) {
  ByteReader reader(hello_ack);
  const uint8_t byte0 = reader.u8();
  const Bytes cid = reader.bytes(cid_.size);
  const size_t fixed = 1 + cid_.size + crypto::kTagSize + crypto::kHashSize;
  // id_ct(n + 16): n is what the length leaves, 1..32.
  if (config_ == nullptr || byte0 != kHelloAck || hello_ack.size < fixed + 1 ||
      hello_ack.size > fixed + kDeviceIdSizeMax) {
    return Error::Malformed;
  }
  if (cid.size > 0 && memcmp(cid.data, cid_.bytes, cid.size) != 0) return Error::Unexpected;
  Hash hash;
  crypto::Sha256 sha;
  sha.update(hello_ack);
  sha.finish(hash);
  // USMP3 §2: a repeated packet is answered with the same bytes.
  if (answer_size_ > 0 && memcmp(hash, ack_hash_, sizeof hash) == 0) return Claim::Repeat;
  if (accepted_ || exhausted()) return Error::Unexpected;
  const Error error = derive_secret();
  if (error != Error::None) return error;
  const size_t id_size = hello_ack.size - fixed;
  const Bytes id_ct = reader.bytes(id_size + crypto::kTagSize);
  const Bytes proof_d = reader.bytes(crypto::kHashSize);
  if (!reader.done()) return Error::Malformed;
  uint8_t id[kDeviceIdSizeMax];
  uint8_t tag[crypto::kTagSize];
  memcpy(id, id_ct.data, id_size);
  memcpy(tag, id_ct.data + id_size, sizeof tag);
  DirectionKey key;
  derive_id_key(key, secret_);
  const bool opens = crypto::aead_open(suite_, key.key, key.iv, hello_ack.first(1 + cid.size),
                                       MutableBytes(id, id_size), tag);
  wipe(&key, sizeof key);
  if (!opens) return Error::Unauthentic;  // USMP3 §2: dropped
  memcpy(device_id_, id, id_size);
  device_id_size_ = static_cast<uint8_t>(id_size);
  derive_th2(th2_, th1_, cid, id_ct);
  memcpy(proof_d_, proof_d.data, proof_d.size);
  memcpy(ack_hash_, hash, sizeof hash);
  answer_size_ = 0;
  opened_ = true;
  proven_ = false;
  return Claim::New;
}

bool GatewayHandshake::known_wrong(const uint8_t (&hash)[crypto::kHashSize]) const {
  for (uint8_t index = 0; index < wrong_proofs_; ++index) {
    if (memcmp(wrong_hashes_[index], hash, sizeof wrong_hashes_[index]) == 0) return true;
  }
  return false;
}

bool GatewayHandshake::prove(Bytes psk) {
  if (!opened_) return false;
  Hash expected;
  derive_master(master_, secret_, psk);
  derive_proof_d(expected, master_, th2_);
  proven_ = equal_constant_time(expected, proof_d_, sizeof expected);
  wipe(expected, sizeof expected);
  if (proven_) return true;
  wipe(master_, sizeof master_);
  // USMP3 §2: after a wrong proof_D the handshake stays; the third different one ends it.
  if (!known_wrong(ack_hash_) && wrong_proofs_ < kWrongProofsMax) {
    memcpy(wrong_hashes_[wrong_proofs_++], ack_hash_, sizeof wrong_hashes_[0]);
  }
  return false;
}

Result<size_t> GatewayHandshake::keep_answer(const ByteWriter& writer, MutableBytes out) {
  if (!writer.ok()) return Error::BufferTooSmall;
  answer_size_ = static_cast<uint8_t>(writer.size());
  memcpy(answer_, out.data, writer.size());
  return writer.size();
}

Result<size_t> GatewayHandshake::accept(GatewaySession& session, const Address& from,
                                        MutableBytes out, Instant now) {
  if (!proven_ || accepted_ || session.state() != State::Idle) return Error::WrongState;
  Hash th3;
  Hash proof;
  derive_th3(th3, th2_, proof_d_, device_cid_.view());
  derive_proof_g(proof, master_, th3);
  ByteWriter writer(out);
  writer.u8(kSessionOk);
  writer.bytes(device_cid_.view());
  writer.bytes(Bytes(proof));
  const Result<size_t> size = keep_answer(writer, out);
  if (!size.ok()) return size;
  Agreement& agreement = session.agreement_;
  agreement.own_cid = cid_;
  agreement.peer_cid = device_cid_;
  agreement.suite = suite_;
  agreement.max_packet = device_limits_.max_packet;
  agreement.max_message = device_limits_.max_message;
  agreement.window = device_limits_.window;
  agreement.idle_s = config_->idle_s;
  derive_chain_0(session.secrets_.established.send.chain, master_, th2_);
  derive_session_id(session.session_id_, master_, th2_);
  session.establish(*config_, from, now);
  accepted_ = true;
  proven_ = false;
  wipe_secrets();
  return size;
}

Result<size_t> GatewayHandshake::reject(MutableBytes out) {
  if (!opened_ || accepted_) return Error::WrongState;
  // USMP3 §2: bound to the proof_D rejected.
  DirectionKey key;
  derive_reject_key(key, secret_, proof_d_);
  uint8_t aad[1 + kCidSizeMax];
  aad[0] = kReject;
  if (device_cid_.size > 0) memcpy(aad + 1, device_cid_.bytes, device_cid_.size);
  uint8_t reason[1] = {static_cast<uint8_t>(RejectReason::NotAuthenticated)};
  uint8_t tag[crypto::kTagSize];
  const bool sealed = crypto::aead_seal(suite_, key.key, key.iv, Bytes(aad, 1u + device_cid_.size),
                                        MutableBytes(reason), tag);
  wipe(&key, sizeof key);
  wipe(master_, sizeof master_);
  proven_ = false;
  if (!sealed) return Error::CryptoFailed;
  ByteWriter writer(out);
  writer.bytes(Bytes(aad, 1u + device_cid_.size));
  writer.bytes(Bytes(reason));
  writer.bytes(Bytes(tag));
  return keep_answer(writer, out);
}

}  // namespace usmp
