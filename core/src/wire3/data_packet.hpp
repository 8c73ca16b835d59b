// Short and long packets (§1): header, sealing and opening. Which epoch's key and whether a number
// is fresh is the session's to know.
#ifndef USMP_WIRE3_DATA_PACKET_HPP
#define USMP_WIRE3_DATA_PACKET_HPP

#include "usmp/agreement.hpp"
#include "usmp/result.hpp"

namespace usmp {
namespace wire3 {

struct DataHeader {
  uint32_t epoch;  // of a long packet
  uint32_t seq;
  uint8_t epoch_low;  // of a short packet: epoch mod 4
  uint8_t size;       // bytes before the ciphertext
  bool is_long;
};

/// Bytes before the ciphertext.
inline size_t data_header_size(size_t cid_size, bool is_long) {
  return (is_long ? kLongOverhead : kShortOverhead) - crypto::kTagSize + cid_size;
}

/// Writes the header into `out`, which has room for it. Gives its size.
size_t write_data_header(MutableBytes out, Bytes cid, uint32_t epoch, uint32_t seq, bool is_long);

/// Malformed: too short or no data packet. Unexpected: of another cid.
USMP_MUST_USE Error read_data_header(Bytes packet, Bytes own_cid, DataHeader* header);

/// Seals `text_size` bytes of frames that stand behind the header in `packet`, whose tag follows
/// them. False: the crypto library failed.
USMP_MUST_USE bool seal_data(crypto::Suite suite, const DirectionKey& key, uint32_t seq,
                             MutableBytes packet, size_t header_size, size_t text_size);

/// Opens `packet` in place; `frames` is then the plaintext. False: not authentic.
USMP_MUST_USE bool open_data(crypto::Suite suite, const DirectionKey& key, const DataHeader& header,
                             MutableBytes packet, MutableBytes* frames);

}  // namespace wire3
}  // namespace usmp

#endif  // USMP_WIRE3_DATA_PACKET_HPP
