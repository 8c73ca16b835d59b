// The frames of USMP3 §7 on a serial line: COBS(packet ‖ CRC-16), 0x00 before the first frame and
// after each. Not a driver: bytes come from and go to the caller's UART.
#ifndef USMP_FRAMING_SERIAL_HPP
#define USMP_FRAMING_SERIAL_HPP

#include "usmp/bytes.hpp"
#include "usmp/framing/byte_source.hpp"
#include "usmp/framing/cobs.hpp"
#include "usmp/framing/crc16.hpp"
#include "usmp/result.hpp"

namespace usmp {

/// Parts the frames; it stands nowhere inside one.
static const uint8_t kSerialDelimiter = 0x00;

/// The most bytes a frame of a packet of `packet_size` bytes has, its closing 0x00 included: what
/// an output buffer needs, and beyond which a receiver drops. SIZE_MAX if it does not fit.
size_t serial_frame_size_max(size_t packet_size);

/// Writes the frame of `packet` with its closing 0x00, but without the 0x00 that goes before the
/// first frame on a line (SerialFrameEncoder adds it). `out` is the caller's, does not overlap
/// `packet`, and serial_frame_size_max() bytes are always enough. Returns the bytes written.
/// Error::BufferTooSmall: `out` holds nothing of use; call again with a larger one.
/// Error::Malformed: the packet is empty; there is nothing to send.
Result<size_t> serial_frame_encode(Bytes packet, MutableBytes out);

/// Sends frames in parts of any size, straight from where the packet lies: no copy of it is made,
/// and it may be in pieces. One lives as long as the line does.
class SerialFrameEncoder {
 public:
  SerialFrameEncoder();
  SerialFrameEncoder(const SerialFrameEncoder&) = delete;
  SerialFrameEncoder& operator=(const SerialFrameEncoder&) = delete;

  /// The line was opened anew: the next frame has a 0x00 before it, and one on its way is given up.
  void line_opened();
  /// Begins with a packet, which stays unchanged where it is until done(). A frame still on its way
  /// is given up; the receiver drops what it got of it. An empty packet sends nothing.
  void start(ByteSource packet);
  void start(Bytes packet) { start(ByteSource::of(packet)); }
  /// Writes the next bytes for the line into `out`, as many as fit. Returns how many; 0 if the
  /// frame is out whole (or `out` is empty).
  size_t next(MutableBytes out);
  /// True when all bytes of the frame were written.
  bool done() const { return stage_ == Stage::Idle; }

 private:
  enum class Stage : uint8_t { Idle, LeadingDelimiter, Body, ClosingDelimiter };

  // USMP3 §7: packet ‖ CRC-16/MODBUS(packet), low byte first
  struct Body {
    ByteSource packet;
    size_t size;
    uint8_t crc[kCrc16Size];

    uint8_t operator[](size_t index) const {
      return index < packet.size ? packet[index] : crc[index - packet.size];
    }
  };

  BasicCobsEncoder<Body> body_;
  Stage stage_;
  bool delimiter_due_;
};

/// Sends one frame in parts of any size, of a packet behind which there is room for its CRC: less
/// code and fewer steps a byte than SerialFrameEncoder, for a device whose packets lie in a buffer
/// of its own. Made for each frame; the 0x00 before the first one on a line is the caller's.
class SerialFrameInPlace {
 public:
  /// Writes the CRC behind the packet. `buffer` holds a packet of `packet_size` bytes, at least
  /// one, and kCrc16Size bytes more; it is the caller's and stays unchanged until done().
  SerialFrameInPlace(MutableBytes buffer, size_t packet_size);
  /// One that is done.
  SerialFrameInPlace() : closed_(true) {}
  /// Writes the next bytes for the line into `out`, as many as fit. Returns how many.
  size_t next(MutableBytes out);
  bool done() const { return closed_; }

 private:
  BasicCobsEncoder<Bytes> body_;
  bool closed_;
};

/// Why a frame was dropped.
enum class SerialFault : uint8_t {
  None,
  CobsError,    ///< It ended inside a COBS block: bytes were lost.
  CrcMismatch,  ///< It has another CRC, or is too short for a packet and a CRC.
  Oversize,     ///< It is longer than any packet expected here.
};

/// What one byte of the line meant to a SerialFrameDecoder.
enum class SerialEvent : uint8_t {
  Nothing,     ///< Go on.
  PacketByte,  ///< SerialStep::byte is the next byte of a packet; it counts only at PacketEnd.
  PacketEnd,   ///< The CRC is right: the bytes since the last end or drop are a packet.
  Dropped,     ///< SerialStep::fault says why: forget the bytes since the last end or drop.
};

struct SerialStep {
  SerialEvent event;
  uint8_t byte;
  SerialFault fault;
};

/// Takes the line byte by byte and gives the packet byte by byte, for who has no room for a whole
/// one (a device reads CHALLENGE so). It holds the last two bytes back, since they may be the CRC.
/// Each frame begun ends in exactly one PacketEnd or Dropped; after that the next one decodes.
class SerialFrameDecoder {
 public:
  /// `packet_size_max`: the larger of the own max_packet and the largest handshake packet for the
  /// own role. No packet gives more bytes than that.
  explicit SerialFrameDecoder(size_t packet_size_max);

  SerialStep push(uint8_t line_byte);
  /// Gives up the frame that is coming in: what follows of it is ignored up to the next 0x00.
  void abandon() { discarding_ = true; }

 private:
  SerialStep take_data_byte(uint8_t byte);
  SerialStep end_of_frame();
  SerialStep discard_rest();
  void begin_frame();

  size_t packet_size_max_;
  size_t frame_size_max_;
  size_t frame_size_;
  size_t data_size_;
  CobsDecoder cobs_;
  Crc16Modbus crc_;
  uint8_t held_[kCrc16Size];
  bool discarding_;
};

/// Frames dropped, by why. Each wraps after 2^32.
struct SerialDrops {
  uint32_t cobs_error;
  uint32_t crc_mismatch;
  uint32_t oversize;
};

/// Collects whole packets in the caller's buffer, which is as large as the largest packet taken:
/// the larger of the own max_packet and the largest handshake packet for the own role.
class SerialDeframer {
 public:
  explicit SerialDeframer(MutableBytes buffer);

  /// Takes bytes off the front of `input` up to the end of the next packet or to its own end.
  /// Returns the packet, in the buffer until the next call; empty: all of `input` was used, no
  /// packet is whole yet. The caller repeats it until then.
  MutableBytes read(Bytes& input);

  const SerialDrops& drops() const { return drops_; }

 private:
  void count(SerialFault fault);

  SerialFrameDecoder decoder_;
  MutableBytes buffer_;
  size_t size_;
  SerialDrops drops_;
};

}  // namespace usmp

#endif  // USMP_FRAMING_SERIAL_HPP
