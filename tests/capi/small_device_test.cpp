// A device of the smallest sizes over a transport that the program brings itself: six functions
// around a socket, as the published API has them.
#include "small_device.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "test_gateway.hpp"
#include "usmp.h"

namespace usmp::test {
namespace {

struct OwnSocket {
  int file = -1;
  int closed_count = 0;
};

int own_send(usmp_transport_t* t, const std::uint8_t* data, std::size_t len) {
  const auto* own = static_cast<OwnSocket*>(t->ctx);
  return send(own->file, data, len, 0) < 0 ? -1 : 0;
}

int own_recv(usmp_transport_t* t, std::uint8_t* buf, std::size_t max_len) {
  const auto* own = static_cast<OwnSocket*>(t->ctx);
  const ssize_t count = recv(own->file, buf, max_len, MSG_DONTWAIT);
  return count < 0 ? 0 : static_cast<int>(count);
}

void own_close(usmp_transport_t* t) { ++static_cast<OwnSocket*>(t->ctx)->closed_count; }

class SmallDevice : public ::testing::Test {
 protected:
  SmallDevice() : gateway(TestGateway::Transport::Udp) {
    own.file = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(gateway.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(own.file, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    transport.send = own_send;
    transport.recv = own_recv;
    transport.close = own_close;
    transport.ctx = &own;
  }
  ~SmallDevice() override {
    small_device_close();
    close(own.file);
  }

  TestGateway gateway;
  OwnSocket own;
  usmp_transport_t transport{};
};

TEST_F(SmallDevice, SendsAndReceivesInPacketsOf64Bytes) {
  gateway.echo = true;
  EXPECT_LT(small_device_size(), 4096u);
  EXPECT_LT(small_device_size(), sizeof(usmp_t));
  ASSERT_EQ(small_device_connect(&transport, TestGateway::kPsk, sizeof TestGateway::kPsk,
                                 TestGateway::kDeviceId),
            USMP_OK);
  for (const std::size_t size : {0u, 1u, 33u, 64u}) {
    const std::string content(size, 's');
    ASSERT_EQ(small_device_send(content.data(), size), USMP_OK) << size;
    std::string out(64, '\0');
    ASSERT_EQ(small_device_recv(out.data(), out.size()), static_cast<int>(size));
    EXPECT_EQ(out.substr(0, size), content);
  }
}

TEST_F(SmallDevice, SendsMoreThanItTakes) {
  ASSERT_EQ(small_device_connect(&transport, TestGateway::kPsk, sizeof TestGateway::kPsk,
                                 TestGateway::kDeviceId),
            USMP_OK);
  const std::string content(3000, 'l');
  ASSERT_EQ(small_device_send(content.data(), content.size()), USMP_OK);
  ASSERT_EQ(gateway.arrived().size(), 1u);
  EXPECT_EQ(gateway.arrived()[0].content, content);
}

TEST_F(SmallDevice, ItsOwnTransportIsClosedWithTheSession) {
  ASSERT_EQ(small_device_connect(&transport, TestGateway::kPsk, sizeof TestGateway::kPsk,
                                 TestGateway::kDeviceId),
            USMP_OK);
  small_device_close();
  EXPECT_GT(own.closed_count, 0);
  ASSERT_EQ(small_device_connect(&transport, TestGateway::kPsk, sizeof TestGateway::kPsk,
                                 TestGateway::kDeviceId),
            USMP_OK);
  EXPECT_EQ(small_device_send("x", 1), USMP_OK);
}

}  // namespace
}  // namespace usmp::test
