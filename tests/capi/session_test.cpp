// The C API against a real gateway core over loopback: connect, messages both ways, close. Over UDP
// and TCP alike, where nothing else is said.
#include <gtest/gtest.h>
#include <poll.h>

#include <string>

#include "device.hpp"

namespace usmp::test {
namespace {

using Transport = TestGateway::Transport;

int init(usmp_transport_t* transport, Transport kind, const char* host, int port) {
  return kind == Transport::Udp ? usmp_transport_udp_init(transport, host, port)
                                : usmp_transport_tcp_init(transport, host, port);
}

class SessionOver : public ::testing::TestWithParam<Transport> {
 protected:
  SessionOver() : gateway(GetParam()) {}

  void connect() {
    ASSERT_EQ(init(&device.transport, GetParam(), "127.0.0.1", gateway.port()), 0);
    ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  }

  std::string receive() {
    std::string out(USMP_MAX_MESSAGE, '\0');
    const int size = usmp_recv(device.ctx(), out.data(), out.size());
    EXPECT_GE(size, 0) << usmp_strerror(static_cast<usmp_err_t>(size));
    out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return out;
  }

  TestGateway gateway;
  Device device;
};

TEST_P(SessionOver, TheThreeCallsDeliverAMessage) {
  connect();
  EXPECT_TRUE(usmp_is_connected(device.ctx()));
  EXPECT_EQ(device->state, USMP_STATE_ESTABLISHED);
  ASSERT_EQ(usmp_send(device.ctx(), "23.5", 4), USMP_OK);
  // TCP: the stream has it; the echo of a PING behind it shows that the gateway has it too.
  ASSERT_EQ(usmp_ping(device.ctx()), USMP_OK);
  const auto arrived = gateway.arrived();
  ASSERT_EQ(arrived.size(), 1u);
  EXPECT_EQ(arrived[0].content, "23.5");
  EXPECT_EQ(arrived[0].channel, 0);
}

TEST_P(SessionOver, AMessageIsSeenWhereItLiesAndStaysUntilItIsReleased) {
  gateway.echo = true;
  connect();
  std::size_t size = 0;
  EXPECT_EQ(usmp_peek(device.ctx(), &size, nullptr), nullptr);
  EXPECT_EQ(usmp_release(device.ctx()), USMP_ERR_NOT_CONNECTED);
  for (const std::string content : {"first", "", "third"}) {
    ASSERT_EQ(usmp_send_on(device.ctx(), 7, content.data(), content.size()), USMP_OK);
    while (!usmp_message_waits(device.ctx())) ASSERT_EQ(usmp_ping(device.ctx()), USMP_OK);
    for (int look = 0; look < 2; ++look) {
      std::uint8_t channel = 0;
      const void* seen = usmp_peek(device.ctx(), &size, &channel);
      ASSERT_NE(seen, nullptr);
      EXPECT_EQ(std::string(static_cast<const char*>(seen), size), content);
      EXPECT_EQ(channel, 7);
    }
    EXPECT_EQ(usmp_release(device.ctx()), USMP_OK);
    EXPECT_FALSE(usmp_message_waits(device.ctx()));
  }
}

TEST_P(SessionOver, TheKeepaliveOfASessionThatStandsIsChanged) {
  connect();
  EXPECT_GT(usmp_next_timeout_ms(device.ctx()), 5000u);
  ASSERT_EQ(usmp_set_keepalive(device.ctx(), 2000), USMP_OK);
  EXPECT_LE(usmp_next_timeout_ms(device.ctx()), 2000u);
  EXPECT_EQ(usmp_set_keepalive(device.ctx(), UINT32_MAX), USMP_ERR_INVALID_ARG);
  EXPECT_LE(usmp_next_timeout_ms(device.ctx()), 2000u);
}

TEST_P(SessionOver, MessagesOfEverySizeComeBackUnchanged) {
  gateway.echo = true;
  connect();
  for (const std::size_t size : {0u, 1u, 1200u, 1201u, 5000u, 16384u}) {
    std::string content(size, '\0');
    for (std::size_t index = 0; index < size; ++index) {
      content[index] = static_cast<char>(index * 31 + size);
    }
    ASSERT_EQ(usmp_send_on(device.ctx(), 7, content.data(), content.size()), USMP_OK) << size;
    std::string back(USMP_MAX_MESSAGE, '\0');
    std::size_t len = 0;
    std::uint8_t channel = 0;
    ASSERT_EQ(usmp_recv_on(device.ctx(), back.data(), back.size(), &len, &channel, kTimeoutMs),
              USMP_OK)
        << size;
    back.resize(len);
    EXPECT_EQ(back, content);
    EXPECT_EQ(channel, 7);
  }
}

TEST_P(SessionOver, ManyMessagesArriveOnceAndInOrder) {
  connect();
  const int count = 500;
  for (int number = 0; number < count; ++number) {
    const std::string content = std::to_string(number);
    ASSERT_EQ(usmp_send(device.ctx(), content.data(), content.size()), USMP_OK);
  }
  ASSERT_EQ(usmp_ping(device.ctx()), USMP_OK);
  const auto arrived = gateway.arrived();
  ASSERT_EQ(arrived.size(), static_cast<std::size_t>(count));
  for (int number = 0; number < count; ++number) {
    EXPECT_EQ(arrived[static_cast<std::size_t>(number)].content, std::to_string(number));
  }
}

TEST_P(SessionOver, MessagesWaitUntilTheyAreTaken) {
  connect();
  const int count = 100;
  for (int number = 0; number < count; ++number) gateway.send("m" + std::to_string(number));
  // Both directions at once: what waits for the program stops nothing that it sends.
  ASSERT_EQ(usmp_send(device.ctx(), "up", 2), USMP_OK);
  for (int number = 0; number < count; ++number) {
    ASSERT_EQ(receive(), "m" + std::to_string(number));
  }
  EXPECT_FALSE(usmp_message_waits(device.ctx()));
}

TEST_P(SessionOver, ATooSmallBufferKeepsTheMessage) {
  connect();
  gateway.send("twelve bytes");
  char small[4];
  std::size_t len = 0;
  EXPECT_EQ(usmp_recv_on(device.ctx(), small, sizeof small, &len, nullptr, kTimeoutMs),
            USMP_ERR_BUFFER_OVERFLOW);
  EXPECT_EQ(len, 12u);
  EXPECT_TRUE(usmp_message_waits(device.ctx()));
  EXPECT_EQ(receive(), "twelve bytes");
}

TEST_P(SessionOver, ReceivingWithoutAMessageReturnsAfterItsTime) {
  connect();
  device->recv_timeout_ms = 20;
  char out[8];
  EXPECT_EQ(usmp_recv(device.ctx(), out, sizeof out), 0);
  std::size_t len = 1;
  EXPECT_EQ(usmp_recv_on(device.ctx(), out, sizeof out, &len, nullptr, 0), USMP_ERR_TIMEOUT);
  EXPECT_EQ(len, 0u);
  device->recv_timeout_ms = kTimeoutMs;
  gateway.send("later");
  EXPECT_EQ(receive(), "later");
}

TEST_P(SessionOver, DatagramsGoBothWays) {
  gateway.echo = true;
  static std::string got;
  got.clear();
  device->on_datagram = [](usmp_t*, const std::uint8_t* data, std::size_t len,
                           std::uint8_t channel) {
    got = std::string(reinterpret_cast<const char*>(data), len) + "/" + std::to_string(channel);
  };
  connect();
  EXPECT_EQ(usmp_send_datagram(device.ctx(), 3, "now", 3), USMP_OK);
  const std::string large(usmp_datagram_max(device.ctx()) + 1, 'x');
  EXPECT_EQ(usmp_send_datagram(device.ctx(), 3, large.data(), large.size()), USMP_ERR_TOO_LARGE);
  for (int tries = 0; tries < 1000 && got.empty(); ++tries) {
    ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
    usmp_port_delay_ms(2);
  }
  EXPECT_EQ(got, "now/3");
}

TEST_P(SessionOver, BothCiphersWork) {
  gateway.echo = true;
  for (const std::uint8_t cipher : {USMP_CIPHER_AES256_GCM, USMP_CIPHER_CHACHA20_POLY1305}) {
    device->cipher_suite = cipher;
    connect();
    ASSERT_EQ(usmp_send(device.ctx(), "c", 1), USMP_OK);
    EXPECT_EQ(receive(), "c");
    usmp_close(device.ctx());
    usmp_transport_destroy(&device.transport);
  }
}

TEST_P(SessionOver, ReconnectMakesANewSession) {
  connect();
  std::string first(reinterpret_cast<const char*>(device->session_id), USMP_SESSION_ID_LEN);
  ASSERT_EQ(usmp_reconnect(device.ctx()), USMP_OK);
  EXPECT_NE(first,
            std::string(reinterpret_cast<const char*>(device->session_id), USMP_SESSION_ID_LEN));
  ASSERT_EQ(usmp_send(device.ctx(), "again", 5), USMP_OK);
  ASSERT_EQ(usmp_ping(device.ctx()), USMP_OK);
  EXPECT_EQ(gateway.arrived().back().content, "again");
  EXPECT_EQ(gateway.handshakes(), 2u);
}

TEST_P(SessionOver, CloseIsFinalUntilTheNextConnect) {
  connect();
  usmp_close(device.ctx());
  EXPECT_FALSE(usmp_is_connected(device.ctx()));
  EXPECT_EQ(device->state, USMP_STATE_IDLE);
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_ERR_NOT_CONNECTED);
  EXPECT_EQ(usmp_step(device.ctx()), USMP_ERR_NOT_CONNECTED);
  char out[8];
  EXPECT_EQ(usmp_recv(device.ctx(), out, sizeof out), USMP_ERR_NOT_CONNECTED);
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_OK);
}

TEST_P(SessionOver, TheNonBlockingWayNeedsNoBlockingCall) {
  gateway.echo = true;
  ASSERT_EQ(init(&device.transport, GetParam(), "127.0.0.1", gateway.port()), 0);
  device->early_data = true;
  ASSERT_EQ(usmp_connect_async(device.ctx(), &device.transport), USMP_OK);
  std::string content(40000, 'e');
  usmp_message_t messages[3] = {};
  int submitted = 0;
  int finished = 0;
  std::size_t back = 0;
  const std::uint32_t begun = usmp_port_millis();
  while ((finished < 3 || back < 3) && usmp_port_millis() - begun < kTimeoutMs) {
    pollfd file = {usmp_poll_fd(device.ctx()), POLLIN, 0};
    if (usmp_wants_to_send(device.ctx())) file.events |= POLLOUT;
    const std::uint32_t wait = usmp_next_timeout_ms(device.ctx());
    poll(&file, 1, wait < 100 ? static_cast<int>(wait) : 100);
    ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
    if (device->established && submitted < 3) {
      messages[submitted].data = content.data();
      messages[submitted].len = 10000;
      messages[submitted].user = &messages[submitted];
      ASSERT_EQ(usmp_submit(device.ctx(), &messages[submitted++]), USMP_OK);
    }
    while (usmp_message_t* message = usmp_take_finished(device.ctx())) {
      EXPECT_EQ(message->delivery, USMP_DELIVERY_ACKNOWLEDGED);
      EXPECT_EQ(message->user, message);
      ++finished;
    }
    std::string out(USMP_MAX_MESSAGE, '\0');
    std::size_t len = 0;
    while (usmp_recv_on(device.ctx(), out.data(), out.size(), &len, nullptr, 0) == USMP_OK) {
      EXPECT_EQ(len, 10000u);
      ++back;
    }
  }
  EXPECT_EQ(finished, 3);
  EXPECT_EQ(back, 3u);
  EXPECT_TRUE(usmp_all_acknowledged(device.ctx()));
}

TEST_P(SessionOver, EarlyDataTravelsBehindTheHandshake) {
  ASSERT_EQ(init(&device.transport, GetParam(), "127.0.0.1", gateway.port()), 0);
  device->early_data = true;
  ASSERT_EQ(usmp_connect_async(device.ctx(), &device.transport), USMP_OK);
  // usmp_send() does not wait for the session where early data is wanted.
  ASSERT_EQ(usmp_send(device.ctx(), "early", 5), USMP_OK);
  EXPECT_TRUE(device->established || GetParam() == Transport::Tcp);
  for (int tries = 0; tries < 2000 && !device->established; ++tries) {
    ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
    usmp_port_delay_ms(1);
  }
  ASSERT_EQ(usmp_ping(device.ctx()), USMP_OK);
  ASSERT_EQ(gateway.arrived().size(), 1u);
  EXPECT_EQ(gateway.arrived()[0].content, "early");
}

TEST_P(SessionOver, FiguresTellWhatHappened) {
  connect();
  for (int number = 0; number < 5; ++number) ASSERT_EQ(usmp_send(device.ctx(), "f", 1), USMP_OK);
  gateway.send("down");
  EXPECT_EQ(receive(), "down");
  usmp_stats_t stats;
  usmp_get_stats(device.ctx(), &stats);
  EXPECT_EQ(stats.messages_sent, 5u);
  EXPECT_EQ(stats.messages_acknowledged, 5u);
  EXPECT_EQ(stats.messages_received, 1u);
  EXPECT_EQ(stats.handshakes, 1u);
  EXPECT_GE(stats.packets_sent, 7u);
  EXPECT_GE(stats.packets_received, 3u);
}

INSTANTIATE_TEST_SUITE_P(Media, SessionOver, ::testing::Values(Transport::Udp, Transport::Tcp),
                         [](const auto& parameter) {
                           return parameter.param == Transport::Udp ? "Udp" : "Tcp";
                         });

TEST(SessionOverUdp, IPv6AndNamesWork) {
  for (const char* host : {"::1", "[::1]", "localhost"}) {
    TestGateway gateway(Transport::Udp, host[0] == 'l' ? "127.0.0.1" : "::1");
    Device device;
    ASSERT_EQ(usmp_transport_udp_init(&device.transport, host, gateway.port()), 0) << host;
    ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK) << host;
    EXPECT_EQ(usmp_send(device.ctx(), "6", 1), USMP_OK) << host;
  }
}

TEST(SessionOverUdp, TheNextAddressIsTriedWhereTheFirstRefuses) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    TestGateway gateway(Transport::Udp, host);
    Device device;
    ASSERT_EQ(usmp_transport_udp_init(&device.transport, "127.0.0.2,::1,127.0.0.1", gateway.port()),
              0);
    ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK) << host;
    EXPECT_EQ(usmp_send(device.ctx(), "n", 1), USMP_OK) << host;
  }
}

TEST(SessionOverTcp, TheNextAddressIsTriedWhereTheFirstRefuses) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    TestGateway gateway(Transport::Tcp, host);
    Device device;
    ASSERT_EQ(usmp_transport_tcp_init(&device.transport, "127.0.0.2,::1,127.0.0.1", gateway.port()),
              0)
        << host;
    ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK) << host;
    EXPECT_EQ(usmp_send(device.ctx(), "n", 1), USMP_OK) << host;
  }
}

TEST(SessionOverUdp, LossLosesNothing) {
  TestGateway gateway(Transport::Udp);
  gateway.loss_percent = 10;
  Device device;
  ASSERT_EQ(usmp_transport_udp_init(&device.transport, "127.0.0.1", gateway.port()), 0);
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  std::vector<std::string> contents(60);
  std::vector<usmp_message_t> messages(contents.size());
  for (std::size_t number = 0; number < contents.size(); ++number) {
    contents[number] = std::to_string(number);
    messages[number] = usmp_message_t{};
    messages[number].data = contents[number].data();
    messages[number].len = contents[number].size();
    ASSERT_EQ(usmp_submit(device.ctx(), &messages[number]), USMP_OK);
  }
  ASSERT_EQ(usmp_send(device.ctx(), "last", 4), USMP_OK);
  const auto arrived = gateway.arrived();
  ASSERT_EQ(arrived.size(), contents.size() + 1);
  for (std::size_t number = 0; number < contents.size(); ++number) {
    EXPECT_EQ(arrived[number].content, contents[number]);
  }
  EXPECT_TRUE(usmp_all_acknowledged(device.ctx()));
}

}  // namespace
}  // namespace usmp::test
