// Messages of wire 2 devices through the engine, the ends of their sessions, and both wires on one
// engine.
#include <gtest/gtest.h>

#include <algorithm>

#include "world.hpp"

namespace usmp::gateway::test {
namespace {

using Texts = std::vector<std::string>;

constexpr Medium kMedia[] = {Medium::Udp, Medium::Stream};

void echo_all(World& world) {
  world.recorder().on_message = [&world](const ArrivedMessage& message) {
    EXPECT_TRUE(
        world.engine().reply(message.session, message.channel, message.content, 1, world.now));
  };
}

Texts contents_of(const Recorder& recorder) {
  Texts texts;
  for (const SeenMessage& message : recorder.messages) texts.push_back(message.content);
  return texts;
}

TEST(EngineWire2Messages, MessagesOfEverySizeGoBothWaysOnceAndInOrder) {
  for (const Medium medium : kMedia) {
    World world;
    echo_all(world);
    Wire2Device& device = world.add_wire2_device("pump-1", medium);
    world.connect(device);
    Texts sent;
    for (const std::size_t size : {0u, 1u, 452u, 453u, 904u, 1808u}) {
      sent.emplace_back(size, static_cast<char>('a' + sent.size()));
      device.send(sent.back(), world.now);
    }
    world.run();
    EXPECT_EQ(contents_of(world.recorder()), sent);
    EXPECT_EQ(device.messages, sent);
    EXPECT_TRUE(device.session.send_idle());
    EXPECT_EQ(world.recorder().settled.size(), sent.size());
    for (const SeenMessage& message : world.recorder().messages) EXPECT_EQ(message.channel, 0);
  }
}

TEST(EngineWire2Messages, WhatTheWireHasNoRoomOrWordForIsRefusedAndTheNextArrives) {
  for (const Medium medium : kMedia) {
    World world;
    Wire2Device& device = world.add_wire2_device("pump-1", medium);
    world.connect(device);
    const DeviceId id = id_of("pump-1");
    EXPECT_TRUE(world.engine().send(id, 0, view(std::string(1809, 'x')), 1, world.now));
    EXPECT_TRUE(world.engine().send(id, 7, view("for a channel"), 2, world.now));
    EXPECT_TRUE(world.engine().send(id, 0, view(std::string(1808, 'y')), 3, world.now));
    EXPECT_FALSE(world.engine().send_datagram(id, 0, view("may be lost"), world.now));
    world.run();
    ASSERT_EQ(world.recorder().settled.size(), 3u);
    EXPECT_EQ(world.recorder().settled[0].outcome, Outcome::TooLarge);
    EXPECT_EQ(world.recorder().settled[1].outcome, Outcome::NoChannel);
    EXPECT_EQ(world.recorder().settled[2].outcome, Outcome::Delivered);
    EXPECT_EQ(device.messages, Texts{std::string(1808, 'y')});
    EXPECT_EQ(world.counters().messages_held, 0u);
  }
}

TEST(EngineWire2Messages, WhatIsSentBeforeTheSessionAndWhatOneDidNotDeliverGoesOutInTheNext) {
  World world;
  const DeviceId id = id_of("pump-1");
  for (const char* text : {"1", "2"}) {
    EXPECT_TRUE(world.engine().send(id, 0, view(text), 1, world.now));
  }
  Wire2Device& first = world.add_wire2_device("pump-1");
  world.connect(first);
  EXPECT_EQ(first.messages, (Texts{"1", "2"}));

  world.loses = [](const Packet&, bool) { return true; };
  for (const char* text : {"3", "4"}) {
    EXPECT_TRUE(world.engine().send(id, 0, view(text), 1, world.now));
  }
  world.run();
  world.loses = nullptr;
  Wire2Device& second = world.add_wire2_device("pump-1", Medium::Stream);
  world.connect(second);
  EXPECT_EQ(second.messages, (Texts{"3", "4"}));
  EXPECT_EQ(world.recorder().settled.size(), 4u);
}

TEST(EngineWire2Messages, ASessionThatGetsNoAnswerEndsAndKeepsItsMessages) {
  World world;
  Wire2Device& device = world.add_wire2_device("pump-1");
  world.connect(device);
  world.loses = [](const Packet&, bool) { return true; };
  EXPECT_TRUE(world.engine().send(id_of("pump-1"), 0, view("patience"), 1, world.now));
  device.session.close(world.now);
  world.advance(30'000);  // the frame five times more, then the session is lost
  EXPECT_EQ(world.engine().session_count(), 0u);
  const std::vector<SeenChange> closed = world.recorder().changes_of(SessionChange::Closed);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].cause, Cause::NoAnswer);
  EXPECT_GE(world.counters().chunks_resent, 5u);
  world.loses = nullptr;
  Wire2Device& again = world.add_wire2_device("pump-1");
  world.connect(again);
  EXPECT_EQ(again.messages, Texts{"patience"});
}

TEST(EngineWire2Messages, LossInBothDirectionsLosesAndDoublesNothing) {
  World world;
  echo_all(world);
  Wire2Device& device = world.add_wire2_device("pump-1");
  world.connect(device);
  unsigned count = 0;
  world.loses = [&count](const Packet&, bool) { return ++count % 5 == 0; };
  Texts sent;
  for (unsigned index = 0; index < 40; ++index) {
    sent.push_back("message " + std::to_string(index));
    device.send(sent.back(), world.now);
  }
  world.advance(120'000);
  EXPECT_TRUE(device.established());
  EXPECT_EQ(contents_of(world.recorder()), sent);
  EXPECT_EQ(device.messages, sent);
  EXPECT_EQ(world.engine().session_count(), 1u);
}

TEST(EngineWire2Messages, AByeIsRepeatedUntilItIsAcknowledgedAndAnsweredWhenItComesAgain) {
  World world;
  Wire2Device& told = world.add_wire2_device("pump-1");
  world.connect(told);
  unsigned downs = 0;
  world.loses = [&downs](const Packet&, bool is_up) { return !is_up && ++downs == 1; };
  EXPECT_TRUE(world.engine().close_session(id_of("pump-1"), ByeReason::Done, world.now));
  world.run();
  EXPECT_EQ(world.engine().session_count(), 0u);  // over for everybody at once
  EXPECT_TRUE(told.established());                // but not told yet
  world.advance(1'000);
  EXPECT_FALSE(told.saw(EventKind::Lost, Cause::NoAnswer));
  EXPECT_TRUE(told.saw(EventKind::Closed, Cause::ByeDone));

  Wire2Device& teller = world.add_wire2_device("pump-2");
  downs = 0;
  world.loses = nullptr;
  world.connect(teller);
  world.loses = [&downs](const Packet&, bool is_up) { return !is_up && ++downs == 1; };
  teller.session.close(world.now);
  world.advance(1'000);
  EXPECT_EQ(teller.session.state(), State::Closed);
  EXPECT_GE(downs, 2u);
  world.loses = nullptr;
  world.advance(10'000);
  EXPECT_EQ(world.engine().session_count(), 0u);
}

TEST(EngineWire2Messages, ASilentDeviceIsByedAfterItsTimeoutAndOneThatPingsStays) {
  for (const Medium medium : kMedia) {
    World world;
    Wire2Device& device = world.add_wire2_device("pump-1", medium);
    world.connect(device);
    world.advance(200'000);
    EXPECT_EQ(world.engine().session_count(), 1u);
    device.address = address_of(9, 9);  // heard no more
    device.connection = 0;
    device.session.close(world.now);
    world.advance(70'000);
    EXPECT_EQ(world.engine().session_count(), 0u);
    EXPECT_EQ(world.counters().sessions_idle, 1u);
  }
}

TEST(EngineWire2Messages, ARevokedOrChangedKeyEndsTheSessionAtOnce) {
  for (const Medium medium : kMedia) {
    for (const bool is_revoked : {true, false}) {
      World world;
      Wire2Device& device = world.add_wire2_device("pump-1", medium);
      world.connect(device);
      world.keys.entries["pump-1"].revoked = is_revoked;
      world.keys.entries["pump-1"].psk = "the new key of thirty-two bytes.";
      world.directory.credentials_changed(id_of("pump-1"), 2, is_revoked);
      world.run();
      EXPECT_FALSE(device.established());
      EXPECT_EQ(world.engine().session_count(), 0u);
      EXPECT_EQ(world.counters().sessions_revoked, 1u);
      EXPECT_TRUE(device.saw(EventKind::Closed, Cause::ByeDone));
    }
  }
}

TEST(EngineWire2Messages, TheGatewayChangesAllKeysAndMessagesGoOn) {
  for (const Medium medium : kMedia) {
    World world;
    echo_all(world);
    Wire2Device& device = world.add_wire2_device("pump-1", medium);
    Device& wire3 = world.add_device("meter-1");
    world.connect(device);
    world.connect(wire3);
    EXPECT_FALSE(world.engine().rekey(id_of("meter-1"), world.now));
    EXPECT_FALSE(world.engine().rekey(id_of("nobody"), world.now));
    for (unsigned round = 1; round <= 3; ++round) {
      device.send(std::string(1000, 'a'), world.now);
      EXPECT_TRUE(world.engine().rekey(id_of("pump-1"), world.now));
      device.send("after it", world.now);
      world.run();
      EXPECT_EQ(device.session.rekeys(), round);
      world.advance(1'000);
    }
    EXPECT_EQ(device.session.rekey(world.now), Error::None);
    world.run();
    EXPECT_EQ(device.session.rekeys(), 4u);
    device.send("and the device too", world.now);
    world.run();
    EXPECT_EQ(device.messages.size(), 7u);
    EXPECT_EQ(device.messages, contents_of(world.recorder()));
  }
}

TEST(EngineWire2Messages, AtTheEndEveryDeviceHasItsByeAndEveryMessageItsReport) {
  World world;
  Wire2Device& device = world.add_wire2_device("pump-1");
  Wire2Device& stream = world.add_wire2_device("pump-2", Medium::Stream);
  Wire2Device& unfinished = world.add_wire2_device("pump-3");
  world.connect(device);
  world.connect(stream);
  world.loses = [](const Packet&, bool) { return true; };
  EXPECT_TRUE(world.engine().send(id_of("pump-1"), 0, view("too late"), 9, world.now));
  world.run();
  world.loses = nullptr;
  unfinished.connect(world.now);
  world.inject(unfinished.poll(world.now), unfinished.address);
  world.engine().stop(world.now);
  world.run();
  EXPECT_EQ(world.engine().session_count(), 0u);
  EXPECT_EQ(world.counters().connections, 0u);
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
  EXPECT_FALSE(device.established());
  EXPECT_FALSE(stream.established());
  EXPECT_TRUE(device.saw(EventKind::Closed, Cause::ByeDone));
  EXPECT_TRUE(stream.saw(EventKind::Closed, Cause::ByeDone));
  ASSERT_EQ(world.recorder().settled.size(), 1u);
  EXPECT_EQ(world.recorder().settled[0].outcome, Outcome::Returned);
  EXPECT_TRUE(world.engine().flush(world.now));
}

TEST(EngineWire2Messages, GarbageAndForgedFramesChangeNothingForASessionBesideThem) {
  World world;
  Wire2Device& device = world.add_wire2_device("pump-1");
  world.connect(device);
  for (unsigned size = 1; size < 80; ++size) {
    for (unsigned type = 0; type < 13; ++type) {
      Packet packet(size, static_cast<std::uint8_t>(0x5A + size));
      packet[0] = size % 2 == 0 ? 0xCD : 0xAC;
      if (size > 1) packet[1] = size % 2 == 0 ? 0xAB : 0xAC;
      if (size > 3) packet[size % 2 == 0 ? 3 : 2] = static_cast<std::uint8_t>(type);
      world.inject(packet, device.address);
      world.inject(packet, address_of(8, 8));
    }
  }
  world.take_output();
  EXPECT_EQ(world.engine().session_count(), 1u);
  device.send("still here", world.now);
  world.run();
  EXPECT_EQ(contents_of(world.recorder()), Texts{"still here"});
}

TEST(EngineWire2Messages, ADeviceThatComesBackOnAnotherThreadKeepsItsMessages) {
  DirectoryConfig directory;
  directory.threads = 2;
  World world(World::default_config(), directory);
  Wire2Device& first = world.add_wire2_device("pump-1");
  world.connect(first);
  world.loses = [](const Packet&, bool) { return true; };
  EXPECT_TRUE(world.directory.send(id_of("pump-1"), 0, view("older"), 1));
  world.run();
  world.loses = nullptr;
  Wire2Device& second = world.add_wire2_device("pump-1");
  second.thread = 1;
  world.connect(second);
  EXPECT_TRUE(world.directory.send(id_of("pump-1"), 0, view("newer"), 2));
  world.run();
  EXPECT_EQ(second.messages, (Texts{"older", "newer"}));
  EXPECT_FALSE(first.established());
  EXPECT_EQ(world.directory.session_count(), 1u);
}

TEST(EngineWire2Messages, BothWiresOnAllMediaShareAnEngine) {
  World world;
  echo_all(world);
  for (unsigned index = 0; index < 8; ++index) {
    const Medium medium = kMedia[index % 2];
    world.connect(world.add_device("meter-" + std::to_string(index), medium));
    world.connect(world.add_wire2_device("pump-" + std::to_string(index), medium));
  }
  EXPECT_EQ(world.counters().sessions, 16u);
  EXPECT_EQ(world.counters().sessions_wire2, 8u);
  for (unsigned round = 0; round < 20; ++round) {
    for (const auto& device : world.devices) device->send("three", world.now, 5);
    for (const auto& device : world.wire2_devices) {
      device->send(std::string(1500, 'x'), world.now);
    }
    if (round % 4 == 0) world.run();
  }
  world.advance(120'000);
  for (const auto& device : world.devices) EXPECT_EQ(device->messages.size(), 20u);
  for (const auto& device : world.wire2_devices) EXPECT_EQ(device->messages.size(), 20u);
  EXPECT_EQ(world.engine().session_count(), 16u);
}

TEST(EngineWire2Messages, WithoutAReceiveBufferAMessageArrivesLater) {
  EngineConfig config = World::default_config();
  config.wire2_buffers_max = 1;
  World world(config);
  for (unsigned index = 0; index < 3; ++index) {
    world.connect(world.add_wire2_device("pump-" + std::to_string(index)));
  }
  for (const auto& device : world.wire2_devices) device->send(std::string(1500, 'x'), world.now);
  world.run();
  EXPECT_GT(world.counters().dropped_no_room, 0u);
  world.advance(20'000);
  EXPECT_EQ(world.recorder().messages.size(), 3u);
}

}  // namespace
}  // namespace usmp::gateway::test
