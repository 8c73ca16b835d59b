// A sleeping session in a store: it comes out once, and never after a fault of the store.
#include "usmp_bare_metal/sleep_record.hpp"

#include <gtest/gtest.h>

#include "memory_store.hpp"
#include "session_pair.hpp"

namespace usmp::test {
namespace {

struct Sleeper {
  Power power;
  MemoryStore memory{power};
  Store store = memory.store();
  CompactPair pair;

  Sleeper() {
    pair.establish();
    pair.settle();
  }
  Error save() { return save_to(store, *pair.device, {60, 4711}, pair.now); }
  Error wake(SleepNote* note) {
    pair.restart_device();
    return wake_from(store, *pair.device, note, pair.now);
  }
};

TEST(SleepRecord, a_session_sleeps_and_wakes_with_its_note) {
  Sleeper sleeper;
  ASSERT_EQ(sleeper.save(), Error::None);
  EXPECT_EQ(sleeper.pair.device->state(), State::Asleep);
  SleepNote note{};
  ASSERT_EQ(sleeper.wake(&note), Error::None);
  EXPECT_EQ(note.sleep_s, 60u);
  EXPECT_EQ(note.word, 4711u);
  sleeper.pair.device_sends(text("woken"));
  sleeper.pair.settle();
  EXPECT_EQ(sleeper.pair.gateway_got.back(), text("woken"));
}

TEST(SleepRecord, is_overwritten_before_the_session_goes_on_and_used_once) {
  Sleeper sleeper;
  ASSERT_EQ(sleeper.save(), Error::None);
  SleepNote note{};
  ASSERT_EQ(sleeper.wake(&note), Error::None);
  EXPECT_TRUE(sleeper.memory.all_zero(kSavedStateSizeMax));
  EXPECT_EQ(sleeper.wake(&note), Error::StateUsed);
  EXPECT_EQ(note.word, 0u);
}

TEST(SleepRecord, a_store_that_cannot_be_overwritten_gives_no_session) {
  Sleeper sleeper;
  ASSERT_EQ(sleeper.save(), Error::None);
  SleepNote note{};
  sleeper.memory.forgets = true;
  EXPECT_EQ(sleeper.wake(&note), Error::StateUsed);
  sleeper.memory.forgets = false;
  EXPECT_EQ(sleeper.wake(&note), Error::None) << "nothing was sent with it";
}

TEST(SleepRecord, a_torn_or_damaged_record_gives_no_session) {
  for (const std::size_t torn :
       {std::size_t{0}, std::size_t{1}, std::size_t{12}, std::size_t{70}}) {
    Sleeper sleeper;
    sleeper.power = {0, torn, true};
    EXPECT_EQ(sleeper.save(), Error::StateUsed);
    sleeper.power = {};
    SleepNote note{};
    EXPECT_EQ(sleeper.wake(&note), Error::StateUsed) << torn;
  }
  for (std::size_t index = 0; index < 100; ++index) {
    Sleeper sleeper;
    ASSERT_EQ(sleeper.save(), Error::None);
    sleeper.memory.bytes()[index] ^= 0x10;
    SleepNote note{};
    if (index >= 2 && index < 12) continue;  // the note: the application's, not the session's
    EXPECT_EQ(sleeper.wake(&note), Error::StateUsed) << index;
  }
}

TEST(SleepRecord, a_busy_session_is_not_saved_and_goes_on) {
  Sleeper sleeper;
  sleeper.pair.device_sends(text("under way"));
  EXPECT_EQ(sleeper.save(), Error::NotIdle);
  EXPECT_EQ(sleeper.memory.writes, 0);
  sleeper.pair.settle();
  EXPECT_EQ(sleeper.pair.gateway_got.back(), text("under way"));
  EXPECT_EQ(sleeper.save(), Error::None);
}

}  // namespace
}  // namespace usmp::test
