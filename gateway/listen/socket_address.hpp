// The operating system's addresses, and how they go in and out of the core's opaque Address.
// Not sockets: listen_socket.hpp opens those.
#ifndef USMP_GATEWAY_LISTEN_SOCKET_ADDRESS_HPP
#define USMP_GATEWAY_LISTEN_SOCKET_ADDRESS_HPP

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "listen/listen_uri.hpp"
#include "usmp/address.hpp"

namespace usmp::gateway {

/// An IP address, IPv4 in its mapped form (::ffff:a.b.c.d).
using IpAddress = std::array<std::uint8_t, 16>;

bool is_ipv4(const IpAddress& address);
bool is_link_local(const IpAddress& address);

/// A socket address of AF_INET or AF_INET6.
union SocketAddress {
  sockaddr generic;
  sockaddr_in ipv4;
  sockaddr_in6 ipv6;

  SocketAddress() : ipv6() {}
  int family() const { return generic.sa_family; }
  socklen_t size() const {
    return generic.sa_family == AF_INET ? socklen_t{sizeof ipv4} : socklen_t{sizeof ipv6};
  }
};

/// Address, port and IPv6 scope of a socket address.
IpAddress ip_of(const SocketAddress& socket_address);
std::uint16_t port_of(const SocketAddress& socket_address);
void set_port(SocketAddress& socket_address, std::uint16_t port);
/// True for 0.0.0.0 and [::].
bool is_wildcard(const SocketAddress& socket_address);
/// For a socket of `family`. An IPv6 address for a socket of AF_INET gives a family of AF_UNSPEC.
SocketAddress make_socket_address(int family, const IpAddress& ip, std::uint16_t port,
                                  std::uint32_t scope);

/// The core's Address: 16 bytes of IP address, 2 of port (big-endian), 4 of `endpoint`: the local
/// endpoint that the packets come in by (local_endpoints.hpp), so that an answer leaves by it.
Address make_address(const IpAddress& ip, std::uint16_t port, std::uint32_t endpoint);
IpAddress ip_of(const Address& address);
std::uint16_t port_of(const Address& address);
std::uint32_t endpoint_of(const Address& address);

/// `192.0.2.1:9000` or `[2001:db8::1]:9000`.
std::string format_address(const IpAddress& ip, std::uint16_t port);
std::string format_address(const Address& address);

/// All addresses that `uri` means, each once. Throws ListenError (NameUnknown, NoSuchAddress).
std::vector<SocketAddress> resolve(const ListenUri& uri);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_SOCKET_ADDRESS_HPP
