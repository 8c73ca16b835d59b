// See plain_echo.hpp.
#include "plain_echo.hpp"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace usmp::bench {
namespace {

constexpr std::size_t kBatch = 64;  // as the gateway's
constexpr std::size_t kPacketMax = 1500;
constexpr int kBufferSize = 1 << 20;

}  // namespace

PlainEcho::PlainEcho() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  (void)setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &kBufferSize, sizeof kBufferSize);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof own;
  auto* const name = reinterpret_cast<sockaddr*>(&own);
  if (bind(socket_, name, size) != 0 || getsockname(socket_, name, &size) != 0) {
    close(socket_);
    throw std::runtime_error("cannot open a UDP socket on loopback");
  }
  port_ = ntohs(own.sin_port);
  thread_ = std::thread([this] { serve(); });
}

PlainEcho::~PlainEcho() {
  is_stopping_.store(true);
  shutdown(socket_, SHUT_RD);  // wakes recvmmsg
  thread_.join();
  close(socket_);
}

clockid_t PlainEcho::clock() {
  clockid_t clock{};
  if (pthread_getcpuclockid(thread_.native_handle(), &clock) != 0) {
    throw std::runtime_error("no CPU clock of a thread");
  }
  return clock;
}

void PlainEcho::serve() {
  static std::array<std::array<std::uint8_t, kPacketMax>, kBatch> memory;
  std::array<sockaddr_in, kBatch> names{};
  std::array<iovec, kBatch> pieces{};
  std::array<mmsghdr, kBatch> messages{};
  for (std::size_t index = 0; index < kBatch; ++index) {
    messages[index].msg_hdr.msg_name = &names[index];
    messages[index].msg_hdr.msg_iov = &pieces[index];
    messages[index].msg_hdr.msg_iovlen = 1;
  }
  while (!is_stopping_.load(std::memory_order_relaxed)) {
    for (std::size_t index = 0; index < kBatch; ++index) {
      pieces[index] = {memory[index].data(), kPacketMax};
      messages[index].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    }
    const int count = recvmmsg(socket_, messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (count <= 0 || messages[0].msg_hdr.msg_namelen == 0) continue;
    for (int index = 0; index < count; ++index) {
      const auto at = static_cast<std::size_t>(index);
      pieces[at].iov_len = messages[at].msg_len;
    }
    (void)sendmmsg(socket_, messages.data(), static_cast<unsigned>(count), 0);
  }
}

}  // namespace usmp::bench
