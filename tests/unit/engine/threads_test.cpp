// Several engines of one gateway: packets on the wrong thread, devices that change threads, and
// changed credentials, which reach every thread.
#include <gtest/gtest.h>

#include <thread>

#include "world.hpp"

namespace usmp::gateway::test {
namespace {

using Texts = std::vector<std::string>;

DirectoryConfig two_threads() {
  DirectoryConfig config;
  config.threads = 2;
  return config;
}

TEST(EngineThreads, APacketOnTheWrongThreadReachesItsSession) {
  World world(World::default_config(), two_threads());
  Device& device = world.add_device("a");
  world.connect(device);
  ASSERT_TRUE(device.established());
  device.thread = 1;  // another address, say, that the kernel gives to the other socket
  device.send("from afar", world.now);
  const Packet packet = device.poll(world.now);
  EXPECT_EQ(world.engine(1).owner_of(Bytes(packet.data(), packet.size())), 0u);
  world.inject(packet, device.address, 1);
  world.run();
  ASSERT_EQ(world.recorder(0).messages.size(), 1u);
  EXPECT_TRUE(device.session.send_idle());
  EXPECT_EQ(world.counters().packets_forwarded, 1u);
  EXPECT_TRUE(world.take_output(1).empty());
}

TEST(EngineThreads, AMailboxIsBoundedAndWorksAgainWhenItWasRead) {
  DirectoryConfig limits = two_threads();
  limits.mailbox_max = 5;
  World world(World::default_config(), limits);
  Packet packet(40, 1);
  packet[0] = 0x38;
  packet[1] = 0;
  packet[2] = 1;  // thread 1
  for (unsigned index = 0; index < 9; ++index) world.inject(packet, address_of(1, 1), 0);
  EXPECT_EQ(world.counters().packets_forwarded, 5u);
  EXPECT_EQ(world.counters().dropped_no_room, 4u);
  world.run();
  EXPECT_EQ(world.counters().resets, 5u);
  world.inject(packet, address_of(1, 1), 0);
  EXPECT_EQ(world.counters().packets_forwarded, 6u);
}

TEST(EngineThreads, AMessageForADeviceOfAnotherThreadArrivesAndIsReportedThere) {
  World world(World::default_config(), two_threads());
  Device& device = world.add_device("a");
  device.thread = 1;
  world.connect(device);
  EXPECT_TRUE(world.engine(0).send(id_of("a"), 0, view("across"), 8, world.now));
  EXPECT_TRUE(world.engine(0).send_datagram(id_of("a"), 0, view("quick"), world.now));
  world.run();
  EXPECT_EQ(device.messages, Texts{"across"});
  EXPECT_EQ(device.datagrams, Texts{"quick"});
  ASSERT_EQ(world.recorder(1).settled.size(), 1u);
  EXPECT_EQ(world.recorder(1).settled[0].token, 8u);
}

TEST(EngineThreads, ADeviceThatComesBackOnAnotherThreadKeepsItsMessagesInOrder) {
  World world(World::default_config(), two_threads());
  Device& older = world.add_device("a");
  world.connect(older);
  world.lost_down = {0x38};
  for (const char* text : {"one", "two"}) {
    EXPECT_TRUE(world.engine(0).send(id_of("a"), 0, view(text), 1, world.now));
  }
  world.run();
  world.lost_down = {};
  Device& newer = world.add_device("a");
  newer.thread = 1;
  newer.connect(world.now);
  world.inject(newer.poll(world.now), newer.address, 1);
  newer.receive(world.take_output(1).at(0).packet, world.now);
  world.inject(newer.poll(world.now), newer.address, 1);
  // The new session stands, its predecessor's thread has not heard of it.
  EXPECT_TRUE(world.engine(0).send(id_of("a"), 0, view("three"), 1, world.now));
  world.run();
  EXPECT_EQ(newer.messages, (Texts{"one", "two", "three"}));
  EXPECT_TRUE(older.saw(EventKind::Closed, Cause::ByeReplaced) ||
              older.saw(EventKind::Lost, Cause::ByeReplaced));
  EXPECT_EQ(world.engine(0).session_count(), 0u);
  EXPECT_EQ(world.engine(1).session_count(), 1u);
  EXPECT_EQ(world.counters().messages_held, 0u);
}

TEST(EngineThreads, MessagesOnTheirWayToASessionThatIsReplacedStayInOrder) {
  World world(World::default_config(), two_threads());
  Device& older = world.add_device("a");
  older.thread = 1;
  world.connect(older);
  world.lost_down = {0x38};
  EXPECT_TRUE(world.engine(1).send(id_of("a"), 0, view("one"), 1, world.now));
  world.run();
  world.lost_down = {};
  Device& newer = world.add_device("a");
  newer.connect(world.now);
  world.inject(newer.poll(world.now), newer.address, 0);
  newer.receive(world.take_output(0).at(0).packet, world.now);
  for (const char* text : {"two", "three"}) {  // in the mailbox of thread 1 when the session goes
    EXPECT_TRUE(world.engine(0).send(id_of("a"), 0, view(text), 1, world.now));
  }
  world.inject(newer.poll(world.now), newer.address, 0);
  EXPECT_TRUE(world.engine(0).send(id_of("a"), 0, view("four"), 1, world.now));
  world.run();
  EXPECT_EQ(newer.messages, (Texts{"one", "two", "three", "four"}));
  EXPECT_EQ(world.counters().messages_held, 0u);
}

// The mail that ends the session is read before the messages that came with it.
TEST(EngineThreads, MessagesReadWithTheNewsThatEndsTheirSessionStayInOrder) {
  World world(World::default_config(), two_threads());
  Device& device = world.add_device("a");
  device.thread = 1;
  world.connect(device);
  world.lost_down = {0x38};
  EXPECT_TRUE(world.engine(1).send(id_of("a"), 0, view("one"), 1, world.now));
  world.run();
  world.lost_down = {};
  const std::string new_psk = "the new key of thirty-two bytes.";
  world.keys.put("a", new_psk, 2);
  world.directory.credentials_changed(id_of("a"), 2, false);
  for (const char* text : {"two", "three"}) {
    EXPECT_TRUE(world.engine(0).send(id_of("a"), 0, view(text), 1, world.now));
  }
  world.run();
  EXPECT_EQ(world.engine(1).session_count(), 0u);
  Device& with_new_key = world.add_stranger("a", new_psk);
  world.connect(with_new_key);
  EXPECT_EQ(with_new_key.messages, (Texts{"one", "two", "three"}));
  EXPECT_EQ(world.directory.held_bytes(), 0u);
}

TEST(EngineThreads, MessagesReadWithTheNewsOfARevocationAreReturned) {
  World world(World::default_config(), two_threads());
  Device& device = world.add_device("a");
  device.thread = 1;
  world.connect(device);
  world.keys.entries["a"].revoked = true;
  world.directory.credentials_changed(id_of("a"), 2, true);
  EXPECT_TRUE(world.engine(0).send(id_of("a"), 0, view("never"), 3, world.now));
  world.run();
  ASSERT_EQ(world.recorder(1).settled.size(), 1u);
  EXPECT_EQ(world.recorder(1).settled[0].outcome, Outcome::Returned);
  EXPECT_EQ(world.directory.held_bytes(), 0u);
}

TEST(EngineThreads, AnOldHelloAckOnAnotherThreadIsDropped) {
  World world(World::default_config(), two_threads());
  Device& first = world.add_device("a");
  first.connect(world.now);
  world.inject(first.poll(world.now), first.address, 0);
  first.receive(world.take_output(0).at(0).packet, world.now);
  const Packet late = first.poll(world.now);
  first.session.close(ByeReason::Done, world.now);
  Device& second = world.add_device("a");
  second.thread = 1;
  world.connect(second);
  world.inject(late, first.address, 0);
  world.run();
  EXPECT_EQ(world.counters().dropped_stale, 1u);
  EXPECT_EQ(world.engine(0).session_count(), 0u);
  EXPECT_TRUE(second.established());
}

TEST(EngineThreads, ARevokedDeviceHasBye4AtOnceAndStaysOut) {
  World world(World::default_config(), two_threads());
  Device& device = world.add_device("a");
  Device& beside = world.add_device("b");
  device.thread = 1;
  world.connect(device);
  world.connect(beside);
  world.lost_down = {0x38};
  EXPECT_TRUE(world.engine(1).send(id_of("a"), 0, view("never"), 3, world.now));
  world.run();
  world.lost_down = {};
  world.keys.entries["a"].revoked = true;
  world.directory.credentials_changed(id_of("a"), 2, true);
  world.run();
  EXPECT_TRUE(device.saw(EventKind::Closed, Cause::ByeRevoked) ||
              device.saw(EventKind::Lost, Cause::ByeRevoked));
  EXPECT_EQ(world.engine(1).session_count(), 0u);
  EXPECT_EQ(world.counters().sessions_revoked, 1u);
  ASSERT_EQ(world.recorder(1).settled.size(), 1u);
  EXPECT_EQ(world.recorder(1).settled[0].outcome, Outcome::Returned);
  world.advance(20'000);
  EXPECT_FALSE(device.established());
  EXPECT_TRUE(beside.established());
  EXPECT_EQ(world.counters().sessions_revoked, 1u);
}

TEST(EngineThreads, ARotatedKeyEndsTheSessionAndKeepsItsMessagesForTheNewKey) {
  World world;
  Device& device = world.add_device("a");
  world.connect(device);
  world.lost_down = {0x38};
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("kept"), 3, world.now));
  world.run();
  world.lost_down = {};
  const std::string new_psk = "the new key of thirty-two bytes.";
  world.keys.put("a", new_psk, 2);
  world.directory.credentials_changed(id_of("a"), 2, false);
  world.run();
  EXPECT_EQ(world.engine().session_count(), 0u);
  Device& with_new_key = world.add_stranger("a", new_psk);
  world.connect(with_new_key);
  EXPECT_EQ(with_new_key.messages, Texts{"kept"});
  // The same news again, or old news, does not end a session made with the new key.
  world.directory.credentials_changed(id_of("a"), 2, false);
  world.run();
  EXPECT_TRUE(with_new_key.established());
  EXPECT_EQ(world.engine().session_count(), 1u);
}

TEST(EngineThreads, MessagesHeldForARevokedDeviceAreReturned) {
  World world;
  EXPECT_TRUE(world.engine().send(id_of("a"), 0, view("held"), 6, world.now));
  world.directory.credentials_changed(id_of("a"), 2, true);
  world.run();
  ASSERT_EQ(world.recorder().settled.size(), 1u);
  EXPECT_EQ(world.recorder().settled[0].outcome, Outcome::Returned);
  EXPECT_EQ(world.directory.held_bytes(), 0u);
}

TEST(EngineThreads, TheDirectoryIsSafeFromManyThreads) {
  DirectoryConfig config;
  config.threads = 4;
  config.held_messages_device = 1'000'000;
  config.held_bytes_device = std::size_t{1} << 30;
  config.mailbox_max = 1'000'000;
  Directory directory(config);
  constexpr unsigned kRounds = 2'000;
  const auto work = [&](unsigned thread) {
    for (unsigned round = 0; round < kRounds; ++round) {
      const DeviceId device = id_of(std::to_string(round % 7));
      EXPECT_TRUE(directory.send(device, 0, view("x"), round));
      HeldMessageList held;
      Directory::Owner former;
      const SessionHandle session{thread, round + 1};
      directory.claim(device, {thread, session, directory.next_hello_number()}, &held, &former);
      directory.release(device, thread, session, true, &held);
      EXPECT_TRUE(held.empty());
      directory.take_mail(thread);
      for (Mail letter; directory.next_mail(thread, &letter);) {
        if (auto* posted = std::get_if<PostedMessage>(&letter)) {
          HeldMessageList messages;
          messages.push_back(std::move(posted->message));
          directory.give_back(posted->device, &messages);
        } else if (auto* handover = std::get_if<Handover>(&letter)) {
          directory.give_back(handover->device, &handover->messages);
        }
      }
    }
  };
  std::vector<std::thread> workers;
  for (unsigned thread = 0; thread < 4; ++thread) workers.emplace_back(work, thread);
  for (std::thread& worker : workers) worker.join();
  // Every message is held, or in a mailbox that nobody read any more.
  std::size_t found = directory.held_bytes();
  for (unsigned thread = 0; thread < 4; ++thread) {
    directory.take_mail(thread);
    for (Mail letter; directory.next_mail(thread, &letter);) {
      if (std::holds_alternative<PostedMessage>(letter)) ++found;
      if (auto* handover = std::get_if<Handover>(&letter)) found += handover->messages.size();
    }
  }
  EXPECT_EQ(found, std::size_t{4} * kRounds);
  EXPECT_EQ(directory.session_count(), 0u);
}

}  // namespace
}  // namespace usmp::gateway::test
