// Devices on stream connections: one handshake and one session each, and closed for any fault.
#include <gtest/gtest.h>

#include "world.hpp"

namespace usmp::gateway::test {
namespace {

using Texts = std::vector<std::string>;

TEST(EngineStream, ADeviceComesInAndMessagesGoBothWays) {
  World world;
  Device& device = world.add_device("a", Medium::Stream);
  world.connect(device);
  ASSERT_TRUE(device.established());
  device.send("small", world.now);
  device.send(std::string(20'000, 'x'), world.now);
  device.send("", world.now, 3);
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view(std::string(20'000, 'y')), 1, world.now));
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("end"), 2, world.now));
  world.run();
  ASSERT_EQ(world.recorder().messages.size(), 3u);
  EXPECT_EQ(world.recorder().messages[1].content, std::string(20'000, 'x'));
  EXPECT_EQ(world.recorder().messages[2].channel, 3);
  EXPECT_EQ(device.messages, (Texts{std::string(20'000, 'y'), "end"}));
  EXPECT_EQ(world.recorder().settled.size(), 2u);
}

TEST(EngineStream, AnUnauthenticRecordClosesTheConnectionAndTheDeviceComesBack) {
  World world;
  Device& device = world.add_device("a", Medium::Stream);
  world.connect(device);
  Packet garbage(30, 7);
  garbage[0] = 0x38;
  world.engine().receive_record(device.connection, MutableBytes(garbage.data(), garbage.size()),
                                world.now);
  world.run();
  EXPECT_EQ(device.connection, 0u);
  EXPECT_EQ(world.engine().session_count(), 0u);
  EXPECT_EQ(world.counters().connections, 0u);
  ASSERT_EQ(world.recorder().changes_of(SessionChange::Closed).size(), 1u);
  world.advance(2'000);
  world.connect(device);
  EXPECT_TRUE(device.established());
}

TEST(EngineStream, AConnectionWithoutAHandshakeIsClosedAfterThirtySeconds) {
  World world;
  ASSERT_TRUE(world.engine().open_connection(5, address_of(1, 1), world.now));
  EXPECT_FALSE(world.engine().open_connection(5, address_of(1, 1), world.now));
  world.advance(29'000);
  EXPECT_TRUE(world.output().closed.empty());
  world.advance(2'000);
  EXPECT_TRUE(world.output().closed.contains(5));
  EXPECT_EQ(world.counters().connections, 0u);
}

TEST(EngineStream, AWrongKeyHasReject1AndTheSecondHelloClosesTheConnection) {
  World world;
  Device& device = world.add_stranger("a", "another key of thirty-two bytes.", Medium::Stream);
  world.connect(device);
  EXPECT_TRUE(device.saw(EventKind::AttemptFailed, Cause::NotAuthenticated));
  EXPECT_EQ(world.engine().session_count(), 0u);
  Packet hello(60, 1);
  hello[0] = 0x30;
  const ConnectionId connection = device.connection;
  world.engine().receive_record(connection, MutableBytes(hello.data(), hello.size()), world.now);
  EXPECT_TRUE(world.output().closed.contains(connection));
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
}

TEST(EngineStream, AUdpHelloOnAStreamHasReject4AndIsClosed) {
  World world;
  Device& device = world.add_device("a", Medium::Udp);
  device.connect(world.now);
  Packet hello = device.poll(world.now);
  ASSERT_TRUE(world.engine().open_connection(5, device.address, world.now));
  world.engine().receive_record(5, MutableBytes(hello.data(), hello.size()), world.now);
  ASSERT_EQ(world.output().records[5].size(), 1u);
  EXPECT_EQ(world.output().records[5][0][0], 0x35);
  EXPECT_EQ(world.output().records[5][0].back(),
            static_cast<std::uint8_t>(RejectReason::Parameters));
  EXPECT_TRUE(world.output().closed.contains(5));
}

TEST(EngineStream, WhatAConnectionDoesNotTakeWaitsAndIsDeliveredLater) {
  World world;
  Device& device = world.add_device("a", Medium::Stream);
  world.connect(device);
  world.output().blocked.insert(device.connection);
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("patience"), 1, world.now));
  world.run();
  EXPECT_TRUE(world.engine().flush(world.now));  // others are not held up
  EXPECT_TRUE(device.messages.empty());
  EXPECT_TRUE(world.recorder().settled.empty());
  EXPECT_NE(world.engine().next_deadline(world.now), world.now);
  world.output().blocked.clear();
  world.engine().connection_writable(device.connection);
  world.run();
  EXPECT_EQ(device.messages, Texts{"patience"});
}

TEST(EngineStream, WhatALostConnectionDidNotTakeGoesOutInTheNextSession) {
  World world;
  Device& device = world.add_device("a", Medium::Stream);
  world.connect(device);
  world.output().blocked.insert(device.connection);
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("kept"), 1, world.now));
  world.run();
  world.engine().connection_lost(device.connection, world.now);
  device.connection_closed(world.now);
  EXPECT_EQ(world.counters().connections, 0u);
  world.advance(2'000);
  world.connect(device);
  EXPECT_EQ(device.messages, Texts{"kept"});
}

TEST(EngineStream, AConnectionReplacedByOneOverUdpIsClosedBehindItsBye3) {
  World world;
  Device& stream = world.add_device("a", Medium::Stream);
  Device& udp = world.add_device("a", Medium::Udp);
  world.connect(stream);
  world.connect(udp);
  EXPECT_TRUE(udp.established());
  EXPECT_EQ(stream.connection, 0u);
  EXPECT_TRUE(stream.saw(EventKind::Closed, Cause::ByeReplaced) ||
              stream.saw(EventKind::Lost, Cause::ByeReplaced));
  EXPECT_EQ(world.engine().session_count(), 1u);
}

TEST(EngineStream, WithoutAReceiveBufferTheConnectionIsClosedNotTheMessageLostUnnoticed) {
  EngineConfig config = World::default_config();
  config.stream_buffers_max = 1;
  World world(config);
  Device& first = world.add_device("first", Medium::Stream);
  Device& second = world.add_device("second", Medium::Stream);
  world.connect(first);
  world.connect(second);
  first.send(std::string(10'000, 'x'), world.now);
  Packet half = first.poll(world.now);
  world.engine().receive_record(first.connection, MutableBytes(half.data(), half.size()),
                                world.now);
  second.send("no place", world.now);
  Packet packet = second.poll(world.now);
  world.engine().receive_record(second.connection, MutableBytes(packet.data(), packet.size()),
                                world.now);
  world.engine().flush(world.now);
  EXPECT_TRUE(world.output().closed.contains(second.connection));
  EXPECT_EQ(world.engine().session_count(), 1u);
  world.run();
  EXPECT_EQ(world.recorder().messages.size(), 1u);
}

TEST(EngineStream, AHandshakeWhoseKeyNobodyCanTellIsPutAsideAndAsksAgain) {
  World world;
  Device& device = world.add_device("a", Medium::Stream);
  Wire2Device& older = world.add_wire2_device("pump-1", Medium::Stream);
  world.keys.available = false;
  world.connect(device);
  world.connect(older);
  EXPECT_FALSE(device.established());
  EXPECT_FALSE(older.established());
  world.advance(200);
  EXPECT_GT(world.counters().dropped_no_key, 4u);
  EXPECT_TRUE(world.output().closed.empty());
  world.keys.available = true;
  world.advance(100);
  EXPECT_TRUE(device.established());
  EXPECT_TRUE(older.established());
  device.send("after the wait", world.now);
  world.run();
  EXPECT_EQ(world.recorder().messages.back().content, "after the wait");
}

TEST(EngineStream, AHandshakeThatWaitsForItsKeyExpiresWithTheOthers) {
  World world;
  Device& device = world.add_device("a", Medium::Stream);
  world.keys.available = false;
  world.connect(device);
  world.advance(kStreamHandshakeMax + 1000);
  EXPECT_EQ(world.counters().connections, 0u);
  EXPECT_EQ(world.counters().handshakes_expired, 1u);
}

}  // namespace
}  // namespace usmp::gateway::test
