// Reads a CHALLENGE piece by piece, so that a device needs no buffer for it: hashes it on the way
// and keeps suite, limits, cid_G and pub_G (§1). Nothing of it counts before the medium says that
// the packet was whole (its CRC, its datagram's end) and DeviceSession::receive_challenge() took
// it.
#ifndef USMP_CHALLENGE_READER_HPP
#define USMP_CHALLENGE_READER_HPP

#include "usmp/session.hpp"

namespace usmp {

/// Started by DeviceSession::start_challenge(). Give it the packet's bytes from its first one on,
/// in pieces of any size; any other packet only makes it wrong().
class ChallengeReader {
 public:
  ChallengeReader() : part_(Part::Wrong) {}

  void update(Bytes piece);
  /// True if what came so far is not the awaited CHALLENGE.
  bool wrong() const { return part_ == Part::Wrong; }
  /// True if the packet could end here.
  bool complete() const { return part_ == Part::End; }

 private:
  friend class DeviceSession;
  enum class Part : uint8_t {
    Header,
    Params,
    Cid,
    ExtSize,
    ExtType,
    ExtLength,
    ExtValue,
    PublicKey,
    Nonce,
    End,
    Wrong,
  };

  void start(Bytes cid_d, Bytes tag);
  void take(uint8_t byte);
  void enter(Part part);
  void enter_extension();
  uint8_t suites() const;
  bool stream() const;
  uint32_t idle_s() const;
  ReceiveLimits limits() const;

  crypto::Sha256 hash_;  // th1
  Cid cid_;
  uint8_t params_[12];
  uint8_t public_key_[crypto::kPointSize];
  uint8_t header_[1 + kCidSizeMax + kHelloTagSize];
  uint16_t total_;
  uint8_t header_size_;
  uint8_t offset_;
  uint8_t ext_size_;
  uint8_t ext_left_;
  Part part_;
};

}  // namespace usmp

#endif  // USMP_CHALLENGE_READER_HPP
