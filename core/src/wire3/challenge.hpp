// CHALLENGE (§1), as the gateway writes it: `cid_D ‖ tag ‖ params_G ‖ pub_G ‖ nonce`. The device
// reads it with ChallengeReader, piece by piece.
#ifndef USMP_WIRE3_CHALLENGE_HPP
#define USMP_WIRE3_CHALLENGE_HPP

#include "wire3/params.hpp"

namespace usmp {
namespace wire3 {

struct ChallengeFields {
  Bytes cid_d;
  Bytes tag;  // 4 bytes
  Params params;
  Bytes public_key;  // 32 bytes
  Bytes nonce;       // 16 bytes
};

void write_challenge(ByteWriter& writer, const ChallengeFields& challenge);

}  // namespace wire3
}  // namespace usmp

#endif  // USMP_WIRE3_CHALLENGE_HPP
