// A line over an Arduino Stream: single bytes, some of which may get lost or damaged.
#if !defined(__AVR__)
#include "link.hpp"

namespace usmp_arduino {

namespace {
/// For a Stream that does not tell what it takes: 3 ms of a line at 115200 baud.
const size_t kLinePiece = 32;
}  // namespace

void Link::fill_serial(usmp_transport_t& t) {
  t.open = open_serial;
  t.send = send_serial;
  t.recv = recv_serial;
  t.stream = USMP_TRANSPORT_LINE;
}

int Link::open_serial(usmp_transport_t* t) {
  Link& link = of(t);
  if (!link.begun_ && link.medium_.begin_stream != nullptr) {
    link.medium_.begin_stream(*link.medium_.stream, link.medium_.baud);
  }
  link.begun_ = true;
  return 0;
}

int Link::send_serial(usmp_transport_t* t, const uint8_t* data, size_t len) {
  Link& link = of(t);
  Stream& stream = *link.medium_.stream;
  const size_t size = link.room_in(stream, len, kLinePiece);
  return size == 0 ? 0 : static_cast<int>(stream.write(data, size));
}

int Link::recv_serial(usmp_transport_t* t, uint8_t* out, size_t len) {
  Stream& stream = *of(t).medium_.stream;
  size_t count = 0;
  // Byte by byte: readBytes() would wait.
  while (count < len && stream.available() > 0) {
    const int byte = stream.read();
    if (byte < 0) break;
    out[count++] = static_cast<uint8_t>(byte);
  }
  return static_cast<int>(count);
}

}  // namespace usmp_arduino
#endif  // not __AVR__
