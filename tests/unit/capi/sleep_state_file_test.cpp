// The sleep-state file: a state goes in and comes out once, whatever happens to file and process.
// A process that is killed is killed for real, at each of its system calls in turn.
#include "usmp_posix/sleep_state_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace usmp::posix {
namespace {

class SleepStateFileTest : public ::testing::Test {
 protected:
  SleepStateFileTest() {
    char name[] = "/tmp/usmp_sleep_XXXXXX";
    directory = mkdtemp(name);
    path = directory + "/state";
    for (std::size_t index = 0; index < sizeof bytes; ++index) {
      bytes[index] = static_cast<std::uint8_t>(index + 1);
    }
  }
  ~SleepStateFileTest() override { std::filesystem::remove_all(directory); }

  std::string content() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void write(const std::string& text) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }
  bool is_same(SleepState& state) const {
    return state.size == sizeof bytes && memcmp(state.bytes, bytes, sizeof bytes) == 0;
  }
  SleepStateResult save() { return SleepStateFile(path).save(Bytes(bytes), 4711); }
  SleepStateResult take(SleepState& state) { return SleepStateFile(path).take(state); }
  SleepStateResult take() {
    SleepState state;
    return take(state);
  }

  std::string directory;
  std::string path;
  std::uint8_t bytes[kSavedStateSizeMax];
};

TEST_F(SleepStateFileTest, AStateComesOutOnceAndTheFileIsZeros) {
  ASSERT_EQ(save(), SleepStateResult::Done);
  struct stat status = {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  SleepState state;
  ASSERT_EQ(take(state), SleepStateResult::Done);
  EXPECT_TRUE(is_same(state));
  EXPECT_EQ(state.local_port, 4711);
  EXPECT_LE(state.slept_s, 5u);
  const std::string left = content();
  EXPECT_EQ(left, std::string(left.size(), '\0'));
  EXPECT_EQ(take(), SleepStateResult::Nothing);
  ASSERT_EQ(save(), SleepStateResult::Done);
  EXPECT_EQ(take(), SleepStateResult::Done);
}

TEST_F(SleepStateFileTest, NoFileAndAnEmptyOneHoldNothing) {
  EXPECT_EQ(take(), SleepStateResult::Nothing);
  write("");
  EXPECT_EQ(take(), SleepStateResult::Nothing);
}

TEST_F(SleepStateFileTest, ATornStateIsDiscardedAndItsRestErased) {
  ASSERT_EQ(save(), SleepStateResult::Done);
  const std::string whole = content();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    write(whole.substr(0, size));
    ASSERT_EQ(take(), SleepStateResult::Damaged) << size;
    ASSERT_EQ(take(), SleepStateResult::Nothing) << size;
  }
  ASSERT_EQ(save(), SleepStateResult::Done);
  EXPECT_EQ(take(), SleepStateResult::Done);
}

TEST_F(SleepStateFileTest, AnAlteredByteIsNoticed) {
  ASSERT_EQ(save(), SleepStateResult::Done);
  const std::string whole = content();
  for (std::size_t index = 8; index < whole.size(); ++index) {
    std::string altered = whole;
    altered[index] = static_cast<char>(altered[index] ^ 4);
    write(altered);
    ASSERT_EQ(take(), SleepStateResult::Damaged) << index;
  }
}

TEST_F(SleepStateFileTest, AFileOfSomethingElseStaysAsItIs) {
  const std::string letter = "Dear reader, this is no sleep state.";
  const std::string book(10000, 'b');
  for (const std::string& text : {letter, book}) {
    write(text);
    EXPECT_EQ(take(), SleepStateResult::Foreign);
    EXPECT_EQ(save(), SleepStateResult::Foreign);
    EXPECT_EQ(content(), text);
  }
}

TEST_F(SleepStateFileTest, TwoProcessesDoNotGetTheSameState) {
  ASSERT_EQ(save(), SleepStateResult::Done);
  const int other = open(path.c_str(), O_RDWR);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  EXPECT_EQ(take(), SleepStateResult::InUse);
  EXPECT_EQ(save(), SleepStateResult::InUse);
  close(other);
  EXPECT_EQ(take(), SleepStateResult::Done);
}

TEST_F(SleepStateFileTest, WhatCannotBeOpenedIsSaid) {
  SleepStateFile nowhere(directory + "/no/such/directory");
  SleepState state;
  EXPECT_EQ(nowhere.save(Bytes(bytes), 0), SleepStateResult::CannotOpen);
  EXPECT_NE(nowhere.describe(SleepStateResult::CannotOpen).find("No such file"), std::string::npos);
  EXPECT_EQ(nowhere.take(state), SleepStateResult::Nothing);
  EXPECT_EQ(SleepStateFile(directory).save(Bytes(bytes), 0), SleepStateResult::CannotOpen);
  // A link could lead anywhere.
  ASSERT_EQ(symlink("elsewhere", path.c_str()), 0);
  EXPECT_EQ(save(), SleepStateResult::CannotOpen);
}

TEST_F(SleepStateFileTest, AFullDiskIsSaidAndLeavesNoState) {
  if (access("/dev/full", W_OK) != 0) FAIL() << "this system has no /dev/full";
  SleepStateFile full("/dev/full");
  EXPECT_NE(full.save(Bytes(bytes), 0), SleepStateResult::Done);
  // A limit on the size of files: the write ends in the middle of the record.
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {40, 40};
    setrlimit(RLIMIT_FSIZE, &limit);
    _exit(save() == SleepStateResult::CannotWrite ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_NE(take(), SleepStateResult::Done);
  ASSERT_EQ(save(), SleepStateResult::Done);
  EXPECT_EQ(take(), SleepStateResult::Done);
}

/// Runs `action` in a process of its own and kills it when it enters its `count`th system call.
/// False: it ended before that.
bool run_and_kill(const std::function<void()>& action, int count) {
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    action();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  for (int stops = 0; WIFSTOPPED(status); ++stops) {
    // Each call stops twice: at its beginning and at its end.
    if (stops == 2 * count) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return true;
    }
    if (ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) != 0) return false;
    waitpid(child, &status, 0);
  }
  return false;
}

TEST_F(SleepStateFileTest, KilledInSaveItLeavesTheWholeStateOrNone) {
  int whole = 0;
  int none = 0;
  int count = 0;
  for (; run_and_kill([this] { (void)save(); }, count); ++count) {
    SleepState state;
    const SleepStateResult result = take(state);
    if (result == SleepStateResult::Done) {
      ASSERT_TRUE(is_same(state)) << count;
      ++whole;
    } else {
      ASSERT_TRUE(result == SleepStateResult::Nothing || result == SleepStateResult::Damaged);
      ++none;
    }
    // And in either case the next one works.
    ASSERT_EQ(save(), SleepStateResult::Done);
    ASSERT_EQ(take(), SleepStateResult::Done);
    std::filesystem::remove(path);
  }
  EXPECT_GT(count, 5);
  EXPECT_GT(whole, 0);
  EXPECT_GT(none, 0);
}

TEST_F(SleepStateFileTest, KilledInTakeItReturnedTheStateOnlyIfTheFileIsUsed) {
  int usable = 0;
  int used = 0;
  int count = 0;
  bool killed = true;
  for (; killed; ++count) {
    ASSERT_EQ(save(), SleepStateResult::Done);
    const std::string returned = directory + "/returned";
    std::filesystem::remove(returned);
    killed = run_and_kill(
        [this, &returned] {
          SleepState state;
          if (take(state) != SleepStateResult::Done) return;
          // Where a device would send: the first thing that others see of the state.
          close(open(returned.c_str(), O_CREAT | O_WRONLY, 0600));
        },
        count);
    const bool was_returned = std::filesystem::exists(returned);
    const bool is_usable = take() == SleepStateResult::Done;
    ASSERT_FALSE(was_returned && is_usable) << "used twice, killed at system call " << count;
    ++(is_usable ? usable : used);
  }
  EXPECT_GT(count, 5);
  EXPECT_GT(usable, 0);
  EXPECT_GT(used, 0);
}

}  // namespace
}  // namespace usmp::posix
