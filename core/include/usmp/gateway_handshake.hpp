// A gateway's side of one handshake (§2), from HELLO to SESSION_OK or REJECT, and the answers that
// need no handshake kept: RETRY with its cookie, REJECT 2..4, RESET. Which device may come in, how
// many handshakes are kept and for how long is its owner's to decide.
#ifndef USMP_GATEWAY_HANDSHAKE_HPP
#define USMP_GATEWAY_HANDSHAKE_HPP

#include "usmp/gateway_session.hpp"

namespace usmp {

/// What a gateway does with a packet, told by its first byte and size alone.
enum class PacketKind : uint8_t { Hello, HelloAck, Data, Other };

/// Looks at a packet's first byte and cid; `cid_size` is that of all cids this gateway gives here.
/// `cid` points into the packet (HelloAck and Data). Other: dropped.
PacketKind classify_packet(Bytes packet, size_t cid_size, Bytes* cid);

/// A HELLO taken apart; views point into it.
struct Hello {
  Bytes packet;
  ReceiveLimits limits;
  Cid cid;
  uint8_t suites;
  bool stream;
  Bytes public_key;                 ///< 32 bytes
  Bytes cookie;                     ///< 0 or 16 bytes
  uint8_t hash[crypto::kHashSize];  ///< SHA-256 of the packet: names it among repeats
};

/// Malformed: drop it.
USMP_MUST_USE Error parse_hello(Bytes packet, Hello* hello);

/// The cookie for an address in a period (seconds since any fixed moment / kCookiePeriodSeconds).
void make_cookie(uint8_t (&cookie)[kCookieSize], const uint8_t (&secret)[32], Bytes address,
                 Bytes public_key, uint64_t period);
/// True if the HELLO carries the cookie of this period or the last one.
bool cookie_valid(const Hello& hello, const uint8_t (&secret)[32], Bytes address, uint64_t period);

/// Each writes a whole packet; BufferTooSmall: kGatewayHandshakeSizeMax bytes are enough.
Result<size_t> write_retry(MutableBytes out, const Hello& hello,
                           const uint8_t (&cookie)[kCookieSize]);
Result<size_t> write_reject(MutableBytes out, const Hello& hello, RejectReason reason);
Result<size_t> write_reset(MutableBytes out, Bytes cid);

class GatewayHandshake {
 public:
  GatewayHandshake();
  ~GatewayHandshake();
  GatewayHandshake(const GatewayHandshake&) = delete;
  GatewayHandshake& operator=(const GatewayHandshake&) = delete;

  /// What begin() found: Challenge, or the REJECT that the HELLO deserves.
  enum class Offer : uint8_t { Challenge, NoCommonSuite, Parameters };

  /// Takes a HELLO and makes this side's keys (one X25519). `cid`: what the device will put in
  /// front of its packets, unguessable, kCidSizeMinUdpGateway bytes at least on UDP. Errors:
  /// RandomFailed, CryptoFailed (try the next HELLO), BadConfig.
  Result<Offer> begin(const GatewayConfig& config, const Hello& hello, Bytes cid, Instant now);

  /// CHALLENGE, the same bytes each time. Write it with begin()'s first answer and each repeat.
  Result<size_t> write_challenge(MutableBytes out) const;

  /// What open() found in a HELLO_ACK.
  enum class Claim : uint8_t {
    New,     ///< a claim to check: device_id() is set; call prove()
    Repeat,  ///< the very packet answered before: send answer() again
  };
  /// Opens a HELLO_ACK (the first time: one X25519). Unauthentic, Malformed, Unexpected: drop it,
  /// the handshake stays.
  Result<Claim> open(Bytes hello_ack);
  /// Who the device says it is; 1..32 bytes, unproven until prove().
  Bytes device_id() const { return Bytes(device_id_, device_id_size_); }

  /// True if the HELLO_ACK just opened proves that the device holds `psk`. For a device that is not
  /// known, give a random psk of 32 bytes: the work is the same (§2).
  USMP_MUST_USE bool prove(Bytes psk);

  /// After prove() gave true: makes `session` and writes SESSION_OK, the answer().
  Result<size_t> accept(GatewaySession& session, const Address& from, MutableBytes out,
                        Instant now);
  /// After prove(): writes REJECT 1, the answer().
  Result<size_t> reject(MutableBytes out);
  /// The answer to the HELLO_ACK answered last, for its repeat. Empty: none.
  Bytes answer() const { return Bytes(answer_, answer_size_); }

  /// True if nothing more can come of it: three different wrong proofs.
  bool exhausted() const { return wrong_proofs_ >= kWrongProofsMax; }
  /// True once accepted: kept only to answer a repeated HELLO_ACK.
  bool accepted() const { return accepted_; }
  Instant begun() const { return begun_; }
  Bytes cid() const { return cid_.view(); }
  bool same_hello(const Hello& hello) const;

 private:
  Error derive_secret();
  Result<size_t> keep_answer(const ByteWriter& writer, MutableBytes out);
  bool known_wrong(const uint8_t (&hash)[crypto::kHashSize]) const;
  void wipe_secrets();

  const GatewayConfig* config_;
  uint8_t private_key_[crypto::kPointSize];
  uint8_t public_key_[crypto::kPointSize];
  uint8_t nonce_[kChallengeNonceSize];
  uint8_t device_public_[crypto::kPointSize];
  uint8_t hello_hash_[crypto::kHashSize];
  uint8_t th1_[crypto::kHashSize];
  uint8_t th2_[crypto::kHashSize];     // of the HELLO_ACK opened last
  uint8_t secret_[crypto::kHashSize];  // hs
  uint8_t master_[crypto::kHashSize];
  uint8_t proof_d_[crypto::kHashSize];   // received
  uint8_t ack_hash_[crypto::kHashSize];  // of the HELLO_ACK opened last
  uint8_t wrong_hashes_[kWrongProofsMax][8];
  uint8_t answer_[1 + kCidSizeMax + 32];
  uint8_t device_id_[kDeviceIdSizeMax];
  ReceiveLimits device_limits_;
  Cid cid_;
  Cid device_cid_;
  Instant begun_;
  crypto::Suite suite_;
  uint8_t device_id_size_;
  uint8_t answer_size_;
  uint8_t wrong_proofs_;
  bool have_secret_;
  bool opened_;
  bool proven_;
  bool accepted_;
};

}  // namespace usmp

#endif  // USMP_GATEWAY_HANDSHAKE_HPP
