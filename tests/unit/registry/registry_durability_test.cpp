// Many writers at once, writers that die in the middle, and keys that have to be gone.
#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "registry/registry.hpp"
#include "test_support.hpp"

namespace usmp::gateway {
namespace {

constexpr std::chrono::milliseconds kPatience{60000};  // a slow disk is no failure

TEST_F(RegistryTest, WritersInManyProcessesLoseNothing) {
  constexpr unsigned kProcesses = 4;
  constexpr unsigned kDevices = 15;
  std::vector<pid_t> children;
  for (unsigned process = 0; process < kProcesses; ++process) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      // All of them find no file and make it.
      int failures = 0;
      for (unsigned index = 0; index < kDevices; ++index) {
        const unsigned seed = process * 100 + index;
        try {
          Registry registry(path_, OpenMode::Create, kPatience);
          if (registry.add(id_of("dev-" + std::to_string(seed)), key_of(seed)) !=
              ChangeOutcome::Done) {
            ++failures;
          }
        } catch (const std::exception& error) {
          fprintf(stderr, "%s\n", error.what());
          ++failures;
        }
      }
      _exit(failures);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  Registry registry(path_, OpenMode::Read);
  EXPECT_EQ(registry.list().size(), kProcesses * kDevices);
  std::set<std::int64_t> generations;
  for (unsigned process = 0; process < kProcesses; ++process) {
    for (unsigned index = 0; index < kDevices; ++index) {
      const unsigned seed = process * 100 + index;
      Credential credential;
      ASSERT_EQ(registry.find(id_of("dev-" + std::to_string(seed)), credential), Lookup::Found);
      EXPECT_EQ(bytes_of(credential.psk), bytes_of(key_of(seed)));
      generations.insert(credential.generation);
    }
  }
  EXPECT_EQ(generations.size(), kProcesses * kDevices);
}

TEST_F(RegistryTest, OfTwoThatAddTheSameDeviceOneWins) {
  Registry one(path_, OpenMode::Create);
  Registry other(path_, OpenMode::Create);
  EXPECT_EQ(one.add(id_of("pump"), key_of(1)), ChangeOutcome::Done);
  EXPECT_EQ(other.add(id_of("pump"), key_of(2)), ChangeOutcome::AlreadyExists);
  EXPECT_EQ(found_key(other, "pump"), bytes_of(key_of(1)));
}

TEST_F(RegistryTest, AWriterThatDiesInTheMiddleLeavesTheFormerContent) {
  {
    Registry registry(path_, OpenMode::Create);
    for (unsigned seed = 0; seed < 60; ++seed) {
      ASSERT_EQ(registry.add(id_of("dev-" + std::to_string(seed)), key_of(seed)),
                ChangeOutcome::Done);
    }
  }
  const std::vector<char> before = contents(path_);
  const int code = run_in_child([&]() -> int {
    RawSqlite writer(path_);
    // So small a cache that changed pages go into the file before the commit that never comes.
    writer.run("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN");
    for (int round = 0; round < 10; ++round) {
      writer.run(
          "UPDATE psk SET padded = randomblob(65); UPDATE device SET generation = generation + "
          "1000");
    }
    raise(SIGKILL);
    return 2;
  });
  ASSERT_EQ(code, -1);
  ASSERT_TRUE(std::filesystem::exists(path_ + "-journal"));
  ASSERT_NE(contents(path_), before);

  Registry registry(path_, OpenMode::Read);
  EXPECT_EQ(registry.list().size(), 60U);
  for (unsigned seed = 0; seed < 60; ++seed) {
    EXPECT_EQ(found_key(registry, "dev-" + std::to_string(seed)), bytes_of(key_of(seed)));
  }
  EXPECT_EQ(Registry(path_, OpenMode::Write).revoke(id_of("dev-1")), ChangeOutcome::Done);
}

TEST_F(RegistryTest, OldKeysAreNowhereInTheFile) {
  constexpr unsigned kDevices = 300;  // many pages, so that rows move between them
  Registry registry(path_, OpenMode::Create, kPatience);
  for (unsigned seed = 0; seed < kDevices; ++seed) {
    // Spread, so that rows come in between and pages split.
    const std::string id = "dev-" + std::to_string(seed * 7919 % 1000) + "-" + std::to_string(seed);
    ASSERT_EQ(registry.add(id_of(id), key_of(seed)), ChangeOutcome::Done);
  }
  ASSERT_TRUE(holds(contents(path_), key_of(0)));
  for (unsigned seed = 0; seed < kDevices; ++seed) {
    const std::string id = "dev-" + std::to_string(seed * 7919 % 1000) + "-" + std::to_string(seed);
    const ChangeOutcome outcome = seed % 3 == 0 ? registry.revoke(id_of(id))
                                                : registry.rotate(id_of(id), key_of(10000 + seed));
    ASSERT_EQ(outcome, ChangeOutcome::Done);
  }
  const std::vector<char> file = contents(path_);
  for (unsigned seed = 0; seed < kDevices; ++seed) {
    EXPECT_FALSE(holds(file, key_of(seed))) << "the old key of device " << seed;
  }
  EXPECT_TRUE(holds(file, key_of(10001)));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-journal"));
}

}  // namespace
}  // namespace usmp::gateway
