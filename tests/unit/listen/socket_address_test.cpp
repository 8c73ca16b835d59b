// Addresses of the operating system to the core's opaque Address and back.
#include "listen/socket_address.hpp"

#include <gtest/gtest.h>

#include "listen/listen_error.hpp"
#include "listen/local_endpoints.hpp"

namespace usmp::gateway {
namespace {

SocketAddress only(const char* host, std::uint16_t port) {
  const auto found = resolve({Transport::Udp, host, port});
  EXPECT_EQ(found.size(), 1U);
  return found.at(0);
}

TEST(SocketAddress, GoesThroughTheOpaqueAddressUnchanged) {
  for (const char* host : {"192.0.2.7", "2001:db8::7", "::1", "127.0.0.1"}) {
    const SocketAddress before = only(host, 4711);
    const Address opaque = make_address(ip_of(before), port_of(before), 0xA1B2C3D4);
    EXPECT_EQ(endpoint_of(opaque), 0xA1B2C3D4U);
    const SocketAddress after =
        make_socket_address(before.family(), ip_of(opaque), port_of(opaque), 0);
    EXPECT_EQ(after.family(), before.family());
    EXPECT_EQ(ip_of(after), ip_of(before));
    EXPECT_EQ(port_of(after), 4711);
  }
}

TEST(SocketAddress, MapsIpv4IntoIpv6ForADualStackSocket) {
  const SocketAddress ipv4 = only("192.0.2.7", 1);
  const SocketAddress mapped = make_socket_address(AF_INET6, ip_of(ipv4), 1, 0);
  EXPECT_EQ(mapped.family(), AF_INET6);
  EXPECT_TRUE(IN6_IS_ADDR_V4MAPPED(&mapped.ipv6.sin6_addr));
}

TEST(SocketAddress, HasNoIpv4FormOfAnIpv6Address) {
  EXPECT_EQ(make_socket_address(AF_INET, ip_of(only("2001:db8::7", 1)), 1, 0).family(), AF_UNSPEC);
}

TEST(SocketAddress, IsWrittenAsPeopleReadIt) {
  EXPECT_EQ(format_address(make_address(ip_of(only("192.0.2.7", 0)), 65535, 0)), "192.0.2.7:65535");
  EXPECT_EQ(format_address(make_address(ip_of(only("2001:db8::7", 0)), 9, 0)), "[2001:db8::7]:9");
  Address none;
  none.size = 0;
  EXPECT_EQ(format_address(none), "-");
}

TEST(SocketAddress, SaysThatANameIsNotKnown) {
  try {
    (void)resolve({Transport::Udp, "no-such-host.invalid", 9000});
    FAIL() << "a name under .invalid was found";
  } catch (const ListenError& error) {
    EXPECT_EQ(error.fault(), ListenFault::NameUnknown);
    EXPECT_NE(std::string(error.what()).find("no-such-host.invalid"), std::string::npos);
  }
  EXPECT_EQ(resolve({Transport::Udp, "127.0.0.1", 9000}).size(), 1U);
}

TEST(LocalEndpoints, GivesEachEndpointOneNumberForAllThreads) {
  LocalEndpoints endpoints;
  endpoints.set_socket_count(2);
  LocalEndpoint plain;
  plain.socket = 1;
  EXPECT_EQ(endpoints.number_of(plain), 1U);
  LocalEndpoint with_address = plain;
  with_address.ip = ip_of(only("192.0.2.7", 0));
  const std::uint32_t number = endpoints.number_of(with_address);
  EXPECT_EQ(endpoints.number_of(with_address), number);
  EXPECT_EQ(endpoints.endpoint(number), with_address);
  LocalEndpoint on_other_socket = with_address;
  on_other_socket.socket = 0;
  EXPECT_NE(endpoints.number_of(on_other_socket), number);
}

TEST(LocalEndpoints, FallsBackToTheSocketAloneWhenFull) {
  LocalEndpoints endpoints;
  endpoints.set_socket_count(3);
  LocalEndpoint endpoint;
  endpoint.socket = 2;
  for (std::size_t count = 0; count < 2 * kLocalEndpointsMax; ++count) {
    endpoint.ip[14] = static_cast<std::uint8_t>(count >> 8U);
    endpoint.ip[15] = static_cast<std::uint8_t>(count);
    endpoint.ip[0] = 0x20;
    const LocalEndpoint found = endpoints.endpoint(endpoints.number_of(endpoint));
    EXPECT_EQ(found.socket, 2);
    if (count < kLocalEndpointsMax - 3) {
      EXPECT_EQ(found, endpoint);
    } else {
      EXPECT_EQ(found.ip, IpAddress{});
    }
  }
}

}  // namespace
}  // namespace usmp::gateway
