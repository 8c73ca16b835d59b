// See load_socket.hpp.
#include "load_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace usmp::bench {

LoadSocket::LoadSocket(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), memory_(kBatch * kPacketMax) {
  // Room for all that is under way at once: a loss here would be the benchmark's own.
  const int size = 1 << 20;
  (void)setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(port);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    close(socket_);
    throw std::runtime_error("cannot connect a UDP socket on loopback");
  }
}

LoadSocket::~LoadSocket() { close(socket_); }

void LoadSocket::send(std::span<const Packet> packets) {
  std::array<iovec, kBatch> pieces{};
  std::array<mmsghdr, kBatch> messages{};
  while (!packets.empty()) {
    const std::size_t count = std::min(packets.size(), kBatch);
    for (std::size_t index = 0; index < count; ++index) {
      pieces[index].iov_base = const_cast<std::uint8_t*>(packets[index].data());
      pieces[index].iov_len = packets[index].size();
      messages[index].msg_hdr.msg_iov = &pieces[index];
      messages[index].msg_hdr.msg_iovlen = 1;
    }
    const int sent = sendmmsg(socket_, messages.data(), static_cast<unsigned>(count), 0);
    if (sent <= 0) throw std::runtime_error("sendmmsg failed");
    packets = packets.subspan(static_cast<std::size_t>(sent));
  }
}

std::span<const MutableBytes> LoadSocket::receive(int timeout_ms) {
  pollfd ready{socket_, POLLIN, 0};
  if (poll(&ready, 1, timeout_ms) <= 0) return {};
  std::array<iovec, kBatch> pieces{};
  std::array<mmsghdr, kBatch> messages{};
  for (std::size_t index = 0; index < kBatch; ++index) {
    pieces[index].iov_base = memory_.data() + index * kPacketMax;
    pieces[index].iov_len = kPacketMax;
    messages[index].msg_hdr.msg_iov = &pieces[index];
    messages[index].msg_hdr.msg_iovlen = 1;
  }
  const int count = recvmmsg(socket_, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  for (int index = 0; index < count; ++index) {
    const auto at = static_cast<std::size_t>(index);
    received_[at] = MutableBytes(memory_.data() + at * kPacketMax, messages[at].msg_len);
  }
  return {received_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace usmp::bench
