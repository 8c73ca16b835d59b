// Socket addresses: see socket_address.hpp.
#include "listen/socket_address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include <memory>

#include "listen/listen_error.hpp"

namespace usmp::gateway {
namespace {

constexpr std::size_t kPortOffset = 16;
constexpr std::size_t kEndpointOffset = 18;
static_assert(kEndpointOffset + 4 == kAddressSizeMax, "an Address is filled to its end");

constexpr std::uint8_t kIpv4Prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

bool is_ipv4(const IpAddress& address) {
  return memcmp(address.data(), kIpv4Prefix, sizeof kIpv4Prefix) == 0;
}

bool is_link_local(const IpAddress& address) {
  return address[0] == 0xFE && (address[1] & 0xC0U) == 0x80U;
}

IpAddress ip_of(const SocketAddress& socket_address) {
  IpAddress ip{};
  if (socket_address.family() == AF_INET) {
    memcpy(ip.data(), kIpv4Prefix, sizeof kIpv4Prefix);
    memcpy(ip.data() + sizeof kIpv4Prefix, &socket_address.ipv4.sin_addr, 4);
  } else {
    memcpy(ip.data(), &socket_address.ipv6.sin6_addr, ip.size());
  }
  return ip;
}

std::uint16_t port_of(const SocketAddress& socket_address) {
  return ntohs(socket_address.family() == AF_INET ? socket_address.ipv4.sin_port
                                                  : socket_address.ipv6.sin6_port);
}

void set_port(SocketAddress& socket_address, std::uint16_t port) {
  if (socket_address.family() == AF_INET) {
    socket_address.ipv4.sin_port = htons(port);
  } else {
    socket_address.ipv6.sin6_port = htons(port);
  }
}

bool is_wildcard(const SocketAddress& socket_address) {
  if (socket_address.family() == AF_INET) {
    return socket_address.ipv4.sin_addr.s_addr == htonl(INADDR_ANY);
  }
  return IN6_IS_ADDR_UNSPECIFIED(&socket_address.ipv6.sin6_addr) != 0;
}

SocketAddress make_socket_address(int family, const IpAddress& ip, std::uint16_t port,
                                  std::uint32_t scope) {
  SocketAddress made;
  if (family == AF_INET6) {
    made.ipv6.sin6_family = AF_INET6;
    made.ipv6.sin6_port = htons(port);
    made.ipv6.sin6_scope_id = scope;
    memcpy(&made.ipv6.sin6_addr, ip.data(), ip.size());
  } else if (is_ipv4(ip)) {
    made.ipv4.sin_family = AF_INET;
    made.ipv4.sin_port = htons(port);
    memcpy(&made.ipv4.sin_addr, ip.data() + sizeof kIpv4Prefix, 4);
  } else {
    made.generic.sa_family = AF_UNSPEC;
  }
  return made;
}

Address make_address(const IpAddress& ip, std::uint16_t port, std::uint32_t endpoint) {
  Address address;
  memcpy(address.bytes, ip.data(), ip.size());
  address.bytes[kPortOffset] = static_cast<std::uint8_t>(port >> 8U);
  address.bytes[kPortOffset + 1] = static_cast<std::uint8_t>(port);
  memcpy(address.bytes + kEndpointOffset, &endpoint, sizeof endpoint);
  address.size = kAddressSizeMax;
  return address;
}

IpAddress ip_of(const Address& address) {
  IpAddress ip;
  memcpy(ip.data(), address.bytes, ip.size());
  return ip;
}

std::uint16_t port_of(const Address& address) {
  return static_cast<std::uint16_t>(address.bytes[kPortOffset] << 8U |
                                    address.bytes[kPortOffset + 1]);
}

std::uint32_t endpoint_of(const Address& address) {
  std::uint32_t endpoint = 0;
  memcpy(&endpoint, address.bytes + kEndpointOffset, sizeof endpoint);
  return endpoint;
}

std::string format_address(const IpAddress& ip, std::uint16_t port) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (is_ipv4(ip)) {
    inet_ntop(AF_INET, ip.data() + sizeof kIpv4Prefix, text, sizeof text);
    return std::string(text) + ":" + std::to_string(port);
  }
  inet_ntop(AF_INET6, ip.data(), text, sizeof text);
  return "[" + std::string(text) + "]:" + std::to_string(port);
}

std::string format_address(const Address& address) {
  // An empty address is that of a medium without one.
  if (address.size != kAddressSizeMax) return "-";
  return format_address(ip_of(address), port_of(address));
}

std::vector<SocketAddress> resolve(const ListenUri& uri) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = uri.transport == Transport::Udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status =
      getaddrinfo(uri.host.c_str(), std::to_string(uri.port).c_str(), &hints, &found);
  if (status != 0) {
    throw ListenError(ListenFault::NameUnknown,
                      uri.text() + ": the name is not known (" + gai_strerror(status) +
                          "); write an address of this machine, or [::] for all it has");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);

  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    SocketAddress address;
    memcpy(static_cast<void*>(&address), entry->ai_addr, entry->ai_addrlen);
    bool is_new = true;
    for (const SocketAddress& known : addresses) is_new &= ip_of(known) != ip_of(address);
    if (is_new) addresses.push_back(address);
  }
  if (addresses.empty()) {
    throw ListenError(ListenFault::NoSuchAddress, uri.text() + ": the name has no IP address");
  }
  return addresses;
}

}  // namespace usmp::gateway
