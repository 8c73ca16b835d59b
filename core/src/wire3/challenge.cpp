// See challenge.hpp and usmp/challenge_reader.hpp.
#include "wire3/challenge.hpp"

#include <string.h>

#include "usmp/challenge_reader.hpp"
#include "wire3/packet.hpp"

namespace usmp {

namespace wire3 {

void write_challenge(ByteWriter& writer, const ChallengeFields& challenge) {
  writer.u8(kChallenge);
  writer.bytes(challenge.cid_d);
  writer.bytes(challenge.tag);
  write_params(writer, challenge.params);
  writer.bytes(challenge.public_key);
  writer.bytes(challenge.nonce);
}

}  // namespace wire3

namespace {

// Bytes of params_G before its cid, and the places of its fields there.
const uint8_t kFixedParamsSize = 12;
const uint8_t kSuitesAt = 0;
const uint8_t kFlagsAt = 1;
const uint8_t kMaxPacketAt = 2;
const uint8_t kMaxMessageAt = 4;
const uint8_t kWindowAt = 6;
const uint8_t kIdleAt = 7;
const uint8_t kCidSizeAt = 11;

uint16_t u16_at(const uint8_t* bytes) {
  return static_cast<uint16_t>(bytes[0] | (static_cast<uint16_t>(bytes[1]) << 8));
}

}  // namespace

void ChallengeReader::start(Bytes cid_d, Bytes tag) {
  memset(header_, 0, sizeof header_);
  header_[0] = wire3::kChallenge;
  if (cid_d.size > 0) memcpy(header_ + 1, cid_d.data, cid_d.size);
  memcpy(header_ + 1 + cid_d.size, tag.data, kHelloTagSize);
  header_size_ = static_cast<uint8_t>(1 + cid_d.size + kHelloTagSize);
  part_ = Part::Header;
  offset_ = 0;
  total_ = 0;
  ext_size_ = 0;
  ext_left_ = 0;
  cid_.size = 0;
  memset(cid_.bytes, 0, sizeof cid_.bytes);
}

void ChallengeReader::update(Bytes piece) {
  if (part_ == Part::Wrong) return;
  total_ = static_cast<uint16_t>(total_ + piece.size);
  // USMP3 §1: a device takes a CHALLENGE of 192 bytes.
  if (piece.size > kChallengeSizeMax || total_ > kChallengeSizeMax) {
    part_ = Part::Wrong;
    return;
  }
  hash_.update(piece);
  for (size_t index = 0; index < piece.size && part_ != Part::Wrong; ++index) take(piece[index]);
}

void ChallengeReader::enter(Part part) {
  part_ = part;
  offset_ = 0;
}

void ChallengeReader::take(uint8_t byte) {
  const uint8_t at = offset_++;
  switch (part_) {
    case Part::Header:
      if (byte != header_[at]) {
        part_ = Part::Wrong;  // another type, cid or tag: not an answer to our HELLO
      } else if (offset_ == header_size_) {
        enter(Part::Params);
      }
      break;
    case Part::Params:
      params_[at] = byte;
      if (offset_ < kFixedParamsSize) break;
      cid_.size = params_[kCidSizeAt];
      if (cid_.size > kCidSizeMax) {
        part_ = Part::Wrong;
      } else {
        enter(cid_.size > 0 ? Part::Cid : Part::ExtSize);
      }
      break;
    case Part::Cid:
      cid_.bytes[at] = byte;
      if (offset_ == cid_.size) enter(Part::ExtSize);
      break;
    case Part::ExtSize:
      ext_size_ = byte;
      enter(ext_size_ > 0 ? Part::ExtType : Part::PublicKey);
      break;
    case Part::ExtType:
      if (--ext_size_ == 0)
        part_ = Part::Wrong;  // a type without its length
      else
        enter(Part::ExtLength);
      break;
    case Part::ExtLength:
      --ext_size_;
      ext_left_ = byte;
      if (ext_left_ > ext_size_)
        part_ = Part::Wrong;
      else
        enter_extension();
      break;
    case Part::ExtValue:
      --ext_size_;
      --ext_left_;
      enter_extension();
      break;
    case Part::PublicKey:
      public_key_[at] = byte;
      if (offset_ == crypto::kPointSize) enter(Part::Nonce);
      break;
    case Part::Nonce:
      if (offset_ == kChallengeNonceSize) enter(Part::End);
      break;
    case Part::End:
      part_ = Part::Wrong;  // longer than its fields
      break;
    case Part::Wrong:
      break;
  }
}

// What follows the bytes of an extension read so far.
void ChallengeReader::enter_extension() {
  if (ext_left_ > 0) {
    enter(Part::ExtValue);
  } else {
    enter(ext_size_ > 0 ? Part::ExtType : Part::PublicKey);
  }
}

uint8_t ChallengeReader::suites() const { return params_[kSuitesAt]; }
bool ChallengeReader::stream() const { return (params_[kFlagsAt] & wire3::kFlagStream) != 0; }
uint32_t ChallengeReader::idle_s() const {
  return u16_at(params_ + kIdleAt) | (static_cast<uint32_t>(u16_at(params_ + kIdleAt + 2)) << 16);
}

ReceiveLimits ChallengeReader::limits() const {
  ReceiveLimits limits;
  limits.max_packet = u16_at(params_ + kMaxPacketAt);
  limits.max_message = u16_at(params_ + kMaxMessageAt);
  limits.window = params_[kWindowAt];
  return limits;
}

}  // namespace usmp
