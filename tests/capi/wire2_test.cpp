// The C API on wire 2 against the core's own gateway classes over loopback: over UDP and TCP, IPv4
// and IPv6, and what wire 2 has no word for.
#include <gtest/gtest.h>
#include <string.h>

#include <memory>
#include <string>
#include <thread>

#include "usmp.h"
#include "wire2_gateway.hpp"

namespace usmp::test {
namespace {

using Transport = Wire2Gateway::Transport;

constexpr std::uint32_t kTimeoutMs = 20000;

struct Way {
  Transport transport;
  const char* host;
  usmp_cipher_suite_t suite;
};

crypto::Suite suite_of(const Way& way) {
  return way.suite == USMP_CIPHER_CHACHA20_POLY1305 ? crypto::Suite::ChaCha20Poly1305
                                                    : crypto::Suite::Aes256Gcm;
}

class Wire2Over : public ::testing::TestWithParam<Way> {
 protected:
  Wire2Over() : gateway(GetParam().transport, peer, suite_of(GetParam()), GetParam().host) {
    *ctx = usmp_t{};
    ctx->wire = &usmp_wire_2;
    ctx->psk = reinterpret_cast<const std::uint8_t*>(peer.psk.data());
    ctx->psk_len = peer.psk.size();
    memcpy(ctx->device_id, peer.id.data(), USMP_DEVICE_ID_LEN);
    ctx->device_id_len = USMP_DEVICE_ID_LEN;
    ctx->cipher_suite = static_cast<std::uint8_t>(GetParam().suite);
    ctx->timeout_ms = kTimeoutMs;
    ctx->recv_timeout_ms = kTimeoutMs;
    gateway.echo = true;
    const int made = is_udp()
                         ? usmp_transport_udp_init(&transport, GetParam().host, gateway.port())
                         : usmp_transport_tcp_init(&transport, GetParam().host, gateway.port());
    EXPECT_EQ(made, 0);
  }
  ~Wire2Over() override {
    usmp_close(ctx.get());
    usmp_transport_destroy(&transport);
  }

  bool is_udp() const { return GetParam().transport == Transport::Udp; }
  void connect() { ASSERT_EQ(usmp_connect(ctx.get(), &transport), USMP_OK); }

  std::string receive() {
    std::string out(USMP_MAX_DATA_LEN * USMP_MAX_FRAMES, '\0');
    const int size = usmp_recv(ctx.get(), out.data(), out.size());
    EXPECT_GE(size, 0) << usmp_strerror(static_cast<usmp_err_t>(size));
    out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return out;
  }

  void expect_echo(const std::string& content) {
    ASSERT_EQ(usmp_send(ctx.get(), content.data(), content.size()), USMP_OK);
    EXPECT_EQ(receive(), content);
  }

  /// Steps until a step says `code`; false: it never did.
  bool step_until(usmp_err_t code) {
    const std::uint32_t begun = usmp_port_millis();
    while (usmp_port_millis() - begun < kTimeoutMs) {
      if (usmp_step(ctx.get()) == code) return true;
      usmp_port_delay_ms(2);
    }
    return false;
  }

  const Wire2Gateway::Device peer{};
  Wire2Gateway gateway;
  const std::unique_ptr<usmp_t> ctx = std::make_unique<usmp_t>();  // it is large
  usmp_transport_t transport{};
};

TEST_P(Wire2Over, TheThreeCallsDeliverAMessage) {
  connect();
  EXPECT_TRUE(usmp_is_connected(ctx.get()));
  EXPECT_EQ(usmp_get_state(ctx.get()), USMP_STATE_ESTABLISHED);
  ASSERT_EQ(usmp_send(ctx.get(), "23.5", 4), USMP_OK);
  EXPECT_EQ(receive(), "23.5");
  EXPECT_EQ(gateway.arrived(), std::vector<std::string>{"23.5"});
}

TEST_P(Wire2Over, MessagesOfEverySizeComeBackUnchanged) {
  connect();
  for (const std::size_t size : {0u, 1u, 451u, 452u, 453u, 904u, 905u, 1356u, 1357u, 1808u}) {
    std::string content(size, '\0');
    for (std::size_t index = 0; index < size; ++index) {
      content[index] = static_cast<char>(index * 31 + size);
    }
    ASSERT_EQ(usmp_send(ctx.get(), content.data(), content.size()), USMP_OK) << size;
    std::string back(2000, '\0');
    std::size_t len = 0;
    ASSERT_EQ(usmp_recv_on(ctx.get(), back.data(), back.size(), &len, nullptr, kTimeoutMs), USMP_OK)
        << size;
    back.resize(len);
    EXPECT_EQ(back, content);
  }
}

TEST_P(Wire2Over, MoreThan1808BytesAreRefusedAndTheSessionGoesOn) {
  connect();
  const std::string content(1809, 'x');
  // The published code for the published call, the one of the rest for the others.
  EXPECT_EQ(usmp_send(ctx.get(), content.data(), content.size()), USMP_ERR_BUFFER_OVERFLOW);
  EXPECT_EQ(ctx->last_err, USMP_ERR_BUFFER_OVERFLOW);
  EXPECT_EQ(usmp_send_on(ctx.get(), 0, content.data(), content.size()), USMP_ERR_TOO_LARGE);
  expect_echo("after");
}

TEST_P(Wire2Over, WhatWire2HasNoWordForIsSaidAndTheSessionGoesOn) {
  connect();
  std::uint8_t saved[USMP_SAVED_STATE_MAX];
  std::size_t len = 0;
  EXPECT_EQ(usmp_send_on(ctx.get(), 7, "x", 1), USMP_ERR_WRONG_WIRE);
  EXPECT_EQ(usmp_send_datagram(ctx.get(), 0, "x", 1), USMP_ERR_WRONG_WIRE);
  EXPECT_EQ(usmp_datagram_max(ctx.get()), 0u);
  EXPECT_EQ(usmp_sleep(ctx.get(), saved, sizeof saved, &len), USMP_ERR_WRONG_WIRE);
  EXPECT_FALSE(usmp_drained(ctx.get()));
  usmp_message_t message{};
  message.channel = 7;
  EXPECT_EQ(usmp_submit(ctx.get(), &message), USMP_ERR_WRONG_WIRE);
  expect_echo("after");
}

TEST_P(Wire2Over, AnIdThatIsNotOf6BytesIsRefused) {
  ctx->device_id_len = 5;
  EXPECT_EQ(usmp_connect(ctx.get(), &transport), USMP_ERR_INVALID_ARG);
  ctx->device_id_len = 7;
  EXPECT_EQ(usmp_connect(ctx.get(), &transport), USMP_ERR_INVALID_ARG);
  ctx->device_id_len = USMP_DEVICE_ID_LEN;
  connect();
  expect_echo("x");
}

TEST_P(Wire2Over, ASerialLineIsRefused) {
  usmp_transport_t line = transport;
  line.stream = USMP_TRANSPORT_LINE;
  EXPECT_EQ(usmp_connect(ctx.get(), &line), USMP_ERR_WRONG_WIRE);
}

TEST_P(Wire2Over, PingIsAnsweredEitherWay) {
  connect();
  EXPECT_EQ(usmp_ping(ctx.get()), USMP_OK);
  const std::uint32_t heard = gateway.heard();
  gateway.ping();
  for (int round = 0; round < 2000 && gateway.heard() < heard + 1; ++round) {
    ASSERT_EQ(usmp_step(ctx.get()), USMP_OK);
    usmp_port_delay_ms(1);
  }
  EXPECT_GE(gateway.heard(), heard + 1);
  expect_echo("after");
}

TEST_P(Wire2Over, RekeyFromEitherSideLosesNothing) {
  connect();
  for (int number = 0; number < 3; ++number) {
    ASSERT_EQ(usmp_send(ctx.get(), "before", 6), USMP_OK);
    ASSERT_EQ(usmp_rekey(ctx.get()), USMP_OK);
    EXPECT_EQ(receive(), "before");
    expect_echo(std::string(1000, 'a'));
  }
  EXPECT_GE(gateway.rekeys(), 1u);
  const std::uint32_t rekeys = gateway.rekeys();
  gateway.send("from there");
  gateway.rekey();
  EXPECT_EQ(receive(), "from there");
  for (int round = 0; round < 200 && gateway.rekeys() == rekeys; ++round) expect_echo("x");
  EXPECT_GT(gateway.rekeys(), rekeys);
  expect_echo(std::string(1808, 'b'));
}

TEST_P(Wire2Over, SilenceIsFilledWithPings) {
  ctx->keepalive_ms = 1000;
  connect();
  const std::uint32_t heard = gateway.heard();
  const std::uint32_t begun = usmp_port_millis();
  while (usmp_port_millis() - begun < 2500) {
    ASSERT_EQ(usmp_keepalive_tick(ctx.get()), USMP_OK);
    usmp_port_delay_ms(5);
  }
  EXPECT_GE(gateway.heard(), heard + 2);
  expect_echo("after");
}

TEST_P(Wire2Over, TheGatewaysByeEndsTheSessionAndReconnectMakesAnother) {
  connect();
  std::thread other([this] { gateway.bye(); });
  EXPECT_TRUE(step_until(USMP_ERR_PEER_CLOSED));
  other.join();
  EXPECT_EQ(ctx->state, USMP_STATE_ERROR);
  EXPECT_EQ(usmp_send(ctx.get(), "x", 1), USMP_ERR_NOT_CONNECTED);
  ASSERT_EQ(usmp_reconnect(ctx.get()), USMP_OK);
  expect_echo("again");
}

TEST_P(Wire2Over, AWrongKeyIsNotLetInAndTheRightOneIs) {
  const std::string other(32, 'o');
  ctx->psk = reinterpret_cast<const std::uint8_t*>(other.data());
  ctx->timeout_ms = 1500;
  const usmp_err_t refused = usmp_connect(ctx.get(), &transport);
  // The wire has no word for it: a closed connection, or silence.
  EXPECT_EQ(refused, is_udp() ? USMP_ERR_TIMEOUT : USMP_ERR_LOST);
  EXPECT_EQ(ctx->state, USMP_STATE_ERROR);
  ctx->psk = reinterpret_cast<const std::uint8_t*>(peer.psk.data());
  ctx->timeout_ms = kTimeoutMs;
  connect();
  expect_echo("x");
}

TEST_P(Wire2Over, AGatewayThatForgotTheSessionIsMetAnew) {
  connect();
  expect_echo("before");
  gateway.crash();
  ASSERT_EQ(usmp_send(ctx.get(), "after", 5), USMP_OK);
  for (int round = 0; round < 50 && gateway.handshakes() < 2; ++round) {
    (void)usmp_send(ctx.get(), "after", 5);
    usmp_port_delay_ms(20);
  }
  EXPECT_EQ(gateway.handshakes(), 2u);
  EXPECT_EQ(receive().substr(0, 5), "after");
}

TEST_P(Wire2Over, SubmittedMessagesComeBackFinished) {
  connect();
  usmp_message_t messages[3] = {};
  for (auto& message : messages) {
    message.data = "m";
    message.len = 1;
    ASSERT_EQ(usmp_submit(ctx.get(), &message), USMP_OK);
  }
  for (int round = 0; round < 2000 && !usmp_all_acknowledged(ctx.get()); ++round) {
    ASSERT_EQ(usmp_step(ctx.get()), USMP_OK);
    std::size_t len = 0;
    char out[8];
    (void)usmp_recv_on(ctx.get(), out, sizeof out, &len, nullptr, 0);
    usmp_port_delay_ms(1);
  }
  for (auto& message : messages) {
    EXPECT_EQ(usmp_take_finished(ctx.get()), &message);
    EXPECT_EQ(message.delivery, USMP_DELIVERY_ACKNOWLEDGED);
  }
  EXPECT_EQ(usmp_take_finished(ctx.get()), nullptr);
}

TEST_P(Wire2Over, TasksShareAContext) {
  connect();
  constexpr int kCount = 50;
  const auto send = [this] {
    for (int number = 0; number < kCount; ++number) {
      ASSERT_EQ(usmp_send(ctx.get(), "shared", 6), USMP_OK);
    }
  };
  std::thread one(send);
  std::thread other(send);
  for (int number = 0; number < 2 * kCount; ++number) ASSERT_EQ(receive(), "shared");
  one.join();
  other.join();
}

TEST_P(Wire2Over, LossesAreMadeGood) {
  if (!is_udp()) GTEST_SKIP() << "nothing gets lost on a stream";
  gateway.loss_percent = 15;
  connect();
  for (int number = 0; number < 20; ++number) {
    expect_echo("message " + std::to_string(number));
  }
  usmp_stats_t stats;
  usmp_get_stats(ctx.get(), &stats);
  EXPECT_GT(stats.chunks_resent, 0u);
}

TEST_P(Wire2Over, AStreamThatBreaksTheRulesIsLeft) {
  if (is_udp()) GTEST_SKIP() << "a datagram that is no frame is dropped";
  connect();
  gateway.send_raw("no frame of any kind");
  EXPECT_TRUE(step_until(USMP_ERR_LOST));
  const std::uint32_t begun = usmp_port_millis();
  while (!usmp_is_connected(ctx.get()) && usmp_port_millis() - begun < kTimeoutMs) {
    (void)usmp_step(ctx.get());
    usmp_port_delay_ms(2);
  }
  expect_echo("after");
}

TEST_P(Wire2Over, AFrameThatComesTwiceOnAStreamIsAReplay) {
  if (is_udp()) GTEST_SKIP() << "a datagram that comes twice is dropped";
  connect();
  gateway.send("once");
  EXPECT_EQ(receive(), "once");
  gateway.repeat_last();
  EXPECT_TRUE(step_until(USMP_ERR_REPLAY_DETECTED));
  const std::uint32_t begun = usmp_port_millis();
  while (!usmp_is_connected(ctx.get()) && usmp_port_millis() - begun < kTimeoutMs) {
    (void)usmp_step(ctx.get());
    usmp_port_delay_ms(2);
  }
  expect_echo("after");
}

std::string name_of(const ::testing::TestParamInfo<Way>& info) {
  return std::string(info.param.transport == Transport::Udp ? "Udp" : "Tcp") +
         (strchr(info.param.host, ':') != nullptr ? "V6" : "V4") +
         (info.param.suite == USMP_CIPHER_AES256_GCM ? "Aes" : "ChaCha");
}

INSTANTIATE_TEST_SUITE_P(
    Wire2, Wire2Over,
    ::testing::Values(Way{Transport::Udp, "127.0.0.1", USMP_CIPHER_AES256_GCM},
                      Way{Transport::Tcp, "127.0.0.1", USMP_CIPHER_AES256_GCM},
                      Way{Transport::Udp, "::1", USMP_CIPHER_CHACHA20_POLY1305},
                      Way{Transport::Tcp, "::1", USMP_CIPHER_CHACHA20_POLY1305}),
    name_of);

}  // namespace
}  // namespace usmp::test
