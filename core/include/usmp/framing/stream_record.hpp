// The records of USMP3 §7 on TCP and other byte streams: byte 0 ‖ u16 count of the rest ‖ rest.
// Not a socket, and no judge of packets: any byte 0 passes, the session says what it thinks of it.
#ifndef USMP_FRAMING_STREAM_RECORD_HPP
#define USMP_FRAMING_STREAM_RECORD_HPP

#include "usmp/bytes.hpp"
#include "usmp/result.hpp"

namespace usmp {

/// Byte 0 of the packet and the u16.
static const size_t kStreamRecordHeaderSize = 3;
/// Bytes a record is longer than its packet: the room to leave in front of one (see below).
static const size_t kStreamRecordOverhead = 2;
/// The largest packet that a record can carry.
static const uint32_t kStreamRecordPacketMax = 65536;

/// Writes the header of the record of `packet`: send `header`, then packet.from(1).
/// Error::Malformed: the packet is empty. Error::TooLarge: it is over kStreamRecordPacketMax.
/// In both cases nothing was written and nothing can be sent.
Error stream_record_header(Bytes packet, uint8_t (&header)[kStreamRecordHeaderSize]);

/// Makes the record of a packet in place, moving nothing but its first byte. `buffer` is
/// kStreamRecordOverhead bytes to be overwritten and then the packet, to its end; on success the
/// whole of it is the record. Errors as in stream_record_header(), `buffer` unchanged.
Error stream_record_in_place(MutableBytes buffer);

/// Takes the record at the front of `input` without copying: if it is there whole, cuts it off
/// `input` and returns its packet, which lies in the bytes cut off (of which it overwrote one).
/// Empty: not whole yet, `input` is unchanged; add bytes, or hand it to a StreamRecordReader.
/// Error::TooLarge: the packet is over `packet_size_max`; close the connection.
Result<MutableBytes> take_stream_record(MutableBytes& input, size_t packet_size_max);

/// Collects whole packets, from a stream cut anywhere, in the caller's buffer. The buffer is as
/// large as the largest packet allowed: the larger of the own max_packet and the largest handshake
/// packet for the own role.
class StreamRecordReader {
 public:
  explicit StreamRecordReader(MutableBytes buffer);

  /// Takes bytes off the front of `input`, never more than belong to the record begun, so what the
  /// caller cannot use yet stays with it. Returns the packet, in the buffer until the next call;
  /// empty: all of `input` was used, no packet is whole yet.
  /// Error::TooLarge: a count beyond the buffer. Close the connection: nothing can be read from it
  /// any more, and every later call says the same and takes nothing.
  Result<MutableBytes> read(Bytes& input);

  /// True if no record is begun: the buffer holds nothing that is still needed once the packet
  /// last returned was used, and may be lent to somebody else.
  bool between_records() const { return received_ == 0; }
  /// Changes the buffer, or its size, where between_records(). Error::WrongState: a record is
  /// begun, nothing was changed; read on first.
  Error set_buffer(MutableBytes buffer);

 private:
  void take_header_byte(uint8_t byte);
  void take_rest(Bytes& input);

  MutableBytes buffer_;
  uint32_t received_;
  uint16_t rest_size_;
  uint8_t first_byte_;
  bool refused_;
};

}  // namespace usmp

#endif  // USMP_FRAMING_STREAM_RECORD_HPP
