// Whole frames of wire 2 out of a byte stream: 12 bytes of header, then `length` more. Not a
// socket, and no judge of frames beyond what their end depends on: the session checks the rest.
#ifndef USMP_WIRE2_STREAM_READER_HPP
#define USMP_WIRE2_STREAM_READER_HPP

#include "usmp/bytes.hpp"
#include "usmp/result.hpp"
#include "usmp/wire2/limits.hpp"

namespace usmp {
namespace wire2 {

/// Takes the frame at the front of `input` without copying: if it is there whole, cuts it off
/// `input` and returns it. Empty: not whole yet, `input` is unchanged; add bytes, or hand it to a
/// StreamReader. Malformed: wrong magic, version or length; TooLarge: over `frame_size_max`. Close
/// the connection then.
Result<MutableBytes> take_stream_frame(MutableBytes& input, size_t frame_size_max = kFrameSizeMax);

/// Collects whole frames, from a stream cut anywhere, in the caller's buffer: kFrameSizeMax bytes,
/// or frame_size_max() of what the peer sends.
class StreamReader {
 public:
  explicit StreamReader(MutableBytes buffer);

  /// Takes bytes off the front of `input`, never more than belong to the frame begun. Returns the
  /// frame, in the buffer until the next call; empty: all of `input` was used, no frame is whole
  /// yet. Malformed, TooLarge: as above; every later call says the same and takes nothing.
  Result<MutableBytes> read(Bytes& input);

  /// True if no frame is begun: the buffer may be lent to somebody else once the frame last
  /// returned was used.
  bool between_frames() const { return received_ == 0; }
  /// Changes the buffer where between_frames(). WrongState: a frame is begun; read on first.
  USMP_MUST_USE Error set_buffer(MutableBytes buffer);

 private:
  void take(Bytes& input, size_t until);

  MutableBytes buffer_;
  uint16_t received_;
  Error refused_;
};

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_STREAM_READER_HPP
