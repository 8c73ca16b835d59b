// Whole packets from a serial line into the caller's buffer, see usmp/framing/serial.hpp. The rules
// of the frame are in serial_frame_decoder.cpp.
#include "usmp/framing/serial.hpp"

namespace usmp {

SerialDeframer::SerialDeframer(MutableBytes buffer)
    : decoder_(buffer.size), buffer_(buffer), size_(0), drops_() {}

MutableBytes SerialDeframer::read(Bytes& input) {
  while (!input.empty()) {
    const SerialStep step = decoder_.push(input[0]);
    input = input.from(1);
    switch (step.event) {
      case SerialEvent::Nothing:
        break;
      case SerialEvent::PacketByte:
        // Fits: the decoder gives at most buffer_.size bytes a packet.
        buffer_[size_] = step.byte;
        ++size_;
        break;
      case SerialEvent::PacketEnd: {
        const MutableBytes packet = buffer_.first(size_);
        size_ = 0;
        return packet;
      }
      case SerialEvent::Dropped:
        count(step.fault);
        size_ = 0;
        break;
    }
  }
  return MutableBytes();
}

void SerialDeframer::count(SerialFault fault) {
  switch (fault) {
    case SerialFault::None:
      break;
    case SerialFault::CobsError:
      ++drops_.cobs_error;
      break;
    case SerialFault::CrcMismatch:
      ++drops_.crc_mismatch;
      break;
    case SerialFault::Oversize:
      ++drops_.oversize;
      break;
  }
}

}  // namespace usmp
