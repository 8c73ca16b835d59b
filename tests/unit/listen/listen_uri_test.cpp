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

TEST(ListenUri, WritesWhatItReads) {
  for (const char* written : {"udp://[fe80::1%eth0]:9000", "tcp://127.0.0.1:65535", "udp://a:0"}) {
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
      {"", "udp:// or tcp://"},
      {"9000", "udp:// or tcp://"},
      {"http://[::]:9000", "udp:// or tcp://"},
      {"UDP://[::]:9000", "udp:// or tcp://"},
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
