// All of the framing of USMP3 §7: packets to the bytes of a medium and back. Includes one header a
// medium; a device includes only its own. UDP needs none: there a datagram is a packet.
#ifndef USMP_FRAMING_HPP
#define USMP_FRAMING_HPP

#include "usmp/framing/ble_pieces.hpp"
#include "usmp/framing/byte_source.hpp"
#include "usmp/framing/cobs.hpp"
#include "usmp/framing/crc16.hpp"
#include "usmp/framing/serial.hpp"
#include "usmp/framing/stream_record.hpp"

#endif  // USMP_FRAMING_HPP
