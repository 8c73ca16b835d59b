// UTACK, UDP's acknowledgement of one frame: `AC AC ‖ type ‖ seq`, with a mac for session frames.
#ifndef USMP_WIRE2_UTACK_HPP
#define USMP_WIRE2_UTACK_HPP

#include <stdint.h>

#include "base/byte_writer.hpp"
#include "usmp/crypto.hpp"
#include "wire2/frame.hpp"

namespace usmp {
namespace wire2 {

typedef uint8_t UtackMac[kUtackMacSize];

struct Utack {
  uint32_t seq;
  uint8_t type;
  Bytes mac;  ///< empty, or 8 bytes
};

/// True if a UTACK of this type has a mac.
inline bool utack_has_mac(uint8_t type) { return is_sealed(type); }

inline bool is_utack(Bytes packet) { return packet.size > 0 && packet[0] == kUtackMagic; }

/// False: not a UTACK. Its mac is not checked.
bool read_utack(Bytes packet, Utack* utack);
/// The mac under the key that the frame was encrypted with.
void make_utack_mac(UtackMac& mac, const uint8_t (&key)[crypto::kKeySize], uint8_t type,
                    uint32_t seq);
/// `mac` is not used for types without one.
void write_utack(ByteWriter& writer, uint8_t type, uint32_t seq, const UtackMac& mac);

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_UTACK_HPP
