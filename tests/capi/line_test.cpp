// The C API over a serial line: a pipe of bytes of the program's own, and the POSIX port's
// terminals.
#include <gtest/gtest.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "device.hpp"
#include "line_pipe.hpp"

namespace usmp::test {
namespace {

class Line : public ::testing::Test {
 protected:
  Line() : gateway(TestGateway::Transport::Udp), pipe(gateway.port()) {
    device.transport = pipe.transport();
  }
  ~Line() override { usmp_close(device.ctx()); }

  void connect() { ASSERT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_OK); }
  std::string receive() {
    std::string out(USMP_MAX_MESSAGE, '\0');
    const int size = usmp_recv(device.ctx(), out.data(), out.size());
    EXPECT_GE(size, 0) << usmp_strerror(static_cast<usmp_err_t>(size));
    out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return out;
  }

  TestGateway gateway;
  LinePipe pipe;
  Device device;
};

TEST_F(Line, NeedsNoMoreThanSendAndRecv) {
  connect();
  ASSERT_EQ(usmp_send(device.ctx(), "23.5", 4), USMP_OK);
  ASSERT_EQ(gateway.arrived().size(), 1u);
  EXPECT_EQ(gateway.arrived()[0].content, "23.5");
  EXPECT_TRUE(pipe.first_byte_was_zero);
  EXPECT_EQ(pipe.drops().cobs_error + pipe.drops().crc_mismatch + pipe.drops().oversize, 0u);
}

TEST_F(Line, MessagesOfEverySizeComeBackUnchanged) {
  gateway.echo = true;
  connect();
  for (const std::size_t size : {0u, 1u, 1200u, 1201u, 5000u, 16384u}) {
    std::string content(size, '\0');
    for (std::size_t index = 0; index < size; ++index) {
      content[index] = static_cast<char>(index * 31 + size);
    }
    ASSERT_EQ(usmp_send(device.ctx(), content.data(), content.size()), USMP_OK) << size;
    EXPECT_EQ(receive(), content);
  }
}

TEST_F(Line, APipeThatTakesAByteAtATimeIsEnough) {
  gateway.echo = true;
  pipe.take_max = 1;
  connect();
  const std::string content(3000, 'b');
  ASSERT_EQ(usmp_send(device.ctx(), content.data(), content.size()), USMP_OK);
  EXPECT_EQ(receive(), content);
}

TEST_F(Line, DamageLosesAndDoublesNothing) {
  gateway.echo = true;
  connect();
  pipe.damage_every = 2000;
  for (int number = 0; number < 100; ++number) {
    const std::string content =
        std::to_string(number) + std::string(number % 7 == 0 ? 600 : 10, 'd');
    ASSERT_EQ(usmp_send(device.ctx(), content.data(), content.size()), USMP_OK);
    EXPECT_EQ(receive(), content);
  }
  EXPECT_EQ(gateway.arrived().size(), 100u);
  EXPECT_EQ(gateway.handshakes(), 1u);
  EXPECT_GT(pipe.drops().crc_mismatch + pipe.drops().cobs_error, 0u);
  usmp_stats_t stats;
  usmp_get_stats(device.ctx(), &stats);
  EXPECT_GT(stats.frames_dropped, 0u);
  EXPECT_GT(stats.chunks_resent, 0u);
}

TEST_F(Line, ThatIsGoneForAWhileKeepsItsSession) {
  device.transport = pipe.transport(true);
  connect();
  EXPECT_EQ(pipe.opened_count, 1u);
  ASSERT_EQ(usmp_send(device.ctx(), "before", 6), USMP_OK);
  pipe.is_gone = true;
  usmp_message_t message{};
  message.data = "meanwhile";
  message.len = 9;
  ASSERT_EQ(usmp_submit(device.ctx(), &message), USMP_OK);
  const std::uint32_t begun = usmp_port_millis();
  while (pipe.opened_count < 2 && usmp_port_millis() - begun < kTimeoutMs) {
    ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
    usmp_port_delay_ms(5);
  }
  EXPECT_EQ(device->hint, USMP_ERR_NO_SUCH_LINE);
  EXPECT_TRUE(device->established);
  pipe.is_gone = false;
  ASSERT_EQ(usmp_send(device.ctx(), "after", 5), USMP_OK);
  EXPECT_EQ(device->hint, USMP_OK);
  EXPECT_EQ(gateway.handshakes(), 1u);
  ASSERT_EQ(gateway.arrived().size(), 3u);
  EXPECT_EQ(gateway.arrived()[1].content, "meanwhile");
}

TEST_F(Line, ThatIsGoneMakesNobodySpin) {
  device.transport = pipe.transport(true);
  connect();
  pipe.is_gone = true;
  usmp_message_t message{};
  message.data = "x";
  message.len = 1;
  ASSERT_EQ(usmp_submit(device.ctx(), &message), USMP_OK);
  ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);  // finds out
  for (int count = 0; count < 5; ++count) {
    ASSERT_EQ(usmp_step(device.ctx()), USMP_OK);
    EXPECT_GT(usmp_next_timeout_ms(device.ctx()), 0u);
  }
  usmp_close(device.ctx());  // gives the message back
  EXPECT_EQ(usmp_take_finished(device.ctx()), &message);
}

TEST_F(Line, ThatIsNotThereIsSaidAtOnceAndFoundLater) {
  device.transport = pipe.transport(true);
  pipe.is_gone = true;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_NO_SUCH_LINE);
  pipe.is_gone = false;
  connect();
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_OK);
}

TEST_F(Line, ThatTakesNothingHoldsNoCallBackForEver) {
  connect();
  pipe.is_deaf = true;
  device->timeout_ms = 200;
  EXPECT_EQ(usmp_send(device.ctx(), "x", 1), USMP_ERR_TIMEOUT);
  pipe.is_deaf = false;
  device->timeout_ms = kTimeoutMs;
  ASSERT_EQ(usmp_reconnect(device.ctx()), USMP_OK);
  EXPECT_EQ(usmp_send(device.ctx(), "y", 1), USMP_OK);
}

TEST_F(Line, SleepsAndWakesInOnePacketEachWay) {
  connect();
  ASSERT_EQ(usmp_send(device.ctx(), "awake", 5), USMP_OK);
  std::vector<std::uint8_t> saved(USMP_SAVED_STATE_MAX);
  std::size_t len = 0;
  ASSERT_EQ(usmp_sleep(device.ctx(), saved.data(), saved.size(), &len), USMP_OK);
  const std::uint32_t in = gateway.packets_in();
  const std::uint32_t out = gateway.packets_out();
  Device woken;
  woken.transport = pipe.transport();
  ASSERT_EQ(usmp_wake(woken.ctx(), &woken.transport, saved.data(), len, 0), USMP_OK);
  ASSERT_EQ(usmp_send(woken.ctx(), "woken", 5), USMP_OK);
  EXPECT_EQ(gateway.packets_in() - in, 1u);
  EXPECT_EQ(gateway.packets_out() - out, 1u);
  EXPECT_EQ(gateway.handshakes(), 1u);
  EXPECT_EQ(gateway.arrived().back().content, "woken");
}

TEST_F(Line, AMediumThatIsNoneIsRefused) {
  device.transport.stream = USMP_TRANSPORT_LINE + 1;
  EXPECT_EQ(usmp_connect(device.ctx(), &device.transport), USMP_ERR_INVALID_ARG);
}

TEST(SerialPort, ArgumentsAreCheckedAndErrorsTold) {
  usmp_transport_t transport{};
  EXPECT_EQ(usmp_transport_serial_prepare(nullptr, "/dev/ttyUSB0", 9600), USMP_ERR_INVALID_ARG);
  EXPECT_EQ(usmp_transport_serial_prepare(&transport, nullptr, 9600), USMP_ERR_INVALID_ARG);
  EXPECT_EQ(usmp_transport_serial_prepare(&transport, "", 9600), USMP_ERR_INVALID_ARG);
  for (const int baud : {0, -1, 9601}) {
    EXPECT_EQ(usmp_transport_serial_prepare(&transport, "/dev/ttyUSB0", baud), USMP_ERR_INVALID_ARG)
        << baud;
  }
  EXPECT_EQ(usmp_transport_serial_init(&transport, "/nowhere/tty", 9600), USMP_ERR_NO_SUCH_LINE);
  EXPECT_EQ(usmp_transport_serial_init(&transport, "/dev/null", 9600), USMP_ERR_NO_SUCH_LINE);
}

TEST(SerialPort, IsOpenedForOneProgramAndMovesBytes) {
  int far = -1, near = -1;
  char name[64];
  ASSERT_EQ(openpty(&far, &near, name, nullptr, nullptr), 0);
  usmp_transport_t transport{};
  ASSERT_EQ(usmp_transport_serial_init(&transport, name, 115200), 0);
  EXPECT_EQ(transport.stream, USMP_TRANSPORT_LINE);
  usmp_transport_t second{};
  EXPECT_EQ(usmp_transport_serial_init(&second, name, 115200), USMP_ERR_LINE_IN_USE);
  std::uint8_t bytes[4] = {0, 13, 0x11, 0xFF};  // what a terminal that is not raw would change
  EXPECT_EQ(transport.recv(&transport, bytes, sizeof bytes), 0);
  ASSERT_EQ(transport.send(&transport, bytes, sizeof bytes), 4);
  std::uint8_t found[4] = {};
  ASSERT_EQ(read(far, found, sizeof found), 4);
  EXPECT_EQ(memcmp(found, bytes, 4), 0);
  ASSERT_EQ(write(far, bytes, sizeof bytes), 4);
  transport.wait(&transport, 0, kTimeoutMs);
  EXPECT_GT(transport.available(&transport), 0);
  EXPECT_EQ(transport.recv(&transport, found, sizeof found), 4);
  EXPECT_EQ(memcmp(found, bytes, 4), 0);
  close(near);
  close(far);  // pulled out
  EXPECT_LT(transport.recv(&transport, found, sizeof found), 0);
  EXPECT_LT(transport.reconnect(&transport), 0);
  usmp_transport_destroy(&transport);
}

}  // namespace
}  // namespace usmp::test
