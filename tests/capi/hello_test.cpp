// The example program of the README, run as it is: capi/examples/hello.c.
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <string>

#include "test_gateway.hpp"

namespace usmp::test {
namespace {

struct Ended {
  int code = -1;
  std::string output;
};

/// Runs hello with `key` on its stdin.
Ended hello(int port, const std::string& id, const std::string& key) {
  const std::string command = "echo " + key + " | " + USMP_HELLO + " 127.0.0.1 " +
                              std::to_string(port) + " " + id + " 2>&1";
  Ended ended;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return ended;
  char buffer[512];
  while (fgets(buffer, sizeof buffer, pipe) != nullptr) ended.output += buffer;
  const int status = pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

std::string key() {
  std::string text;
  for (const std::uint8_t byte : TestGateway::kPsk) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", byte);
    text += digits;
  }
  return text;
}

TEST(HelloExample, DeliversAndPrintsTheAnswer) {
  TestGateway gateway(TestGateway::Transport::Udp);
  gateway.echo = true;
  const Ended ended = hello(gateway.port(), TestGateway::kDeviceId, key());
  EXPECT_EQ(ended.code, 0) << ended.output;
  EXPECT_EQ(ended.output, "delivered\nanswer: 23.5\n");
  ASSERT_EQ(gateway.arrived().size(), 1u);
  EXPECT_EQ(gateway.arrived()[0].content, "23.5");
}

TEST(HelloExample, SaysWhatToDoAboutAWrongKey) {
  TestGateway gateway(TestGateway::Transport::Udp);
  const Ended ended = hello(gateway.port(), TestGateway::kDeviceId, std::string(64, '0'));
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.output.find("does not know this device or its key"), std::string::npos);
}

}  // namespace
}  // namespace usmp::test
