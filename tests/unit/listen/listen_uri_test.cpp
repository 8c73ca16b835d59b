// How people write where a gateway listens, and what they are told when it is wrong.
#include "listen/listen_uri.hpp"

#include <gtest/gtest.h>

namespace usmp::gateway {
namespace {

TEST(ListenUri, TakesUdpAndTcpWithAddressesAndNames) {
  const auto any = parse_listen_uri("udp://[::]:9000");
  ASSERT_TRUE(any.uri) << any.problem;
  EXPECT_EQ(*any.uri, (ListenUri{Transport::Udp, "::", 9000}));
  const auto ipv4 = parse_listen_uri("tcp://0.0.0.0:1");
  ASSERT_TRUE(ipv4.uri) << ipv4.problem;
  EXPECT_EQ(*ipv4.uri, (ListenUri{Transport::Tcp, "0.0.0.0", 1}));
  const auto name = parse_listen_uri("udp://gateway.example:0");
  ASSERT_TRUE(name.uri) << name.problem;
  EXPECT_EQ(*name.uri, (ListenUri{Transport::Udp, "gateway.example", 0}));
}

TEST(ListenUri, TakesSerialLines) {
  const auto line = parse_listen_uri("serial:///dev/ttyUSB0?baud=9600");
  ASSERT_TRUE(line.uri) << line.problem;
  EXPECT_EQ(*line.uri, (ListenUri{Transport::Serial, "", 0, "/dev/ttyUSB0", 9600}));
  const auto usual = parse_listen_uri("serial:///dev/ttyS1");
  ASSERT_TRUE(usual.uri) << usual.problem;
  EXPECT_EQ(*usual.uri, (ListenUri{Transport::Serial, "", 0, "/dev/ttyS1", 115200}));
  const auto server = parse_listen_uri("serial+tcp://ser2net.example:2000");
  ASSERT_TRUE(server.uri) << server.problem;
  EXPECT_EQ(*server.uri, (ListenUri{Transport::SerialTcp, "ser2net.example", 2000}));
}

TEST(ListenUri, WritesWhatItReads) {
  for (const char* written :
       {"udp://[fe80::1%eth0]:9000", "tcp://127.0.0.1:65535", "udp://a:0",
        "serial:///dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0?baud=4000000",
        "serial+tcp://[::1]:2000"}) {
    const auto parsed = parse_listen_uri(written);
    ASSERT_TRUE(parsed.uri) << parsed.problem;
    EXPECT_EQ(parsed.uri->text(), written);
  }
}

TEST(ListenUri, SaysWhatIsWrongAndHowItIsWritten) {
  const struct {
    const char* written;
    const char* what;
  } cases[] = {
      {"", "udp://, tcp://, serial://"},
      {"9000", "udp://, tcp://, serial://"},
      {"http://[::]:9000", "udp://, tcp://, serial://"},
      {"UDP://[::]:9000", "udp://, tcp://, serial://"},
      {"udp://", "host lacks"},
      {"udp://:9000", "host lacks"},
      {"udp://[]:9000", "brackets"},
      {"udp://[::]", "port lacks"},
      {"udp://[::]9000", "port lacks"},
      {"udp://host", "port lacks"},
      {"udp://host:", "not a number"},
      {"udp://host:65536", "not a number"},
      {"udp://host:-1", "not a number"},
      {"udp://host:+1", "not a number"},
      {"udp://host:90x", "not a number"},
      {"udp://host:9000/path", "not a number"},
      {"udp://::1:9000", "in brackets"},
      {"udp://[::1:9000", "] behind"},
      {"udp://[127.0.0.1]:9000", "only an IPv6"},
      {"udp://ho st:9000", "no name"},
      {"udp://user@host:9000", "no name"},
      {"serial://ttyUSB0", "not absolute"},
      {"serial://", "not absolute"},
      {"serial://?baud=9600", "not absolute"},
      {"serial:///dev/tty\x1b", "no path"},
      {"serial:///dev/ttyUSB0?", "only baud="},
      {"serial:///dev/ttyUSB0?parity=even", "only baud="},
      {"serial:///dev/ttyUSB0?baud=", "none of 1200, 2400"},
      {"serial:///dev/ttyUSB0?baud=fast", "none of 1200, 2400"},
      {"serial:///dev/ttyUSB0?baud=115201", "none of 1200, 2400"},
      {"serial:///dev/ttyUSB0?baud=9600&x=1", "none of 1200, 2400"},
      {"serial+tcp:///dev/ttyUSB0", "no name"},
      {"serial+tcp://host", "port lacks"},
      {"serial+tcp://host:0", "1 to 65535"},
  };
  for (const auto& each : cases) {
    const auto parsed = parse_listen_uri(each.written);
    EXPECT_FALSE(parsed.uri) << each.written;
    EXPECT_NE(parsed.problem.find(each.what), std::string::npos) << parsed.problem;
    EXPECT_NE(parsed.problem.find("udp://[::]:9000"), std::string::npos) << parsed.problem;
  }
}

TEST(ListenUri, RepeatsNothingThatATerminalObeys) {
  const auto parsed = parse_listen_uri("udp://\x1b[31mhost\n:9000");
  EXPECT_FALSE(parsed.uri);
  EXPECT_EQ(parsed.problem.find('\x1b'), std::string::npos);
  EXPECT_EQ(parsed.problem.find('\n'), std::string::npos);
}

TEST(ListenUri, RefusesAHostLongerThanAnyName) {
  EXPECT_TRUE(parse_listen_uri("udp://" + std::string(253, 'a') + ":1").uri);
  EXPECT_FALSE(parse_listen_uri("udp://" + std::string(254, 'a') + ":1").uri);
}

}  // namespace
}  // namespace usmp::gateway
