// Many sessions at rest: what they cost in memory, and that their timers cost nothing.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdio>

#include "engine/session_record.hpp"
#include "world.hpp"

namespace usmp::gateway::test {
namespace {

constexpr unsigned kSessionCount = 10'000;

TEST(EngineIdle, TenThousandIdleSessionsHoldNoBuffersAndAreLookedAtWhenTheyAreDue) {
  EngineConfig config = World::default_config();
  config.idle_s = 1'000;
  config.handshakes_soft = config.handshakes_soft_address = kSessionCount + 1;
  config.handshakes_hard = config.handshakes_hard_address = kSessionCount + 1;
  config.handshakes_kept = kSessionCount + 1;
  World world(config);
  std::size_t before = 0;
  for (unsigned index = 0; index <= kSessionCount; ++index) {
    // The first one makes the tables and buffers that all share.
    if (index == 1) before = mallinfo2().uordblks + mallinfo2().hblkhd;
    const std::string id = std::to_string(index);
    Device& device = world.add_device(id);
    device.connect(world.now);
    world.inject(device.poll(world.now), device.address);
    device.receive(world.take_output().at(0).packet, world.now);
    world.inject(device.poll(world.now), device.address);
    device.receive(world.take_output().at(0).packet, world.now);
    ASSERT_TRUE(device.established());
    device.send("hello", world.now);
    world.inject(device.poll(world.now), device.address);
    device.receive(world.take_output().at(0).packet, world.now);
    EXPECT_TRUE(world.engine().send(id_of(id), 0, view("answer"), 1, world.now));
    world.inject({}, device.address);
    device.receive(world.take_output().at(0).packet, world.now);
    world.inject(device.poll(world.now), device.address);
    ASSERT_TRUE(device.session.send_idle());
    ASSERT_EQ(device.messages.size(), 1u);
    world.devices.clear();
    world.keys.entries.clear();
    world.recorder().messages.clear();
    world.recorder().settled.clear();
    world.recorder().changes.clear();
  }
  ASSERT_EQ(world.engine().session_count(), kSessionCount + 1);
  EXPECT_EQ(world.counters().messages_held, 0u);

  // The answers to repeated HELLO_ACKs are kept for 30 s; then only the sessions are left.
  world.now = world.now + 31'000;
  world.engine().on_deadline(world.now);
  malloc_trim(0);
  const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  const std::size_t each = (after - before) / kSessionCount;
  RecordProperty("bytes_of_an_idle_session", static_cast<int>(each));
  std::printf("an idle session: %zu bytes in all, %zu of them session and record\n", each,
              sizeof(SessionRecord));
  EXPECT_LE(sizeof(SessionRecord) + kIdleSessionTablesSize, kIdleSessionSizeMax);
  // With the tables, the directory's entry and the allocator's share (which a sanitizer's allocator
  // does not tell: 0).
  EXPECT_LE(each, kIdleSessionSizeMax);

  // Nothing is due before they have been silent for too long; then all of them are, in pieces.
  unsigned served = 0;
  while (!world.engine().next_deadline(world.now).reached(world.now + 60'000) &&
         served < 10 * kSessionCount) {
    world.now = world.engine().next_deadline(world.now);
    world.engine().on_deadline(world.now);
    world.engine().flush(world.now);
    ++served;
  }
  EXPECT_LE(served, 100u);
  EXPECT_EQ(world.engine().session_count(), kSessionCount + 1);
  for (unsigned minute = 0; minute < 20; ++minute) {
    world.now = world.now + 60'000;
    while (world.engine().next_deadline(world.now) == world.now) {
      world.engine().on_deadline(world.now);
      world.engine().flush(world.now);
    }
  }
  EXPECT_EQ(world.engine().session_count(), 0u);
  EXPECT_EQ(world.counters().sessions_idle, kSessionCount + 1u);
  EXPECT_EQ(world.take_output().size(), kSessionCount + 1u);  // a BYE 2 each
}

TEST(EngineIdle, AnIdleSessionOfWire2CostsNoMoreAndHoldsNoBuffer) {
  constexpr unsigned kCount = 2'000;
  World world;
  std::size_t before = 0;
  for (unsigned index = 0; index <= kCount; ++index) {
    if (index == 1) before = mallinfo2().uordblks + mallinfo2().hblkhd;
    const std::string id = std::to_string(100'000 + index);
    Wire2Device& device = world.add_wire2_device(id);
    world.connect(device);
    ASSERT_TRUE(device.established());
    device.send(std::string(1808, 'x'), world.now);
    EXPECT_TRUE(world.engine().send(id_of(id), 0, view("answer"), 1, world.now));
    world.run();
    ASSERT_TRUE(device.session.send_idle());
    ASSERT_EQ(device.messages.size(), 1u);
    world.wire2_devices.clear();
    world.keys.entries.clear();
    world.recorder().messages.clear();
    world.recorder().settled.clear();
    world.recorder().changes.clear();
  }
  ASSERT_EQ(world.engine().session_count(), kCount + 1);
  malloc_trim(0);
  const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  const std::size_t each = (after - before) / kCount;
  std::printf("an idle session of wire 2: %zu bytes in all\n", each);
  EXPECT_LE(each, kIdleSessionSizeMax);
  for (unsigned second = 0; second < 62; ++second) world.advance(1'000);
  EXPECT_EQ(world.engine().session_count(), 0u);
  EXPECT_EQ(world.counters().sessions_idle, kCount + 1u);
}

}  // namespace
}  // namespace usmp::gateway::test
