// Opens listening sockets: see listen_socket.hpp.
#include "listen/listen_socket.hpp"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "listen/listen_error.hpp"

namespace usmp::gateway {
namespace {

/// How a socket may share its port.
enum class Sharing : std::uint8_t {
  First,  ///< the port must be free
  Next,   ///< others of this gateway have it
};

void set_option(int socket_number, int level, int name, int value) {
  // None of these options decides whether the gateway works: one that is refused is done without.
  (void)setsockopt(socket_number, level, name, &value, sizeof value);
}

[[noreturn]] void refuse(const ListenUri& uri, int error) {
  const std::string where = uri.text();
  if (error == EADDRINUSE) {
    const bool is_udp = uri.transport == Transport::Udp;
    throw ListenError(ListenFault::PortInUse,
                      where + ": the port is in use already; stop the program that has it (`ss -" +
                          (is_udp ? "u" : "t") + "lnp sport = :" + std::to_string(uri.port) +
                          "` names it) or choose another port");
  }
  if (error == EACCES || error == EPERM) {
    throw ListenError(ListenFault::NotPermitted,
                      where + ": not permitted; ports below 1024 need root: choose a higher one");
  }
  if (error == EADDRNOTAVAIL) {
    throw ListenError(ListenFault::NoSuchAddress,
                      where + ": this machine has no such address; [::] means all that it has");
  }
  if (error == EAFNOSUPPORT) {
    throw ListenError(ListenFault::NoSuchAddress,
                      where + ": this machine has no IPv6; write 0.0.0.0 for all of IPv4");
  }
  throw ListenError(ListenFault::Failed, where + ": cannot listen: " + strerror(error));
}

void prepare_udp(int socket_number, int family, bool wildcard) {
  set_option(socket_number, SOL_SOCKET, SO_RCVBUF, kUdpBufferSize);
  set_option(socket_number, SOL_SOCKET, SO_SNDBUF, kUdpBufferSize);
  // No packet of ours is larger than 1280 bytes with its headers: none needs path discovery, and
  // one that a narrow link has to cut still arrives.
  if (family == AF_INET) {
    set_option(socket_number, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    if (wildcard) set_option(socket_number, IPPROTO_IP, IP_PKTINFO, 1);
  } else {
    set_option(socket_number, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    set_option(socket_number, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
    if (wildcard) set_option(socket_number, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }
}

/// Opens one socket and binds it. 0, or an errno.
int open_socket(Transport transport, const SocketAddress& address, Sharing sharing,
                FileDescriptor& opened) {
  const int family = address.family();
  const int type = transport == Transport::Udp ? SOCK_DGRAM : SOCK_STREAM;
  FileDescriptor made(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made.is_open()) return errno;
  if (family == AF_INET6) {
    set_option(made.number(), IPPROTO_IPV6, IPV6_V6ONLY, is_wildcard(address) ? 0 : 1);
  }
  if (transport == Transport::Udp) {
    prepare_udp(made.number(), family, is_wildcard(address));
  } else {
    // A port whose last connections are still dying may be taken again at once.
    set_option(made.number(), SOL_SOCKET, SO_REUSEADDR, 1);
  }
  // The first socket is bound without SO_REUSEPORT, so that it fails where any other program has
  // the port; with it, two gateways would silently share the devices. The rest may join it after.
  if (sharing == Sharing::Next) set_option(made.number(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (bind(made.number(), &address.generic, address.size()) != 0) return errno;
  if (sharing == Sharing::First) set_option(made.number(), SOL_SOCKET, SO_REUSEPORT, 1);
  opened = std::move(made);
  return 0;
}

ListenPoint open_point(const ListenUri& uri, SocketAddress address, unsigned thread_count) {
  ListenPoint point;
  point.transport = uri.transport;
  point.address = address;
  for (unsigned thread = 0; thread < thread_count; ++thread) {
    FileDescriptor socket_of_thread;
    const Sharing sharing = thread == 0 ? Sharing::First : Sharing::Next;
    const int error = open_socket(uri.transport, point.address, sharing, socket_of_thread);
    if (error != 0) refuse(uri, error);
    if (thread == 0) {
      socklen_t size = point.address.size();
      if (getsockname(socket_of_thread.number(), &point.address.generic, &size) != 0) {
        refuse(uri, errno);
      }
    }
    point.sockets.push_back(std::move(socket_of_thread));
  }
  // All are bound before one listens: connections are spread over those that listen.
  if (uri.transport == Transport::Tcp) {
    for (const FileDescriptor& socket_of_thread : point.sockets) {
      if (listen(socket_of_thread.number(), kTcpBacklog) != 0) refuse(uri, errno);
    }
  }
  return point;
}

}  // namespace

std::string ListenPoint::text() const {
  std::string written = std::string(name_of(transport)) + "://";
  return written + format_address(ip_of(address), port_of(address));
}

std::vector<ListenPoint> open_listen_points(const ListenUri& uri, unsigned thread_count) {
  std::vector<ListenPoint> points;
  for (const SocketAddress& address : resolve(uri)) {
    points.push_back(open_point(uri, address, thread_count));
  }
  return points;
}

}  // namespace usmp::gateway
