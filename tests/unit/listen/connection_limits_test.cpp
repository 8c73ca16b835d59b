// Limits on TCP connections, in all and from one network.
#include "listen/connection_limits.hpp"

#include <gtest/gtest.h>

namespace usmp::gateway {
namespace {

IpAddress ipv4(std::uint8_t last) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, last};
}

TEST(ConnectionLimits, RefusesMoreInAllUntilOneLeaves) {
  ConnectionLimits limits(2, 2);
  EXPECT_TRUE(limits.enter(ipv4(1)));
  EXPECT_TRUE(limits.enter(ipv4(2)));
  EXPECT_FALSE(limits.enter(ipv4(3)));
  limits.leave(ipv4(1));
  EXPECT_TRUE(limits.enter(ipv4(3)));
}

TEST(ConnectionLimits, RefusesMoreFromOneAddressAndTakesOthers) {
  ConnectionLimits limits(10, 1);
  EXPECT_TRUE(limits.enter(ipv4(1)));
  EXPECT_FALSE(limits.enter(ipv4(1)));
  EXPECT_TRUE(limits.enter(ipv4(2)));
  limits.leave(ipv4(1));
  EXPECT_TRUE(limits.enter(ipv4(1)));
}

TEST(ConnectionLimits, CountsAnIpv6NetworkAsOne) {
  ConnectionLimits limits(10, 1);
  IpAddress first{0x20, 0x01, 0x0D, 0xB8};
  IpAddress same_network = first;
  same_network[15] = 9;
  IpAddress other_network = first;
  other_network[7] = 9;
  EXPECT_TRUE(limits.enter(first));
  EXPECT_FALSE(limits.enter(same_network));
  EXPECT_TRUE(limits.enter(other_network));
}

TEST(ConnectionLimits, RefusedOnesDoNotCount) {
  ConnectionLimits limits(1, 1);
  EXPECT_TRUE(limits.enter(ipv4(1)));
  for (int turn = 0; turn < 5; ++turn) EXPECT_FALSE(limits.enter(ipv4(2)));
  limits.leave(ipv4(1));
  EXPECT_TRUE(limits.enter(ipv4(2)));
}

}  // namespace
}  // namespace usmp::gateway
