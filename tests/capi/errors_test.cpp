// Each error of the C API as a program meets it, against a real gateway core or the lack of one;
// and after each of them that the next call works.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>
#include <string>

#include "device.hpp"

namespace usmp::test {
namespace {

using Transport = TestGateway::Transport;

int init(usmp_transport_t* transport, Transport kind, int port) {
  return kind == Transport::Udp ? usmp_transport_udp_init(transport, "127.0.0.1", port)
                                : usmp_transport_tcp_init(transport, "127.0.0.1", port);
}

/// A port where nobody listens: it was free a moment ago.
int closed_port(int type) {
  const int file = socket(AF_INET, type, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(file, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(file, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(file);
  return ntohs(address.sin_port);
}

class ErrorsOver : public ::testing::TestWithParam<Transport> {
 protected:
  ErrorsOver() : gateway(GetParam()) {}
  void SetUp() override { ASSERT_EQ(init(&device.transport, GetParam(), gateway.port()), 0); }
  void expect_connects() {
    ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
    EXPECT_EQ(usmp_send(device.ctx(), "next", 4), USMP_OK);
  }

  TestGateway gateway;
  Device device;
};

TEST_P(ErrorsOver, WrongKeyAndUnknownDeviceLookAlike) {
  const std::uint8_t other[32] = {9};
  device->psk = other;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_AUTH_FAILED);
  EXPECT_EQ(device->state, USMP_STATE_ERROR);
  device->psk = TestGateway::kPsk;
  device.set_id("nobody");
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_AUTH_FAILED);
  device.set_id(TestGateway::kDeviceId);
  expect_connects();
}

TEST_P(ErrorsOver, ASilentGatewayIsATimeout) {
  gateway.silent = true;
  device->timeout_ms = 50;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_TIMEOUT);
  device->timeout_ms = kTimeoutMs;
  gateway.silent = false;
  expect_connects();
}

TEST_P(ErrorsOver, ABusyGatewaySaysSo) {
  gateway.busy = true;
  device->timeout_ms = 300;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_BUSY);
  device->timeout_ms = kTimeoutMs;
  gateway.busy = false;
  expect_connects();
}

TEST_P(ErrorsOver, NoCommonCipherSaysSo) {
  gateway.suites = kSuiteBitAes256Gcm;
  device->cipher_suite = USMP_CIPHER_CHACHA20_POLY1305;
  device->timeout_ms = 300;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_NO_COMMON_SUITE);
  device->timeout_ms = kTimeoutMs;
  device->cipher_suite = 0;
  expect_connects();
}

TEST_P(ErrorsOver, AMessageLargerThanTheGatewayTakesIsRefused) {
  gateway.max_message = 100;
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  const std::string large(101, 'x');
  EXPECT_EQ(usmp_send(device.ctx(), large.data(), 101), USMP_ERR_TOO_LARGE);
  EXPECT_EQ(usmp_send(device.ctx(), large.data(), 100), USMP_OK);
  ASSERT_EQ(usmp_ping(device.ctx()), USMP_OK);
  EXPECT_EQ(gateway.arrived().size(), 1u);
}

TEST_P(ErrorsOver, EachGoodbyeOfTheGatewayHasItsCode) {
  struct Case {
    ByeReason reason;
    usmp_err_t code;
  };
  for (const Case& one :
       {Case{ByeReason::Done, USMP_ERR_PEER_CLOSED}, Case{ByeReason::Idle, USMP_ERR_IDLE},
        Case{ByeReason::Replaced, USMP_ERR_REPLACED}, Case{ByeReason::Revoked, USMP_ERR_REVOKED},
        Case{ByeReason::GoingDown, USMP_ERR_GOING_DOWN},
        Case{ByeReason::ProtocolError, USMP_ERR_PROTOCOL}}) {
    ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
    gateway.bye(one.reason);
    char out[8];
    EXPECT_EQ(usmp_recv(device.ctx(), out, sizeof out), one.code);
    EXPECT_FALSE(usmp_is_connected(device.ctx()));
    EXPECT_EQ(device->state, USMP_STATE_ERROR);
    EXPECT_EQ(usmp_recv(device.ctx(), out, sizeof out), USMP_ERR_NOT_CONNECTED);
    EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_ERR_NOT_CONNECTED);
    ASSERT_EQ(usmp_reconnect(device.ctx()), USMP_OK);
    EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_OK);
  }
}

TEST_P(ErrorsOver, MessagesBeforeAGoodbyeAreStillReceived) {
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  gateway.send("before");
  std::string out(16, '\0');
  // The message is with the device, and not with the program, when the session ends.
  while (!usmp_message_waits(device.ctx())) {
    ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
    usmp_port_delay_ms(1);
  }
  gateway.bye(ByeReason::GoingDown);
  if (GetParam() == Transport::Udp) {
    EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_ERR_GOING_DOWN);
    EXPECT_EQ(usmp_reconnect(device.ctx()), USMP_ERR_NOT_IDLE);
  }
  EXPECT_EQ(usmp_recv(device.ctx(), out.data(), out.size()), 6);
  EXPECT_EQ(out.substr(0, 6), "before");
  EXPECT_EQ(usmp_recv(device.ctx(), out.data(), out.size()),
            GetParam() == Transport::Udp ? USMP_ERR_NOT_CONNECTED : USMP_ERR_GOING_DOWN);
  ASSERT_EQ(usmp_reconnect(device.ctx()), USMP_OK);
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_OK);
}

TEST_P(ErrorsOver, WithoutASessionEveryCallSaysNotConnected) {
  char out[8];
  std::size_t len = 0;
  usmp_message_t message = {};
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_recv(device.ctx(), out, sizeof out), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_recv_on(device.ctx(), out, sizeof out, &len, nullptr, 0), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_ping(device.ctx()), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_step(device.ctx()), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_keepalive_tick(device.ctx()), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_submit(device.ctx(), &message), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_send_datagram(device.ctx(), 0, "x", 1), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_reconnect(device.ctx()), USMP_ERR_NOT_CONNECTED);
  std::uint8_t saved[USMP_SAVED_STATE_MAX];
  EXPECT_EQ(usmp_sleep(device.ctx(), saved, sizeof saved, &len), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_take_finished(device.ctx()), nullptr);
  EXPECT_TRUE(usmp_all_acknowledged(device.ctx()));
  EXPECT_EQ(usmp_poll_fd(device.ctx()), -1);
  usmp_close(device.ctx());
  expect_connects();
}

TEST_P(ErrorsOver, BadArgumentsAreRefusedBeforeAnythingIsSent) {
  EXPECT_EQ(usmp_connect(nullptr, &device.transport), USMP_ERR_INVALID_ARG);
  EXPECT_EQ(usmp_connect(device.ctx(), nullptr), USMP_ERR_INVALID_ARG);
  device->psk_len = 15;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_INVALID_ARG);
  device->psk_len = sizeof TestGateway::kPsk;
  device->psk = nullptr;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_INVALID_ARG);
  device->psk = TestGateway::kPsk;
  device->device_id_len = 0;  // and the port knows no name
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_INVALID_ARG);
  device->device_id_len = 33;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_INVALID_ARG);
  device.set_id(TestGateway::kDeviceId);
  device->cipher_suite = 3;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_INVALID_ARG);
  device->cipher_suite = 0;
  usmp_transport_t empty = {};
  EXPECT_EQ(usmp_connect(device.ctx(), &empty), USMP_ERR_INVALID_ARG);
  EXPECT_EQ(gateway.packets_in(), 0u);
  expect_connects();
  EXPECT_EQ(usmp_send(device.ctx(), nullptr, 1), USMP_ERR_INVALID_ARG);
  EXPECT_EQ(usmp_send(device.ctx(), nullptr, 0), USMP_OK);
}

TEST_P(ErrorsOver, TooLittleMemoryIsSaid) {
  usmp_sizes_t sizes = usmp_sizes();
  sizes.memory_size = 4000;
  EXPECT_EQ(usmp_connect_sized(device.ctx(), &device.transport, sizes), USMP_ERR_NO_MEMORY);
  sizes.memory_size = 100;
  EXPECT_EQ(usmp_connect_sized(device.ctx(), &device.transport, sizes), USMP_ERR_NO_MEMORY);
  expect_connects();
}

TEST_P(ErrorsOver, WhatWasSubmittedComesBackAtClose) {
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  gateway.silent = true;
  gateway.hold_reading = true;
  const std::string content(16384, 'x');
  std::vector<usmp_message_t> messages(700);  // more than a socket holds
  for (usmp_message_t& message : messages) {
    message = usmp_message_t{};
    message.data = content.data();
    message.len = content.size();
    ASSERT_EQ(usmp_submit(device.ctx(), &message), USMP_OK);
  }
  ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
  EXPECT_FALSE(usmp_all_acknowledged(device.ctx()));
  usmp_close(device.ctx());
  std::size_t count = 0;
  std::size_t returned = 0;
  while (usmp_message_t* message = usmp_take_finished(device.ctx())) {
    EXPECT_EQ(message, &messages[count]);
    ++count;
    if (message->delivery == USMP_DELIVERY_RETURNED) ++returned;
  }
  EXPECT_EQ(count, messages.size());
  EXPECT_GT(returned, 0u);
  gateway.silent = false;
  gateway.hold_reading = false;
  expect_connects();
}

INSTANTIATE_TEST_SUITE_P(Media, ErrorsOver, ::testing::Values(Transport::Udp, Transport::Tcp),
                         [](const auto& parameter) {
                           return parameter.param == Transport::Udp ? "Udp" : "Tcp";
                         });

TEST(ErrorsOverUdp, ASendThatIsNeverAcknowledgedEndsTheSession) {
  TestGateway gateway(Transport::Udp);
  Device device;
  ASSERT_EQ(init(&device.transport, Transport::Udp, gateway.port()), 0);
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  gateway.silent = true;
  device->timeout_ms = 100;
  EXPECT_EQ(usmp_send(device.ctx(), "lost", 4), USMP_ERR_TIMEOUT);
  EXPECT_FALSE(usmp_is_connected(device.ctx()));
  gateway.silent = false;
  device->timeout_ms = kTimeoutMs;
  ASSERT_EQ(usmp_reconnect(device.ctx()), USMP_OK);
  EXPECT_EQ(usmp_send(device.ctx(), "found", 5), USMP_OK);
}

TEST(ErrorsOverUdp, AClosedPortIsAHintAndTheTryingGoesOn) {
  Device device;
  const int port = closed_port(SOCK_DGRAM);
  ASSERT_EQ(init(&device.transport, Transport::Udp, port), 0);
  device->timeout_ms = 200;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_REFUSED);
  ASSERT_EQ(usmp_connect_async(device.ctx(), &device.transport), USMP_OK);
  for (int tries = 0; tries < 100 && device->hint == USMP_OK; ++tries) {
    ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
    usmp_port_delay_ms(2);
  }
  EXPECT_EQ(device->hint, USMP_ERR_REFUSED);
  EXPECT_EQ(device->state, USMP_STATE_AWAITING_CHALLENGE);
}

TEST(ErrorsOverUdp, AGatewayThatForgotTheSessionIsFoundAgain) {
  TestGateway gateway(Transport::Udp);
  Device device;
  ASSERT_EQ(init(&device.transport, Transport::Udp, gateway.port()), 0);
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  gateway.crash();
  // Its RESET makes the device look, and a new session carries the message.
  EXPECT_EQ(usmp_send(device.ctx(), "again", 5), USMP_OK);
  EXPECT_EQ(gateway.handshakes(), 2u);
  EXPECT_EQ(gateway.arrived().back().content, "again");
}

TEST(ErrorsOverTcp, AClosedPortIsRefused) {
  Device device;
  const int port = closed_port(SOCK_STREAM);
  EXPECT_EQ(init(&device.transport, Transport::Tcp, port), USMP_ERR_REFUSED);
  EXPECT_EQ(device.transport.ctx, nullptr);
  ASSERT_EQ(usmp_transport_tcp_prepare(&device.transport, "127.0.0.1", port), 0);
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_REFUSED);
}

TEST(ErrorsOverTcp, AConnectionThatBreaksIsMadeAgain) {
  TestGateway gateway(Transport::Tcp);
  Device device;
  ASSERT_EQ(init(&device.transport, Transport::Tcp, gateway.port()), 0);
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  gateway.crash();
  char out[8];
  EXPECT_EQ(usmp_recv(device.ctx(), out, sizeof out), USMP_ERR_LOST);
  EXPECT_FALSE(usmp_is_connected(device.ctx()));
  // It goes on by itself, after the pause of the wire.
  EXPECT_EQ(usmp_send(device.ctx(), "again", 5), USMP_OK);
  EXPECT_EQ(gateway.handshakes(), 2u);
}

TEST(ErrorsOfTransports, BadNamesAndPortsAreSaid) {
  usmp_transport_t transport;
  for (const auto init_function : {usmp_transport_udp_init, usmp_transport_tcp_init}) {
    EXPECT_EQ(init_function(&transport, "no-such-host.invalid", 9000), USMP_ERR_NAME_NOT_RESOLVED);
    EXPECT_EQ(transport.ctx, nullptr);
    EXPECT_EQ(init_function(&transport, "127.0.0.1", 0), USMP_ERR_INVALID_ARG);
    EXPECT_EQ(init_function(&transport, "127.0.0.1", 65536), USMP_ERR_INVALID_ARG);
    EXPECT_EQ(init_function(&transport, nullptr, 9000), USMP_ERR_INVALID_ARG);
    EXPECT_EQ(init_function(&transport, "", 9000), USMP_ERR_INVALID_ARG);
  }
  usmp_transport_destroy(nullptr);
  transport = {};
  usmp_transport_destroy(&transport);
}

TEST(ErrorsOfTransports, APreparedNameThatDoesNotResolveIsSaidByConnect) {
  Device device;
  ASSERT_EQ(usmp_transport_udp_prepare(&device.transport, "no-such-host.invalid", 9000), 0);
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_NAME_NOT_RESOLVED);
}

TEST(ErrorTexts, EachCodeHasASentenceOfItsOwn) {
  std::set<std::string> texts;
  for (int code = 0; code >= USMP_ERR_WRONG_WIRE; --code) {
    const char* text = usmp_strerror(static_cast<usmp_err_t>(code));
    ASSERT_NE(text, nullptr);
    EXPECT_TRUE(texts.insert(text).second) << code << ": " << text;
  }
  EXPECT_STREQ(usmp_strerror(static_cast<usmp_err_t>(USMP_ERR_WRONG_WIRE - 1)),
               "Unknown USMP error");
  EXPECT_STREQ(usmp_get_version(), "2.0.0");
}

}  // namespace
}  // namespace usmp::test
