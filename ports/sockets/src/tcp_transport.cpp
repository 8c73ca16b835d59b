// The TCP transport: dials the host's addresses one after the other without blocking, then moves
// bytes. Where packets begin and end in them is the library's business.
#include <errno.h>

#include <new>

#include "host_addresses.hpp"
#include "socket.hpp"
#include "usmp.h"

namespace usmp::sockets {
namespace {

/// An address that does not answer is given up for the next one after so long; the last one too.
constexpr std::uint32_t kDialWaitMs = 5000;
/// How long closing waits for the gateway to have read what was sent and to close too.
constexpr std::uint32_t kLingerMs = 500;

struct TcpTransport {
  TcpTransport(const char* host, int port) : addresses(host, port, SOCK_STREAM) {}

  HostAddresses addresses;
  Socket socket;
  bool connected = false;
  bool broken = false;    // an error or the end was seen: nothing is left to be waited for
  std::size_t tried = 0;  // addresses since the name was looked up
  std::uint32_t dialled_at = 0;
};

TcpTransport& self(usmp_transport_t* t) { return *static_cast<TcpTransport*>(t->ctx); }

// Begins to connect to the current address: 0, USMP_TRANSPORT_OPENING, or negative.
int dial(TcpTransport& tcp) {
  const HostAddress& address = tcp.addresses.current();
  if (!tcp.socket.open(address.family(), SOCK_STREAM)) return code_of_errno(errno);
  const int on = 1;
  // Messages are small and somebody waits for each.
  (void)system::setsockopt(tcp.socket.file(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  tcp.dialled_at = usmp_port_millis();
  if (system::connect(tcp.socket.file(), address.get(), address.size) == 0) return 0;
  if (errno == EINPROGRESS || errno == EINTR) return USMP_TRANSPORT_OPENING;
  return code_of_errno(errno);
}

// How the attempt under way stands: 0, USMP_TRANSPORT_OPENING, or negative.
int dialling_result(TcpTransport& tcp) {
  if (!wait_for_socket(tcp.socket, true, 0)) {
    const std::uint32_t span = usmp_port_millis() - tcp.dialled_at;
    return span < kDialWaitMs ? USMP_TRANSPORT_OPENING : USMP_ERR_TIMEOUT;
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (system::getsockopt(tcp.socket.file(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
    error = errno;
  // lwIP calls a connection that was refused one that was reset.
  if (error == ECONNRESET) return USMP_ERR_REFUSED;
  return error == 0 ? 0 : code_of_errno(error);
}

int tcp_open(usmp_transport_t* t) {
  TcpTransport& tcp = self(t);
  if (tcp.connected) return 0;
  int result = 0;
  if (tcp.socket.is_open()) {
    result = dialling_result(tcp);
  } else {
    const usmp_err_t found = tcp.addresses.look_up();
    if (found != USMP_OK) return found;
    tcp.tried = 1;
    result = dial(tcp);
  }
  while (result < 0 && tcp.tried < tcp.addresses.count()) {
    tcp.addresses.advance();
    ++tcp.tried;
    result = dial(tcp);
  }
  if (result < 0) {
    tcp.socket.close();
    tcp.addresses.advance();
  }
  tcp.connected = result == 0;
  return result;
}

int tcp_send(usmp_transport_t* t, const uint8_t* data, size_t len) {
  TcpTransport& tcp = self(t);
  if (!tcp.connected) return USMP_ERR_TRANSPORT_FAILED;
  for (;;) {
    const ssize_t count = system::send(tcp.socket.file(), data, len, MSG_NOSIGNAL);
    if (count >= 0) return static_cast<int>(count);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    tcp.broken = true;
    return code_of_errno(errno);
  }
}

int tcp_recv(usmp_transport_t* t, uint8_t* buf, size_t max_len) {
  TcpTransport& tcp = self(t);
  if (!tcp.connected) return USMP_ERR_TRANSPORT_FAILED;
  for (;;) {
    const ssize_t count = system::recv(tcp.socket.file(), buf, max_len, 0);
    if (count > 0) return static_cast<int>(count);
    if (count == 0) {
      tcp.broken = true;
      return USMP_ERR_LOST;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    tcp.broken = true;
    return code_of_errno(errno);
  }
}

int tcp_available(usmp_transport_t* t) {
  TcpTransport& tcp = self(t);
  return tcp.connected && wait_for_socket(tcp.socket, false, 0) ? 1 : 0;
}

void tcp_wait(usmp_transport_t* t, int for_sending, uint32_t timeout_ms) {
  wait_for_socket(self(t).socket, for_sending != 0, timeout_ms);
}

// Closing with bytes unread would reset the connection, and what was sent last could be lost with
// it: so the own side is ended first, and what still comes is read and discarded.
void linger(TcpTransport& tcp) {
  const std::uint32_t begun = usmp_port_millis();
  if (system::shutdown(tcp.socket.file(), SHUT_WR) != 0) return;
  std::uint8_t discarded[1024];
  for (;;) {
    const std::uint32_t span = usmp_port_millis() - begun;
    if (span >= kLingerMs || !wait_for_socket(tcp.socket, false, kLingerMs - span)) return;
    if (system::recv(tcp.socket.file(), discarded, sizeof discarded, 0) <= 0) return;
  }
}

void tcp_close(usmp_transport_t* t) {
  TcpTransport& tcp = self(t);
  if (tcp.connected && !tcp.broken) linger(tcp);
  tcp.socket.close();
  tcp.connected = false;
  tcp.broken = false;
}

// Blocks until the connection stands or every address failed.
int open_blocking(usmp_transport_t* t) {
  for (;;) {
    const int result = tcp_open(t);
    if (result != USMP_TRANSPORT_OPENING) return result;
    wait_for_socket(self(t).socket, true, kDialWaitMs / 10);
  }
}

int tcp_reconnect(usmp_transport_t* t) {
  tcp_close(t);
  return open_blocking(t);
}

int tcp_fd(usmp_transport_t* t) { return self(t).socket.file(); }

void tcp_destroy(usmp_transport_t* t) {
  delete static_cast<TcpTransport*>(t->ctx);
  *t = usmp_transport_t{};
}

}  // namespace
}  // namespace usmp::sockets

int usmp_transport_tcp_prepare(usmp_transport_t* t, const char* host, int port) {
  using namespace usmp::sockets;
  if (t == nullptr || host == nullptr || host[0] == 0 || port < 1 || port > 65535) {
    return USMP_ERR_INVALID_ARG;
  }
  *t = usmp_transport_t{};
  t->ctx = new (std::nothrow) TcpTransport(host, port);
  if (t->ctx == nullptr) return USMP_ERR_NO_MEMORY;
  t->send = tcp_send;
  t->recv = tcp_recv;
  t->close = tcp_close;
  t->reconnect = tcp_reconnect;
  t->available = tcp_available;
  t->destroy = tcp_destroy;
  t->open = tcp_open;
  t->wait = tcp_wait;
  t->fd = tcp_fd;
  t->stream = 1;
  return 0;
}

int usmp_transport_tcp_init(usmp_transport_t* t, const char* host, int port) {
  const int prepared = usmp_transport_tcp_prepare(t, host, port);
  if (prepared != 0) return prepared;
  const int opened = t->reconnect(t);
  if (opened != 0) usmp_transport_destroy(t);
  return opened;
}

void usmp_transport_destroy(usmp_transport_t* t) {
  if (t != nullptr && t->destroy != nullptr) t->destroy(t);
}
