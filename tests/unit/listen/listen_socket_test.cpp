// Sockets that share a port among the threads of one gateway, and with nobody else.
#include "listen/listen_socket.hpp"

#include <gtest/gtest.h>

#include "listen/listen_error.hpp"

namespace usmp::gateway {
namespace {

ListenFault fault_of(const ListenUri& uri, unsigned thread_count = 1) {
  try {
    (void)open_listen_points(uri, thread_count);
  } catch (const ListenError& error) {
    EXPECT_NE(std::string(error.what()).find(uri.text()), std::string::npos) << error.what();
    return error.fault();
  }
  ADD_FAILURE() << uri.text() << " was opened";
  return ListenFault::Failed;
}

class ListenSocket : public testing::TestWithParam<Transport> {};

TEST_P(ListenSocket, GivesEveryThreadASocketOnOnePort) {
  const auto points = open_listen_points({GetParam(), "127.0.0.1", 0}, 3);
  ASSERT_EQ(points.size(), 1U);
  ASSERT_EQ(points[0].sockets.size(), 3U);
  const std::uint16_t port = port_of(points[0].address);
  EXPECT_NE(port, 0);
  for (const FileDescriptor& socket : points[0].sockets) {
    SocketAddress bound;
    socklen_t size = sizeof bound;
    ASSERT_EQ(getsockname(socket.number(), &bound.generic, &size), 0);
    EXPECT_EQ(port_of(bound), port);
  }
}

TEST_P(ListenSocket, RefusesAPortThatAnotherGatewayHas) {
  // The other one shares its port among its threads, as every gateway does.
  auto others = open_listen_points({GetParam(), "127.0.0.1", 0}, 2);
  const std::uint16_t port = port_of(others[0].address);
  EXPECT_EQ(fault_of({GetParam(), "127.0.0.1", port}, 2), ListenFault::PortInUse);
  EXPECT_EQ(fault_of({GetParam(), "0.0.0.0", port}, 2), ListenFault::PortInUse);
  others.clear();
  EXPECT_EQ(open_listen_points({GetParam(), "127.0.0.1", port}, 2).size(), 1U);
}

TEST_P(ListenSocket, RefusesAnAddressOfAnotherMachine) {
  EXPECT_EQ(fault_of({GetParam(), "192.0.2.7", 0}), ListenFault::NoSuchAddress);
}

INSTANTIATE_TEST_SUITE_P(Both, ListenSocket, testing::Values(Transport::Udp, Transport::Tcp),
                         [](const auto& of) { return std::string(name_of(of.param)); });

TEST(ListenPoint, IsWrittenAsAUri) {
  const auto points = open_listen_points({Transport::Udp, "127.0.0.1", 0}, 1);
  EXPECT_EQ(points[0].text(), "udp://127.0.0.1:" + std::to_string(port_of(points[0].address)));
}

}  // namespace
}  // namespace usmp::gateway
