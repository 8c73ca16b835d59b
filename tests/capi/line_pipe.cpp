// See line_pipe.hpp.
#include "line_pipe.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace usmp::test {
namespace {

constexpr std::size_t kPacketMax = 2048;

LinePipe& self(usmp_transport_t* t) { return *static_cast<LinePipe*>(t->ctx); }

}  // namespace

LinePipe::LinePipe(int gateway_port)
    : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)),
      packet_(kPacketMax),
      deframer_(MutableBytes(packet_.data(), packet_.size())) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(static_cast<std::uint16_t>(gateway_port));
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    throw std::runtime_error("no way to the test gateway");
  }
}

LinePipe::~LinePipe() { ::close(socket_); }

usmp_transport_t LinePipe::transport(bool opens) {
  usmp_transport_t made{};
  made.ctx = this;
  made.stream = USMP_TRANSPORT_LINE;
  made.send = [](usmp_transport_t* t, const std::uint8_t* data, std::size_t len) {
    return self(t).send(data, len);
  };
  made.recv = [](usmp_transport_t* t, std::uint8_t* buf, std::size_t max_len) {
    return self(t).recv(buf, max_len);
  };
  if (!opens) return made;
  made.open = [](usmp_transport_t* t) {
    ++self(t).opened_count;
    return self(t).is_gone ? int{USMP_ERR_NO_SUCH_LINE} : 0;
  };
  made.close = [](usmp_transport_t*) {};
  return made;
}

std::uint8_t LinePipe::damaged(std::uint8_t byte) {
  if (damage_every == 0) return byte;
  lottery_ = lottery_ * 1664525u + 1013904223u;  // the same bytes in each run
  if ((lottery_ >> 8) % damage_every != 0) return byte;
  return static_cast<std::uint8_t>(byte ^ 0x10);
}

int LinePipe::send(const std::uint8_t* data, std::size_t len) {
  if (is_gone) return USMP_ERR_NO_SUCH_LINE;
  if (is_deaf) return 0;
  const std::size_t count = std::min(len, take_max);
  if (bytes_out == 0 && count > 0) first_byte_was_zero = data[0] == 0;
  bytes_out += count;
  for (std::size_t index = 0; index < count; ++index) {
    const std::uint8_t byte = damaged(data[index]);
    Bytes input(&byte, 1);
    const MutableBytes packet = deframer_.read(input);
    if (!packet.empty()) (void)::send(socket_, packet.data, packet.size, 0);
  }
  return static_cast<int>(count);
}

int LinePipe::recv(std::uint8_t* buf, std::size_t max_len) {
  if (is_gone) return USMP_ERR_NO_SUCH_LINE;
  std::uint8_t packet[kPacketMax];
  std::uint8_t frame[kPacketMax + 64];
  for (;;) {
    const ssize_t size = ::recv(socket_, packet, sizeof packet, 0);
    if (size <= 0) break;
    const Result<std::size_t> framed =
        serial_frame_encode(Bytes(packet, static_cast<std::size_t>(size)), MutableBytes(frame));
    if (!framed.ok()) break;
    for (std::size_t index = 0; index < framed.value; ++index) {
      incoming_ += static_cast<char>(damaged(frame[index]));
    }
  }
  const std::size_t count = std::min({max_len, take_max, incoming_.size()});
  incoming_.copy(reinterpret_cast<char*>(buf), count);
  incoming_.erase(0, count);
  return static_cast<int>(count);
}

}  // namespace usmp::test
