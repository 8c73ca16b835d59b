// A gateway's side of one wire 2 handshake, from HELLO until SESSION_OK is the session's to send,
// and what is answered without keeping anything: HELLO_RETRY with its cookie. Which device may come
// in, lockout, and how many handshakes are kept is its owner's to decide.
#ifndef USMP_WIRE2_GATEWAY_HANDSHAKE_HPP
#define USMP_WIRE2_GATEWAY_HANDSHAKE_HPP

#include "usmp/wire2/gateway_session.hpp"

namespace usmp {
namespace wire2 {

/// What a gateway does with a packet, told by its first bytes alone. Session: also a UTACK of type
/// 5 and above; Handshake: HELLO_ACK, and a UTACK of a type below.
enum class PacketKind : uint8_t { Hello, Handshake, Session, Other };

/// True if a packet or stream that begins with this byte is of wire 2.
inline bool is_wire2(uint8_t first_byte) {
  return first_byte == kMagicLow || first_byte == kUtackMagic;
}
PacketKind classify_packet(Bytes packet);

/// A HELLO taken apart; views point into it.
struct Hello {
  Bytes device_id;   ///< 6 bytes, a claim until prove()
  Bytes public_key;  ///< 32 bytes
  Bytes cookie;      ///< 0 or 16 bytes
  uint32_t seq;      ///< for its UTACK; not checked
};

/// Malformed: drop it; on a stream close the connection.
USMP_MUST_USE Error parse_hello(Bytes packet, Hello* hello);

/// The cookie of an address with its port in a period (seconds since any fixed moment /
/// kCookiePeriodSeconds). `secret` is random and the gateway's own.
void make_cookie(uint8_t (&cookie)[kCookieSize], const uint8_t (&secret)[32], Bytes address,
                 uint64_t period);
/// True if the HELLO carries the cookie of this period or the last one: it lives 30 to 60 s.
bool cookie_valid(const Hello& hello, const uint8_t (&secret)[32], Bytes address, uint64_t period);

/// The UTACK of a HELLO, and HELLO_RETRY: what UDP's HELLO without a cookie gets, in this order,
/// with nothing kept. BufferTooSmall: kUtackSizeMax, kHeaderSize + kCookieSize bytes are enough.
Result<size_t> write_hello_utack(MutableBytes out, const Hello& hello);
Result<size_t> write_retry(MutableBytes out, const uint8_t (&cookie)[kCookieSize]);

class GatewayHandshake {
 public:
  GatewayHandshake();
  ~GatewayHandshake();
  GatewayHandshake(const GatewayHandshake&) = delete;
  GatewayHandshake& operator=(const GatewayHandshake&) = delete;

  /// Takes a HELLO, on UDP one whose cookie is valid, and makes this side's keys (one X25519).
  /// poll_transmit() gives its UTACK (UDP) and the CHALLENGE. Errors: BadConfig, RandomFailed,
  /// CryptoFailed (try the next HELLO).
  USMP_MUST_USE Error begin(const GatewayConfig& config, const Hello& hello, Instant now);

  /// What receive() found.
  enum class Claim : uint8_t {
    None,     ///< a UTACK, or a HELLO that came again; poll_transmit()
    Claimed,  ///< HELLO_ACK: call prove() with the key of device_id()
  };
  /// Takes a packet of this handshake. Errors: Malformed, Unexpected: dropped on UDP; a stream is
  /// closed.
  Result<Claim> receive(Bytes packet, Instant now);
  /// Who the device says it is, from begin() on; 6 bytes, unproven until prove() gave true.
  Bytes device_id() const { return Bytes(device_id_); }

  /// True if the HELLO_ACK proves that the device holds `psk`. For a device that is not known, give
  /// a random psk of 32 bytes: the work is the same. False: the handshake is over; nothing tells
  /// the device why. Send what poll_transmit() still gives (the UTACK that every HELLO_ACK gets),
  /// then forget it; close a stream.
  USMP_MUST_USE bool prove(Bytes psk);
  /// After prove() gave true (one X25519): makes `session`, whose poll_transmit() gives SESSION_OK.
  /// This handshake is then over. Errors: WrongState; Unauthentic (the shared secret would be zero)
  /// and RandomFailed, CryptoFailed: over as well, without a session.
  USMP_MUST_USE Error accept(GatewaySession& session, Instant now);

  /// UTACKs, CHALLENGE and its repeats. 0: nothing to send now. BufferTooSmall: kChallengeSize
  /// bytes are enough.
  Result<size_t> poll_transmit(MutableBytes out, Instant now);
  Instant next_deadline(Instant now) const;
  /// True: the handshake is over: nobody answered the CHALLENGE, or kHandshakeMax has passed.
  bool on_deadline(Instant now);

  /// True if a HELLO is the one that began this handshake: give it to receive(), it is a repeat.
  bool same_hello(const Hello& hello) const;
  /// True once nothing more can come of it.
  bool over() const { return step_ == Step::Over; }
  Instant begun() const { return begun_; }

 private:
  enum class Step : uint8_t { Idle, AwaitingHelloAck, Claimed, Proven, Over };

  void owe_utack(uint8_t type, uint32_t seq);
  void end();

  const GatewayConfig* config_;
  uint8_t private_key_[crypto::kPointSize];
  uint8_t public_key_[crypto::kPointSize];
  uint8_t nonce_[kNonceSize];
  uint8_t device_public_[crypto::kPointSize];
  uint8_t proof_c_[crypto::kHashSize];  // received
  uint8_t proof_s_[crypto::kHashSize];
  uint8_t session_id_[kSessionIdSize];
  uint8_t device_id_[kDeviceIdSize];
  RetransmitTimer timer_;
  Instant begun_;
  uint32_t utack_seq_;
  uint8_t utack_type_;
  uint8_t repeats_;
  Step step_;
  bool utack_due_ : 1;
  bool challenge_due_ : 1;
};

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_GATEWAY_HANDSHAKE_HPP
