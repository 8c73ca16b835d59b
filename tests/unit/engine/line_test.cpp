// Devices on serial lines: the line names the session, and no line takes anything from others.
#include <gtest/gtest.h>

#include "engine/line_front.hpp"
#include "world.hpp"

namespace usmp::gateway::test {
namespace {

using Texts = std::vector<std::string>;

void receive(World& world, ConnectionId line, Packet packet) {
  world.engine().receive_frame(line, MutableBytes(packet.data(), packet.size()), world.now);
}

/// A HELLO of its own, as a device would send it after each power-up.
Packet fresh_hello(World& world) {
  Device& device = world.add_stranger("noise", "a key that nobody has entered...", Medium::Serial);
  device.connect(world.now);
  Packet hello = device.poll(world.now);
  world.devices.pop_back();
  return hello;
}

TEST(EngineLine, ADeviceComesInAndMessagesGoBothWays) {
  World world;
  Device& device = world.add_device("a", Medium::Serial);
  world.connect(device);
  ASSERT_TRUE(device.established());
  EXPECT_EQ(device.session.agreement().peer_cid.size, 0);
  device.send("small", world.now);
  device.send(std::string(20'000, 'x'), world.now);
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view(std::string(20'000, 'y')), 1, world.now));
  world.run();
  ASSERT_EQ(world.recorder().messages.size(), 2u);
  EXPECT_EQ(world.recorder().messages[1].content, std::string(20'000, 'x'));
  EXPECT_EQ(device.messages, Texts{std::string(20'000, 'y')});
  EXPECT_TRUE(world.output().datagrams.empty());
}

TEST(EngineLine, ManyLinesAreToldApartWithoutCids) {
  World world;
  std::vector<Device*> devices;
  for (const char* name : {"a", "b", "c"}) {
    devices.push_back(&world.add_device(name, Medium::Serial));
    world.connect(*devices.back());
  }
  for (Device* device : devices) {
    ASSERT_TRUE(device->established());
    device->send("hello", world.now);
  }
  EXPECT_TRUE(world.engine().send(id_of("b"), 0, view("for b"), 1, world.now));
  world.run();
  EXPECT_EQ(world.recorder().messages.size(), 3u);
  EXPECT_EQ(devices[1]->messages, Texts{"for b"});
  EXPECT_TRUE(devices[0]->messages.empty());
}

TEST(EngineLine, DataBelongsToTheFinishedSessionUntilANewHandshakeEnds) {
  World world;
  Device& device = world.add_device("a", Medium::Serial);
  world.connect(device);
  receive(world, device.connection, fresh_hello(world));  // whoever this is, it goes no further
  device.send("still mine", world.now);
  world.run();
  ASSERT_EQ(world.recorder().messages.size(), 1u);
  EXPECT_EQ(world.engine().session_count(), 1u);
}

TEST(EngineLine, RepeatsHaveTheSameAnswersAndMakeOneSession) {
  World world;
  world.lost_down = {0x32};
  Device& device = world.add_device("a", Medium::Serial);
  world.connect(device);
  world.advance(300);  // the first repeat of HELLO, after 250 ms
  EXPECT_FALSE(device.established());
  world.lost_down = {0x34};
  world.advance(600);
  EXPECT_FALSE(device.established());
  EXPECT_EQ(world.counters().sessions, 1u);
  world.lost_down.clear();
  world.advance(1'000);  // one of the three repeats of HELLO_ACK
  EXPECT_TRUE(device.established());
  EXPECT_GE(world.counters().repeats_answered, 2u);
  EXPECT_EQ(world.counters().handshakes_begun, 1u);
}

TEST(EngineLine, AnotherDeviceOnTheLineEndsTheSessionOfTheFirst) {
  World world;
  Device& first = world.add_device("first", Medium::Serial);
  world.connect(first);
  Device& second = world.add_device("second", Medium::Serial);
  second.connection = first.connection;
  first.connection = line_id(1000);  // unplugged: nothing of it arrives
  EXPECT_TRUE(world.engine().send(id_of("first"), 0, view("kept"), 1, world.now));
  world.connect(second);
  ASSERT_TRUE(second.established());
  ASSERT_EQ(world.recorder().changes_of(SessionChange::Closed).size(), 1u);
  EXPECT_EQ(world.recorder().changes_of(SessionChange::Closed)[0].device, "first");
  EXPECT_EQ(world.engine().session_count(), 1u);
  EXPECT_TRUE(second.messages.empty());
  second.send("mine", world.now);
  world.run();
  EXPECT_EQ(world.recorder().messages.back().device, "second");
}

TEST(EngineLine, AResetDeviceMakesANewSessionAndNothingHeldIsLost) {
  World world;
  Device& before = world.add_device("a", Medium::Serial);
  world.connect(before);
  Device& after = world.add_device("a", Medium::Serial);
  after.connection = before.connection;
  before.connection = line_id(1000);
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("kept"), 1, world.now));
  world.connect(after);
  EXPECT_EQ(after.messages, Texts{"kept"});
  EXPECT_EQ(world.counters().sessions_replaced, 1u);
  EXPECT_EQ(world.engine().session_count(), 1u);
}

TEST(EngineLine, ADeviceThatMovesToUdpGetsBye3OnItsLine) {
  World world;
  Device& serial = world.add_device("a", Medium::Serial);
  world.connect(serial);
  Device& udp = world.add_device("a", Medium::Udp);
  world.connect(udp);
  EXPECT_TRUE(udp.established());
  EXPECT_TRUE(serial.saw(EventKind::Closed, Cause::ByeReplaced));
  EXPECT_EQ(world.engine().session_count(), 1u);
}

TEST(EngineLine, AWrongKeyHasReject1AndTheNextHandshakeWorks) {
  World world;
  Device& wrong = world.add_stranger("a", "another key of thirty-two bytes.", Medium::Serial);
  world.connect(wrong);
  EXPECT_TRUE(wrong.saw(EventKind::AttemptFailed, Cause::NotAuthenticated));
  Device& right = world.add_device("a", Medium::Serial);
  right.connection = wrong.connection;
  wrong.connection = line_id(1000);
  world.connect(right);
  EXPECT_TRUE(right.established());
}

TEST(EngineLine, AStreamsHelloHasReject4) {
  World world;
  Device& device = world.add_device("a", Medium::Stream);
  device.connect(world.now);
  ASSERT_TRUE(world.engine().open_line(line_id(7), "a line"));
  receive(world, line_id(7), device.poll(world.now));
  ASSERT_EQ(world.output().records[line_id(7)].size(), 1u);
  EXPECT_EQ(world.output().records[line_id(7)][0].back(),
            static_cast<std::uint8_t>(RejectReason::Parameters));
}

TEST(EngineLine, AFloodOfHellosKeepsToItsLimitsAndHarmsNobodyElse) {
  World world;
  ASSERT_TRUE(world.engine().open_line(line_id(7), "a noisy line"));
  for (unsigned count = 0; count < 50; ++count) receive(world, line_id(7), fresh_hello(world));
  EXPECT_EQ(world.counters().handshakes_begun, kLineHellosPerSecondMax);
  EXPECT_EQ(world.counters().hellos_busy, 50 - kLineHellosPerSecondMax);
  EXPECT_EQ(world.counters().handshakes_unfinished, kLineHandshakesMax);
  world.advance(1'000);
  Device& neighbour = world.add_device("b", Medium::Serial);
  world.connect(neighbour);
  EXPECT_TRUE(neighbour.established());
  Device& same_line = world.add_device("a", Medium::Serial);
  same_line.connection = line_id(7);
  world.output().records[line_id(7)].clear();
  world.connect(same_line);
  EXPECT_TRUE(same_line.established());
  world.advance(31'000);
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
}

TEST(EngineLine, HasRoomWhereUdpHasNone) {
  EngineConfig config = World::default_config();
  config.sessions_max = 1;
  World world(config);
  Device& first = world.add_device("first");
  world.connect(first);
  Device& second = world.add_device("second");
  world.connect(second);
  EXPECT_FALSE(second.established());
  Device& serial = world.add_device("serial", Medium::Serial);
  world.connect(serial);
  EXPECT_TRUE(serial.established());
}

TEST(EngineLine, ThereAreAsManyAsAreAllowed) {
  EngineConfig config = World::default_config();
  config.lines_max = 2;
  World world(config);
  EXPECT_TRUE(world.engine().open_line(line_id(0), "one"));
  EXPECT_TRUE(world.engine().open_line(line_id(1), "two"));
  EXPECT_FALSE(world.engine().open_line(line_id(2), "three"));
  receive(world, line_id(2), fresh_hello(world));
  EXPECT_EQ(world.counters().handshakes_begun, 0u);
}

TEST(EngineLine, WhatALineDoesNotTakeWaitsAndHoldsUpNobody) {
  World world;
  Device& device = world.add_device("a", Medium::Serial);
  world.connect(device);
  world.output().blocked.insert(device.connection);
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("patience"), 1, world.now));
  world.run();
  EXPECT_TRUE(world.engine().flush(world.now));
  EXPECT_TRUE(device.messages.empty());
  EXPECT_NE(world.engine().next_deadline(world.now), world.now);
  world.output().blocked.clear();
  world.engine().connection_writable(device.connection);
  world.run();
  EXPECT_EQ(device.messages, Texts{"patience"});
}

TEST(EngineLine, ASessionThatTheGatewayForgotIsResetAtTenASecond) {
  World world;
  ASSERT_TRUE(world.engine().open_line(line_id(7), "a line"));
  Packet data(40, 7);
  data[0] = 0x38;
  for (unsigned count = 0; count < 50; ++count) receive(world, line_id(7), data);
  EXPECT_EQ(world.counters().resets, 10u);
  ASSERT_EQ(world.output().records[line_id(7)].size(), 10u);
  EXPECT_EQ(world.output().records[line_id(7)][0], Packet{0x36});
}

TEST(EngineLine, AChangedKeyEndsTheSessionAndTheRepeatedAnswer) {
  World world;
  Device& device = world.add_device("a", Medium::Serial);
  world.connect(device);
  world.keys.entries["a"].revoked = true;
  world.directory.credentials_changed(id_of("a"), 2, true);
  world.run();
  EXPECT_TRUE(device.saw(EventKind::Closed, Cause::ByeRevoked));
  EXPECT_EQ(world.engine().session_count(), 0u);
}

TEST(EngineLine, AStopSaysGoodbye) {
  World world;
  Device& device = world.add_device("a", Medium::Serial);
  world.connect(device);
  world.engine().stop(world.now);
  world.run();
  EXPECT_TRUE(device.saw(EventKind::Closed, Cause::ByeGoingDown));
  receive(world, device.connection, fresh_hello(world));
  EXPECT_EQ(world.counters().handshakes_begun, 1u);
}

}  // namespace
}  // namespace usmp::gateway::test
