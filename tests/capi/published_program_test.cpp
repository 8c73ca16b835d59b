// A whole program of the published API, and transports of its own, against the core's gateway
// classes. Wire 2 is chosen by the build here: USMP_WIRE=2.
#include <gtest/gtest.h>
#include <string.h>

#include <thread>

#define USMP_TESTS_AS_CXX
#include "published_program.h"
#undef published_program
#undef USMP_TESTS_AS_CXX
#include "published_transports.hpp"
#include "usmp.h"
#include "wire2_gateway.hpp"

extern "C" {
const char* published_program(usmp_transport_t* transport, const uint8_t* psk, size_t psk_len);

// The published programs get their ID here, and nowhere else.
int usmp_port_get_device_id(uint8_t* out, size_t len) {
  if (len < USMP_DEVICE_ID_LEN) return -1;
  memcpy(out, "abcdef", USMP_DEVICE_ID_LEN);
  return 0;
}
}

namespace usmp::test {
namespace {

using Transport = Wire2Gateway::Transport;

static_assert(USMP_WIRE == 2 && USMP_MAX_MESSAGE == 1808 && sizeof(usmp_t) < 6000);

enum class Medium { Tcp, Udp, OwnStream, OwnDatagrams, BlockingStream, BlockingDatagrams };

class PublishedOver : public ::testing::TestWithParam<Medium> {
 protected:
  PublishedOver() : gateway(is_stream() ? Transport::Tcp : Transport::Udp, peer) {
    gateway.echo = true;
    switch (GetParam()) {
      case Medium::Tcp:
        EXPECT_EQ(usmp_transport_tcp_init(&transport, "127.0.0.1", gateway.port()), 0);
        break;
      case Medium::Udp:
        EXPECT_EQ(usmp_transport_udp_init(&transport, "127.0.0.1", gateway.port()), 0);
        break;
      case Medium::OwnStream:
      case Medium::BlockingStream:
        own_stream(transport, gateway.port(), asks());
        break;
      case Medium::OwnDatagrams:
      case Medium::BlockingDatagrams:
        own_datagrams(transport, gateway.port(), asks());
        break;
    }
  }

  static bool is_stream() {
    return GetParam() == Medium::Tcp || GetParam() == Medium::OwnStream ||
           GetParam() == Medium::BlockingStream;
  }
  static Asks asks() {
    const bool blocks =
        GetParam() == Medium::BlockingStream || GetParam() == Medium::BlockingDatagrams;
    return blocks ? Asks::No : Asks::Yes;
  }
  static bool is_own() { return GetParam() != Medium::Tcp && GetParam() != Medium::Udp; }

  const std::uint8_t* psk() const { return reinterpret_cast<const std::uint8_t*>(peer.psk.data()); }

  const Wire2Gateway::Device peer{};
  Wire2Gateway gateway;
  usmp_transport_t transport{};
};

TEST_P(PublishedOver, AProgramInCRunsUnchanged) {
  EXPECT_STREQ(published_program(&transport, psk(), peer.psk.size()), nullptr);
}

TEST_P(PublishedOver, AProgramInCxxRunsUnchanged) {
  EXPECT_STREQ(published_program_as_cxx(&transport, psk(), peer.psk.size()), nullptr);
}

TEST_P(PublishedOver, WhatTheGatewaySendsOfItselfArrives) {
  usmp_t ctx = {};
  ctx.psk = psk();
  ctx.psk_len = peer.psk.size();
  ASSERT_EQ(usmp_connect(&ctx, &transport), USMP_OK);
  EXPECT_EQ(memcmp(ctx.device_id, "abcdef", USMP_DEVICE_ID_LEN), 0);
  std::thread other([this] {
    for (int number = 0; number < 20; ++number) gateway.send(std::to_string(number));
    gateway.ping();
  });
  for (int number = 0; number < 20; ++number) {
    char out[8] = {};
    ASSERT_GT(usmp_recv(&ctx, out, sizeof out - 1), 0);
    EXPECT_EQ(out, std::to_string(number));
  }
  other.join();
  usmp_close(&ctx);
  if (transport.destroy != nullptr) transport.destroy(&transport);
}

TEST_P(PublishedOver, AGatewayThatForgotTheSessionIsMetAnew) {
  usmp_t ctx = {};
  ctx.psk = psk();
  ctx.psk_len = peer.psk.size();
  ctx.recv_timeout_ms = 500;
  ASSERT_EQ(usmp_connect(&ctx, &transport), USMP_OK);
  gateway.crash();
  bool came_back = false;
  for (int round = 0; round < 30 && !came_back; ++round) {
    char out[8];
    if (!usmp_is_connected(&ctx)) (void)usmp_reconnect(&ctx);
    if (usmp_send(&ctx, "x", 1) == USMP_OK) came_back = usmp_recv(&ctx, out, sizeof out) == 1;
  }
  EXPECT_TRUE(came_back);
  usmp_close(&ctx);
  if (transport.destroy != nullptr) transport.destroy(&transport);
}

TEST_P(PublishedOver, ATransportOfItsOwnIsToldKeysAndFrames) {
  const std::uint32_t refused_before = refused_utacks();
  const std::uint32_t confirmed_before = confirmed_frames();
  ASSERT_STREQ(published_program(&transport, psk(), peer.psk.size()), nullptr);
  EXPECT_EQ(refused_utacks(), refused_before);
  const bool datagrams = is_own() && !is_stream();
  EXPECT_EQ(confirmed_frames() > confirmed_before, datagrams);
}

INSTANTIATE_TEST_SUITE_P(Published, PublishedOver,
                         ::testing::Values(Medium::Tcp, Medium::Udp, Medium::OwnStream,
                                           Medium::OwnDatagrams, Medium::BlockingStream,
                                           Medium::BlockingDatagrams));

}  // namespace
}  // namespace usmp::test
