// Messages to devices: held, handed on from session to session, limited, and what is told of them.
#include <gtest/gtest.h>

#include "world.hpp"

namespace usmp::gateway::test {
namespace {

using Texts = std::vector<std::string>;

TEST(EngineMessages, WhatIsSentBeforeTheFirstSessionArrivesInOrder) {
  World world;
  Device& device = world.add_device("a");
  for (const char* text : {"one", "two", "three"}) {
    EXPECT_TRUE(world.engine().send(id_of("a"), 0, view(text), 1, world.now));
  }
  EXPECT_EQ(world.directory.held_bytes(), 11u);
  world.connect(device);
  EXPECT_EQ(device.messages, (Texts{"one", "two", "three"}));
  EXPECT_EQ(world.directory.held_bytes(), 0u);
  EXPECT_EQ(world.recorder().settled.size(), 3u);
  EXPECT_EQ(world.counters().messages_held, 0u);
}

TEST(EngineMessages, WhatASessionDidNotDeliverGoesOutInTheNext) {
  World world;
  Device& older = world.add_device("a");
  world.connect(older);
  world.lost_down = {0x38, 0x39, 0x3A, 0x3B};
  for (const char* text : {"one", "two"}) {
    EXPECT_TRUE(world.engine().send(id_of("a"), 0, view(text), 1, world.now));
  }
  world.run();
  EXPECT_TRUE(older.messages.empty());
  world.lost_down = {};
  Device& newer = world.add_device("a");
  world.connect(newer);
  EXPECT_EQ(newer.messages, (Texts{"one", "two"}));
  EXPECT_EQ(world.recorder().settled.size(), 2u);
}

TEST(EngineMessages, WhatASessionDidNotDeliverWaitsWhenItEndsAlone) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  world.lost_down = {0x38, 0x39, 0x3A, 0x3B};
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("kept"), 1, world.now));
  world.run();
  device.session.close(ByeReason::Done, world.now);
  world.run();
  EXPECT_EQ(world.engine().session_count(), 0u);
  EXPECT_EQ(world.directory.held_bytes(), 4u);
  world.lost_down = {};
  world.connect(device);
  EXPECT_EQ(device.messages, Texts{"kept"});
}

TEST(EngineMessages, AWakingDeviceIsGivenWhatIsHeldInOnePacketEachWay) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  device.send("before sleep", world.now);
  world.advance(1'000);
  ASSERT_TRUE(device.session.can_sleep());
  std::uint8_t saved[kSavedStateSizeMax];
  const Result<std::size_t> size = device.session.save(MutableBytes(saved), world.now);
  ASSERT_TRUE(size.ok());
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("for you"), 1, world.now));
  world.advance(600'000);
  EXPECT_TRUE(device.messages.empty());
  ASSERT_EQ(world.recorder().changes_of(SessionChange::Asleep).size(), 1u);

  world.moved_up.clear();
  world.moved_down.clear();
  ASSERT_EQ(device.session.wake(MutableBytes(saved, size.value), 600, world.now), Error::None);
  device.send("I woke", world.now);
  const Packet up = device.poll(world.now);
  EXPECT_TRUE(device.poll(world.now).empty());
  world.inject(up, device.address);
  const std::vector<SentDatagram> down = world.take_output();
  ASSERT_EQ(down.size(), 1u);
  device.receive(down[0].packet, world.now);
  EXPECT_EQ(device.messages, Texts{"for you"});
  EXPECT_EQ(world.recorder().messages.back().content, "I woke");
  EXPECT_TRUE(device.saw(EventKind::Drained, Cause::None));
  EXPECT_EQ(world.recorder().changes_of(SessionChange::Woke).size(), 1u);
}

TEST(EngineMessages, ADevicesLimitsAreKeptAndLaterThereIsRoomAgain) {
  EngineConfig config = World::default_config();
  config.held_messages_device = 3;
  config.held_bytes_device = 100;
  World world(config);
  Device& device = world.add_device("a");
  Device& other = world.add_device("b");
  world.connect(device);
  world.connect(other);
  const auto send = [&](const char* id, std::string_view text) {
    return world.engine().send(id_of(id), 0, view(text), 1, world.now);
  };
  EXPECT_TRUE(send("a", std::string(90, 'x')));
  EXPECT_FALSE(send("a", std::string(11, 'x')));
  EXPECT_TRUE(send("a", "1"));
  EXPECT_TRUE(send("a", "2"));
  EXPECT_FALSE(send("a", "3"));
  EXPECT_TRUE(send("b", "3"));
  world.run();
  EXPECT_EQ(device.messages.size(), 3u);
  EXPECT_TRUE(send("a", "4"));
  world.run();
  EXPECT_EQ(device.messages.back(), "4");
}

TEST(EngineMessages, LimitsHoldWithoutASessionToo) {
  DirectoryConfig limits;
  limits.held_messages_device = 2;
  limits.held_bytes_device = 50;
  limits.held_devices = 2;
  World world(World::default_config(), limits);
  const auto send = [&](const char* id, std::string_view text) {
    return world.engine().send(id_of(id), 0, view(text), 1, world.now);
  };
  EXPECT_TRUE(send("a", "1"));
  EXPECT_FALSE(send("a", std::string(50, 'x')));
  EXPECT_TRUE(send("a", "2"));
  EXPECT_FALSE(send("a", "3"));
  EXPECT_TRUE(send("b", "1"));
  EXPECT_FALSE(send("c", "1"));  // a third device
  Device& device = world.add_device("a");
  world.connect(device);
  EXPECT_EQ(device.messages, (Texts{"1", "2"}));
  EXPECT_TRUE(send("c", "1"));
}

TEST(EngineMessages, WithoutHoldingAMessageForNobodyIsReturned) {
  DirectoryConfig limits;
  limits.hold_without_session = false;
  World world(World::default_config(), limits);
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("nobody"), 42, world.now));
  world.run();
  ASSERT_EQ(world.recorder().settled.size(), 1u);
  EXPECT_EQ(world.recorder().settled[0].token, 42u);
  EXPECT_EQ(world.recorder().settled[0].outcome, Outcome::Returned);
}

TEST(EngineMessages, OneLargerThanTheDeviceTakesIsRefusedAndTheNextArrives) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view(std::string(20'001, 'x')), 1, world.now));
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view(std::string(20'000, 'y')), 2, world.now));
  world.run();
  ASSERT_EQ(world.recorder().settled.size(), 2u);
  EXPECT_EQ(world.recorder().settled[0].outcome, Outcome::TooLarge);
  EXPECT_EQ(world.recorder().settled[1].outcome, Outcome::Delivered);
  EXPECT_EQ(device.messages, Texts{std::string(20'000, 'y')});
}

TEST(EngineMessages, APausedSessionKeepsItsMessagesUntilItIsResumed) {
  World world;
  Device& device = world.add_device("a");
  Device& other = world.add_device("b");
  world.connect(device);
  world.connect(other);
  SessionHandle paused;
  world.recorder().on_message = [&](const ArrivedMessage& message) {
    if (message.device != id_of("a")) return;
    paused = message.session;
    world.engine().pause(message.session);
  };
  constexpr std::size_t kCount = 200;
  const std::string content(1000, 'x');
  for (std::size_t number = 0; number < kCount; ++number) device.send(content, world.now);
  world.run();
  // One was taken; a window of others is with the session, the rest still with the device.
  ASSERT_EQ(world.recorder().messages.size(), 1u);
  EXPECT_FALSE(device.session.send_idle());
  world.recorder().on_message = nullptr;

  other.send("not paused", world.now);
  world.run();
  EXPECT_EQ(world.recorder().messages.back().content, "not paused");
  EXPECT_EQ(world.recorder().messages.size(), 2u);

  world.directory.post(0, SessionOrder{paused, SessionOrder::Kind::Resume});
  world.engine().take_mail(world.now, world.seconds);
  world.run();
  for (int turn = 0; turn < 100 && !device.session.send_idle(); ++turn) world.advance(1000);
  EXPECT_EQ(world.recorder().messages.size(), kCount + 1);
  EXPECT_TRUE(device.established());
}

TEST(EngineMessages, WhatAPausedSessionHasAcknowledgedIsDeliveredWhenItEnds) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  world.recorder().on_message = [&](const ArrivedMessage& message) {
    world.engine().pause(message.session);
  };
  for (const char* text : {"one", "two", "three"}) device.send(text, world.now);
  world.run();
  ASSERT_EQ(world.recorder().messages.size(), 1u);
  device.session.close(ByeReason::Done, world.now);
  world.run();
  EXPECT_EQ(world.recorder().messages.size(), 3u);
  EXPECT_EQ(world.recorder().changes_of(SessionChange::Closed).size(), 1u);
}

TEST(EngineMessages, AMessageForOneSessionNeverGoesToTheNext) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  SessionHandle first;
  world.recorder().on_message = [&](const ArrivedMessage& message) { first = message.session; };
  device.send("who am I", world.now);
  world.run();
  Device& newer = world.add_device("a");
  world.connect(newer);
  world.directory.post(
      0, PostedMessage{id_of("a"), first, HeldMessage::make(view("late"), 0, 7), true});
  world.engine().take_mail(world.now, world.seconds);
  world.run();
  EXPECT_TRUE(newer.messages.empty());
  ASSERT_EQ(world.recorder().settled.size(), 1u);
  EXPECT_EQ(world.recorder().settled[0].outcome, Outcome::Returned);
}

TEST(EngineMessages, DatagramsGoBothWays) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  const std::string text = "may be lost";
  ASSERT_EQ(device.session.send_datagram(view(text), 5, world.now), Error::None);
  world.run();
  ASSERT_EQ(world.recorder().messages.size(), 1u);
  EXPECT_TRUE(world.recorder().messages[0].is_datagram);
  EXPECT_EQ(world.recorder().messages[0].channel, 5);
  {
    const std::string gone = "a copy is taken";
    EXPECT_TRUE(world.engine().send_datagram(id_of("a"), 1, view(gone), world.now));
    EXPECT_TRUE(world.engine().send_datagram(id_of("a"), 1, view("and another"), world.now));
  }
  world.run();
  EXPECT_EQ(device.datagrams, (Texts{"a copy is taken", "and another"}));
  EXPECT_FALSE(world.engine().send_datagram(id_of("b"), 1, view(text), world.now));
  const std::string large(1'300, 'x');
  EXPECT_FALSE(world.engine().send_datagram(id_of("a"), 1, view(large), world.now));
}

TEST(EngineMessages, ADatagramThatFindsNoRoomIsSentLater) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  world.output().room_left = 0;
  auto text = std::make_unique<std::string>("patience");
  EXPECT_TRUE(world.engine().send_datagram(id_of("a"), 1, view(*text), world.now));
  text.reset();
  EXPECT_FALSE(world.engine().flush(world.now));
  EXPECT_FALSE(world.engine().send_datagram(id_of("a"), 1, view("no room"), world.now));
  world.output().room_left = SIZE_MAX;
  world.run();
  EXPECT_EQ(device.datagrams, Texts{"patience"});
}

// The deadline of such a message is gone from the session the moment it has come.
TEST(EngineMessages, AMessageBehindDatagramsLeavesWhenTheirRoundTripIsOver) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  for (unsigned count = 0; count < kCongestionWindowInitial; ++count) {
    EXPECT_TRUE(world.engine().send_datagram(id_of("a"), 1, view("fills the window"), world.now));
    world.run();
  }
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("behind them"), 1, world.now));
  world.run();
  EXPECT_TRUE(device.messages.empty());
  world.advance(kRtoInitial);
  EXPECT_EQ(device.messages, Texts{"behind them"});
}

TEST(EngineMessages, SessionsWaitForASendBufferAndNoneIsForgotten) {
  EngineConfig config = World::default_config();
  config.send_buffers_max = 1;
  World world(config);
  for (const char* id : {"a", "b", "c", "d"}) world.connect(world.add_device(id));
  for (const char* id : {"a", "b", "c", "d"}) {
    EXPECT_TRUE(world.engine().send(id_of(id), 0, view(id), 1, world.now));
  }
  world.run();
  for (const auto& device : world.devices) EXPECT_EQ(device->messages.size(), 1u);
  EXPECT_EQ(world.recorder().settled.size(), 4u);
}

TEST(EngineMessages, WithoutAReceiveBufferAMessageArrivesLater) {
  EngineConfig config = World::default_config();
  config.receive_buffers_max = 1;
  World world(config);
  Device& first = world.add_device("first");
  Device& second = world.add_device("second");
  world.connect(first);
  world.connect(second);
  // The first device's message stays half received.
  first.send(std::string(5'000, 'x'), world.now);
  world.inject(first.poll(world.now), first.address);
  world.lost_up = {0x38};
  first.poll(world.now);
  world.lost_up = {};
  second.send("waits", world.now);
  world.inject(second.poll(world.now), second.address);
  EXPECT_TRUE(world.recorder().messages.empty());
  world.advance(5'000);
  EXPECT_EQ(world.recorder().messages.size(), 2u);
}

TEST(EngineMessages, AtTheEndEverySessionHasBye5AndEveryMessageItsReport) {
  World world;
  Device& device = world.add_device("a");
  Device& stream = world.add_device("s", Medium::Stream);
  Device& unfinished = world.add_device("u", Medium::Stream);
  world.connect(device);
  world.connect(stream);
  world.lost_down = {0x38};
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("too late"), 9, world.now));
  world.run();
  world.lost_down = {};
  unfinished.connect(world.now);
  unfinished.connection = 77;
  ASSERT_TRUE(world.engine().open_connection(77, unfinished.address, world.now));

  world.engine().stop(world.now);
  world.run();
  EXPECT_EQ(world.engine().session_count(), 0u);
  EXPECT_EQ(world.counters().connections, 0u);
  for (Device* each : {&device, &stream}) {
    EXPECT_TRUE(each->saw(EventKind::Closed, Cause::ByeGoingDown) ||
                each->saw(EventKind::Lost, Cause::ByeGoingDown));
  }
  ASSERT_EQ(world.recorder().settled.size(), 1u);
  EXPECT_EQ(world.recorder().settled[0].outcome, Outcome::Returned);
  EXPECT_EQ(world.recorder().changes_of(SessionChange::Closed).size(), 2u);
  EXPECT_FALSE(world.engine().open_connection(78, unfinished.address, world.now));
  world.advance(20'000);
  EXPECT_EQ(world.engine().session_count(), 0u);
}

TEST(EngineMessages, ASilentSessionEndsWithBye2) {
  EngineConfig config = World::default_config();
  config.idle_s = 100;
  World world(config);
  Device& device = world.add_device("a");
  world.connect(device);
  world.advance(500'000);  // its keepalive holds the session
  EXPECT_EQ(world.engine().session_count(), 1u);
  world.lost_up = {0x38, 0x3C, 0x30};
  world.advance(110'000);
  EXPECT_EQ(world.engine().session_count(), 0u);
  const std::vector<SeenChange> closed = world.recorder().changes_of(SessionChange::Closed);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].cause, Cause::ByeIdle);
  EXPECT_EQ(world.counters().sessions_idle, 1u);
}

}  // namespace
}  // namespace usmp::gateway::test
