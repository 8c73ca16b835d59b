// Sleep and wake by the C API: one packet there, one back, and what may not be used twice.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "device.hpp"

namespace usmp::test {
namespace {

class Sleep : public ::testing::Test {
 protected:
  Sleep() : gateway(TestGateway::Transport::Udp) {
    EXPECT_EQ(usmp_transport_udp_init(&device.transport, "127.0.0.1", gateway.port()), 0);
    EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  }

  void sleep() {
    saved.resize(USMP_SAVED_STATE_MAX);
    std::size_t len = 0;
    ASSERT_EQ(usmp_sleep(device.ctx(), saved.data(), saved.size(), &len), USMP_OK);
    saved.resize(len);
  }

  TestGateway gateway;
  Device device;
  std::vector<std::uint8_t> saved;
};

TEST_F(Sleep, AWakeDeliversInOnePacketAndIsAnsweredInOne) {
  ASSERT_EQ(usmp_send(device.ctx(), "awake", 5), USMP_OK);
  const int local_port = usmp_transport_udp_local_port(&device.transport);
  EXPECT_GT(local_port, 0);
  sleep();
  EXPECT_EQ(device->state, USMP_STATE_ASLEEP);
  EXPECT_FALSE(usmp_is_connected(device.ctx()));
  const std::uint32_t in = gateway.packets_in();
  const std::uint32_t out = gateway.packets_out();

  Device woken;  // another power cycle: nothing but the saved bytes is left
  ASSERT_EQ(usmp_transport_udp_prepare(&woken.transport, "127.0.0.1", gateway.port()), 0);
  usmp_transport_udp_set_local_port(&woken.transport, local_port);
  ASSERT_EQ(usmp_wake(woken.ctx(), &woken.transport, saved.data(), saved.size(), 0), USMP_OK);
  ASSERT_EQ(usmp_send(woken.ctx(), "woken", 5), USMP_OK);
  EXPECT_EQ(gateway.packets_in() - in, 1u);
  EXPECT_EQ(gateway.packets_out() - out, 1u);
  EXPECT_EQ(gateway.handshakes(), 1u);
  EXPECT_EQ(gateway.arrived().back().content, "woken");
  EXPECT_TRUE(usmp_drained(woken.ctx()));
}

TEST_F(Sleep, AWakeFromAnotherAddressWorksToo) {
  sleep();
  Device woken;
  ASSERT_EQ(usmp_transport_udp_init(&woken.transport, "127.0.0.1", gateway.port()), 0);
  ASSERT_EQ(usmp_wake(woken.ctx(), &woken.transport, saved.data(), saved.size(), 0), USMP_OK);
  ASSERT_EQ(usmp_send(woken.ctx(), "moved", 5), USMP_OK);
  EXPECT_EQ(gateway.handshakes(), 1u);
  EXPECT_EQ(gateway.arrived().back().content, "moved");
}

TEST_F(Sleep, WhatTheGatewayHoldsComesAtTheWake) {
  sleep();
  gateway.send("held");
  ASSERT_EQ(usmp_wake(device.ctx(), &device.transport, saved.data(), saved.size(), 0), USMP_OK);
  ASSERT_EQ(usmp_ping_async(device.ctx()), USMP_OK);
  std::string out(16, '\0');
  ASSERT_EQ(usmp_recv(device.ctx(), out.data(), out.size()), 4);
  EXPECT_EQ(out.substr(0, 4), "held");
}

TEST_F(Sleep, ManyCyclesGoOnInOneSession) {
  for (int cycle = 0; cycle < 20; ++cycle) {
    const std::string content = std::to_string(cycle);
    ASSERT_EQ(usmp_send(device.ctx(), content.data(), content.size()), USMP_OK) << cycle;
    sleep();
    ASSERT_EQ(usmp_wake(device.ctx(), &device.transport, saved.data(), saved.size(), 0), USMP_OK);
  }
  EXPECT_EQ(gateway.handshakes(), 1u);
  EXPECT_EQ(gateway.arrived().size(), 20u);
}

TEST_F(Sleep, AWakeWipesWhatItWasGiven) {
  sleep();
  ASSERT_EQ(usmp_wake(device.ctx(), &device.transport, saved.data(), saved.size(), 0), USMP_OK);
  EXPECT_EQ(saved, std::vector<std::uint8_t>(saved.size(), 0));
}

TEST_F(Sleep, AUsedOrDamagedStateIsRefusedAndAConnectFollows) {
  sleep();
  std::vector<std::uint8_t> damaged = saved;
  damaged[saved.size() / 2] ^= 1;
  EXPECT_EQ(usmp_wake(device.ctx(), &device.transport, damaged.data(), damaged.size(), 0),
            USMP_ERR_STATE_USED);
  std::vector<std::uint8_t> zeros(saved.size(), 0);
  EXPECT_EQ(usmp_wake(device.ctx(), &device.transport, zeros.data(), zeros.size(), 0),
            USMP_ERR_STATE_USED);
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_ERR_NOT_CONNECTED);
  ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK);
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_OK);
}

TEST_F(Sleep, SleepIsRefusedWhileAMessageWaits) {
  gateway.send("take me");
  while (!usmp_message_waits(device.ctx())) {
    ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
    usmp_port_delay_ms(1);
  }
  std::uint8_t out[USMP_SAVED_STATE_MAX];
  std::size_t len = 0;
  EXPECT_EQ(usmp_sleep(device.ctx(), out, sizeof out, &len), USMP_ERR_NOT_IDLE);
  EXPECT_TRUE(usmp_is_connected(device.ctx()));
  char message[16];
  EXPECT_EQ(usmp_recv(device.ctx(), message, sizeof message), 7);
  EXPECT_EQ(usmp_sleep(device.ctx(), out, 4, &len), USMP_ERR_BUFFER_OVERFLOW);
  EXPECT_EQ(usmp_sleep(device.ctx(), out, sizeof out, &len), USMP_OK);
}

TEST_F(Sleep, AStreamCannotWake) {
  sleep();
  usmp_transport_t stream = device.transport;
  stream.stream = 1;
  EXPECT_EQ(usmp_wake(device.ctx(), &stream, saved.data(), saved.size(), 0), USMP_ERR_INVALID_ARG);
  ASSERT_EQ(usmp_wake(device.ctx(), &device.transport, saved.data(), saved.size(), 0), USMP_OK);
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_OK);
}

}  // namespace
}  // namespace usmp::test
