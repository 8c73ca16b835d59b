// The UDP transport: a connected socket, so that the system filters other senders and reports a
// closed port. An answer of ICMP proves nothing: it is a hint, and a reason to try the next
// address.
#include <errno.h>
#include <string.h>

#include <new>
#include <string>

#include "host_addresses.hpp"
#include "socket.hpp"
#include "usmp.h"

namespace usmp::sockets {
namespace {

// Holds every packet of a device's handshake (core/include/usmp/limits.hpp).
constexpr std::size_t kFirstPacketSizeMax = 192;

struct UdpTransport {
  UdpTransport(const char* host, int port) : addresses(host, port, SOCK_DGRAM) {}

  HostAddresses addresses;
  Socket socket;
  bool look_up_due = true;
  std::uint16_t local_port = 0;  // to send from, if it is free
  bool heard = false;            // the current address answered
  std::size_t refusals = 0;      // addresses in a row that refused, since the last answer
  std::uint8_t last[kFirstPacketSizeMax] = {};  // sent last, if it is as short as a handshake's
  std::size_t last_size = 0;
};

UdpTransport& self(usmp_transport_t* t) { return *static_cast<UdpTransport*>(t->ctx); }

// Keeps the port from one socket to the next: a gateway then sees no new address.
void bind_local_port(UdpTransport& udp, int family) {
  if (udp.local_port == 0) return;
  sockaddr_storage any{};
  socklen_t size = sizeof(sockaddr_in);
  any.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET6) {
    reinterpret_cast<sockaddr_in6&>(any).sin6_port =
        system::port_in_order_of_network(udp.local_port);
    size = sizeof(sockaddr_in6);
  } else {
    reinterpret_cast<sockaddr_in&>(any).sin_port = system::port_in_order_of_network(udp.local_port);
  }
  // Where it is taken the system chooses another one.
  if (system::bind(udp.socket.file(), reinterpret_cast<const sockaddr*>(&any), size) != 0) {
    udp.local_port = 0;
  }
}

std::uint16_t port_of(const Socket& socket) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (!socket.is_open() ||
      system::getsockname(socket.file(), reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    return 0;
  }
  return system::port_in_order_of_host(own.ss_family == AF_INET6
                                           ? reinterpret_cast<sockaddr_in6&>(own).sin6_port
                                           : reinterpret_cast<sockaddr_in&>(own).sin_port);
}

bool connect_current(UdpTransport& udp) {
  const HostAddress& address = udp.addresses.current();
  if (!udp.socket.open(address.family(), SOCK_DGRAM)) return false;
  bind_local_port(udp, address.family());
  if (system::connect(udp.socket.file(), address.get(), address.size) == 0) {
    udp.local_port = port_of(udp.socket);
    return true;
  }
  const int error = errno;
  udp.socket.close();
  errno = error;
  return false;
}

// Each address once, from the current one on: some have no route (IPv6 without a network).
int connect_any(UdpTransport& udp) {
  int result = USMP_ERR_UNREACHABLE;
  for (std::size_t count = 0; count < udp.addresses.count(); ++count) {
    if (connect_current(udp)) return 0;
    result = code_of_errno(errno);
    udp.addresses.advance();
  }
  return result;
}

int udp_open(usmp_transport_t* t) {
  UdpTransport& udp = self(t);
  if (udp.socket.is_open()) return 0;
  if (udp.look_up_due || udp.addresses.empty()) {
    const bool known = !udp.addresses.empty();
    const usmp_err_t found = udp.addresses.look_up();
    // Without a name server the old addresses are still the best guess.
    if (found != USMP_OK && !known) return found;
    if (known && !udp.heard) udp.addresses.advance();
  }
  udp.look_up_due = true;
  udp.heard = false;
  udp.refusals = 0;
  udp.last_size = 0;
  return connect_any(udp);
}

// The port is closed at this address. A name may have others: what was refused goes to the next.
int refused(UdpTransport& udp) {
  ++udp.refusals;
  if (udp.heard || udp.refusals >= udp.addresses.count() || udp.last_size == 0) {
    return USMP_ERR_REFUSED;
  }
  udp.addresses.advance();
  if (connect_any(udp) != 0) return USMP_ERR_REFUSED;
  // What cannot be sent now is like lost.
  if (system::send(udp.socket.file(), udp.last, udp.last_size, 0) < 0) return 0;
  return 0;
}

int report(UdpTransport& udp, int error) {
  if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS ||
      error == ENOMEM)
    return 0;
  if (error == ECONNREFUSED) return refused(udp);
  return code_of_errno(error);
}

int udp_send(usmp_transport_t* t, const uint8_t* data, size_t len) {
  UdpTransport& udp = self(t);
  if (!udp.socket.is_open()) return USMP_ERR_TRANSPORT_FAILED;
  udp.last_size = len <= sizeof udp.last ? len : 0;
  memcpy(udp.last, data, udp.last_size);
  // Twice: the first call may only deliver an older packet's error.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (system::send(udp.socket.file(), data, len, 0) >= 0) return static_cast<int>(len);
    if (errno == ECONNREFUSED) continue;
    if (errno != ENETUNREACH && errno != EADDRNOTAVAIL && errno != ENETDOWN &&
        errno != EHOSTUNREACH) {
      break;
    }
    // The own address may be gone: a new socket takes the one that is there now. USMP3 §6 allows
    // it.
    const int error = errno;
    if (!connect_current(udp)) return code_of_errno(error);
  }
  return report(udp, errno);
}

int udp_recv(usmp_transport_t* t, uint8_t* buf, size_t max_len) {
  UdpTransport& udp = self(t);
  if (!udp.socket.is_open()) return 0;
  iovec room{};
  room.iov_base = buf;
  room.iov_len = max_len;
  msghdr packet{};
  packet.msg_iov = &room;
  packet.msg_iovlen = 1;
  const ssize_t count = system::recvmsg(udp.socket.file(), &packet, 0);
  if (count < 0) return report(udp, errno);
  udp.heard = true;
  udp.refusals = 0;
  // A packet that does not fit is too long for this device.
  return (packet.msg_flags & MSG_TRUNC) == 0 ? static_cast<int>(count) : 0;
}

int udp_available(usmp_transport_t* t) {
  UdpTransport& udp = self(t);
  return udp.socket.is_open() && wait_for_socket(udp.socket, false, 0) ? 1 : 0;
}

void udp_wait(usmp_transport_t* t, int, uint32_t timeout_ms) {
  // A datagram socket can always be written: waiting for that would not wait.
  wait_for_socket(self(t).socket, false, timeout_ms);
}

void udp_close(usmp_transport_t* t) { self(t).socket.close(); }

int udp_reconnect(usmp_transport_t* t) {
  udp_close(t);
  return udp_open(t);
}

int udp_fd(usmp_transport_t* t) { return self(t).socket.file(); }

void udp_destroy(usmp_transport_t* t) {
  delete static_cast<UdpTransport*>(t->ctx);
  *t = usmp_transport_t{};
}

}  // namespace
}  // namespace usmp::sockets

int usmp_transport_udp_prepare(usmp_transport_t* t, const char* host, int port) {
  using namespace usmp::sockets;
  if (t == nullptr || host == nullptr || host[0] == 0 || port < 1 || port > 65535) {
    return USMP_ERR_INVALID_ARG;
  }
  *t = usmp_transport_t{};
  t->ctx = new (std::nothrow) UdpTransport(host, port);
  if (t->ctx == nullptr) return USMP_ERR_NO_MEMORY;
  t->send = udp_send;
  t->recv = udp_recv;
  t->close = udp_close;
  t->reconnect = udp_reconnect;
  t->available = udp_available;
  t->destroy = udp_destroy;
  t->open = udp_open;
  t->wait = udp_wait;
  t->fd = udp_fd;
  t->stream = 0;
  return 0;
}

// Of a transport of another kind there is no port to set or to tell.
void usmp_transport_udp_set_local_port(usmp_transport_t* t, int port) {
  if (port < 0 || port > 65535 || t->send != usmp::sockets::udp_send) return;
  usmp::sockets::self(t).local_port = static_cast<std::uint16_t>(port);
}

int usmp_transport_udp_local_port(const usmp_transport_t* t) {
  if (t->send != usmp::sockets::udp_send) return 0;
  return static_cast<const usmp::sockets::UdpTransport*>(t->ctx)->local_port;
}

int usmp_transport_udp_init(usmp_transport_t* t, const char* host, int port) {
  const int prepared = usmp_transport_udp_prepare(t, host, port);
  if (prepared != 0) return prepared;
  const int opened = t->open(t);
  if (opened != 0) usmp_transport_destroy(t);
  return opened;
}
