// What can be wrong with the registry's file: each is told apart, and nothing of it is lost. Full
// disks are in registry_full_disk_test.cpp.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "registry/registry.hpp"
#include "test_support.hpp"

namespace usmp::gateway {
namespace {

constexpr uid_t kNobody = 65534;
constexpr std::size_t kPageSize = 4096;

/// Rights bind nobody who is root: goes on as somebody else. Only in a child process.
void become_unprivileged() {
  if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) {
    throw std::runtime_error("setresuid failed");
  }
}

void give_to_nobody(const std::string& path) {
  if (geteuid() == 0 && chown(path.c_str(), kNobody, kNobody) != 0) {
    throw std::runtime_error("chown failed");
  }
}

mode_t mode_of(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

void write_file(const std::string& path, const std::string& content, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  ASSERT_EQ(chmod(path.c_str(), mode), 0);
}

using RegistryFaults = RegistryTest;

TEST_F(RegistryFaults, TheFileIsMadeFor0600WhateverTheUmask) {
  for (const mode_t mask : {0000U, 0022U, 0277U, 0777U}) {
    const std::string path = directory_.file("umask-" + std::to_string(mask));
    const mode_t before = umask(mask);
    { Registry(path, OpenMode::Create).add(id_of("pump"), key_of(1)); }
    umask(before);
    EXPECT_EQ(mode_of(path), 0600U) << mask;
    EXPECT_EQ(Registry(path, OpenMode::Read).list().size(), 1U);
  }
}

TEST_F(RegistryFaults, TheJournalBesideItIsForItsOwnerOnlyToo) {
  make_registry(1);
  const mode_t before = umask(0);
  RawSqlite writer(path_);
  writer.run("BEGIN IMMEDIATE; UPDATE device SET created_s = 1");
  EXPECT_EQ(mode_of(path_ + "-journal"), 0600U);
  umask(before);
  writer.run("ROLLBACK");
}

TEST_F(RegistryFaults, AFileOpenToEverybodyIsRefusedUntilItIsClosed) {
  make_registry(1);
  for (const mode_t mode : {0644U, 0602U, 0601U}) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_EQ(fault_of_opening(path_, OpenMode::Read), RegistryFault::Exposed) << mode;
    EXPECT_EQ(fault_of_opening(path_, OpenMode::Create), RegistryFault::Exposed) << mode;
  }
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_TRUE(Registry(path_, OpenMode::Read).is_shared_with_group());
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  EXPECT_FALSE(Registry(path_, OpenMode::Read).is_shared_with_group());
}

TEST_F(RegistryFaults, MissingFileIsToldAndNotCreated) {
  EXPECT_EQ(fault_of_opening(path_, OpenMode::Read), RegistryFault::Missing);
  EXPECT_EQ(fault_of_opening(path_, OpenMode::Write), RegistryFault::Missing);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(fault_of_opening(directory_.file("no/such/usmp.db"), OpenMode::Create),
            RegistryFault::CannotOpen);
  EXPECT_EQ(fault_of_opening(path_, OpenMode::Create), RegistryFault::None);
}

TEST_F(RegistryFaults, ADirectoryAndAPipeAreNoRegistry) {
  EXPECT_EQ(fault_of_opening(directory_.path().string(), OpenMode::Create),
            RegistryFault::CannotOpen);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(fault_of_opening(path_, OpenMode::Read), RegistryFault::CannotOpen);
}

TEST_F(RegistryFaults, OtherFilesAreNotARegistryAndStayAsTheyAre) {
  const std::string text = "this is a diary, and a long one at that: ";
  std::string diary;
  while (diary.size() < 2 * kPageSize) diary += text;
  write_file(path_, diary);
  for (const OpenMode mode : {OpenMode::Read, OpenMode::Write, OpenMode::Create}) {
    EXPECT_EQ(fault_of_opening(path_, mode), RegistryFault::NotARegistry);
  }
  const std::vector<char> after = contents(path_);
  EXPECT_EQ(std::string(after.begin(), after.end()), diary);

  const std::string foreign = directory_.file("foreign.db");
  { RawSqlite(foreign).run("CREATE TABLE device (id, psk)"); }
  ASSERT_EQ(chmod(foreign.c_str(), 0600), 0);
  EXPECT_EQ(fault_of_opening(foreign, OpenMode::Create), RegistryFault::NotARegistry);

  const std::string empty = directory_.file("empty.db");
  write_file(empty, "");
  EXPECT_EQ(fault_of_opening(empty, OpenMode::Read), RegistryFault::NotARegistry);
  EXPECT_EQ(fault_of_opening(empty, OpenMode::Create), RegistryFault::None);
}

TEST_F(RegistryFaults, ARegistryOfANewerVersionIsRefused) {
  make_registry(1);
  { RawSqlite(path_).run("PRAGMA user_version = 2"); }
  EXPECT_EQ(fault_of_opening(path_, OpenMode::Read), RegistryFault::TooNew);
  EXPECT_EQ(fault_of_opening(path_, OpenMode::Create), RegistryFault::TooNew);
  { RawSqlite(path_).run("PRAGMA user_version = 1"); }
  EXPECT_EQ(Registry(path_, OpenMode::Read).list().size(), 1U);
}

/// Reads all there is of `count` devices. Throws what the registry throws or reports.
void read_everything(const std::string& path, unsigned count) {
  Registry registry(path, OpenMode::Read);
  EXPECT_EQ(registry.list().size(), count);
  for (unsigned index = 0; index < count; ++index) {
    const std::string id = "dev-" + std::to_string(index);
    Credential credential;
    const Lookup lookup = registry.find(id_of(id), credential);
    if (lookup == Lookup::Unavailable) {
      throw RegistryError(registry.last_fault(), registry.last_error());
    }
    EXPECT_EQ(lookup, Lookup::Found);
    EXPECT_EQ(bytes_of(credential.psk), bytes_of(key_of(index)));
  }
}

TEST_F(RegistryFaults, DamageIsToldAndNeverTakenForContent) {
  make_registry(200);
  const std::vector<char> good = contents(path_);
  ASSERT_GT(good.size(), 5 * kPageSize);
  unsigned unnoticed = 0;
  for (std::size_t page = 1; page * kPageSize < good.size(); ++page) {
    const auto place = static_cast<std::ptrdiff_t>(page * kPageSize);
    std::vector<char> bad = good;
    std::fill_n(bad.begin() + place, kPageSize, '\xA5');
    write_file(path_, std::string(bad.begin(), bad.end()));
    const RegistryFault fault = fault_of([&] { read_everything(path_, 200); });
    // A page of the index over generations is not read for any of this: all was there then.
    if (fault == RegistryFault::None) {
      ++unnoticed;
    } else {
      EXPECT_EQ(fault, RegistryFault::Damaged) << "page " << page;
    }
    write_file(path_, std::string(good.begin(), good.begin() + place));
    EXPECT_EQ(fault_of([&] { read_everything(path_, 200); }), RegistryFault::Damaged)
        << "cut at page " << page;
  }
  EXPECT_LE(unnoticed, 2U);
  write_file(path_, std::string(good.begin(), good.end()));
  EXPECT_EQ(fault_of([&] { read_everything(path_, 200); }), RegistryFault::None);
}

TEST_F(RegistryFaults, ATableOfAnotherShapeIsDamage) {
  make_registry(1);
  { RawSqlite(path_).run("ALTER TABLE device RENAME COLUMN psk_number TO secret"); }
  EXPECT_EQ(fault_of_opening(path_, OpenMode::Read), RegistryFault::Damaged);
}

TEST_F(RegistryFaults, ADeviceWhoseKeyIsLackingOrNoneIsDamage) {
  make_registry(2);
  Registry registry(path_, OpenMode::Read);
  Credential credential;
  // A first byte that says 0, 65 and 15 bytes, where a key has 16 to 64; and no row at all.
  const std::string zeros(128, '0');
  for (const std::string& sql : {"UPDATE psk SET padded = x'00" + zeros + "' WHERE number = 1",
                                 "UPDATE psk SET padded = x'41" + zeros + "' WHERE number = 1",
                                 "UPDATE psk SET padded = x'0f" + zeros + "' WHERE number = 1",
                                 std::string("DELETE FROM psk WHERE number = 1")}) {
    { RawSqlite(path_).run(sql); }
    EXPECT_EQ(registry.find(id_of("dev-0"), credential), Lookup::Unavailable) << sql;
    EXPECT_EQ(registry.last_fault(), RegistryFault::Damaged) << sql;
    EXPECT_TRUE(credential.psk.empty());
    EXPECT_EQ(found_key(registry, "dev-1"), bytes_of(key_of(1))) << sql;
  }
}

TEST_F(RegistryFaults, AFileHeldByAnotherIsBusyAndFreeAfterwards) {
  make_registry(1);
  Registry registry(path_, OpenMode::Write, std::chrono::milliseconds(20));
  {
    RawSqlite other(path_);
    other.run("BEGIN IMMEDIATE");
    EXPECT_EQ(fault_of([&] { registry.revoke(id_of("dev-0")); }), RegistryFault::Busy);
    EXPECT_EQ(found_key(registry, "dev-0"), bytes_of(key_of(0)));  // reading goes on
  }
  EXPECT_EQ(registry.revoke(id_of("dev-0")), ChangeOutcome::Done);
}

TEST_F(RegistryFaults, WithoutTheRightToReadItCannotBeOpened) {
  make_registry(1);
  ASSERT_EQ(chmod(directory_.path().c_str(), 0755), 0);
  EXPECT_EQ(run_in_child([&] {
              if (geteuid() != 0) chmod(path_.c_str(), 0000);
              become_unprivileged();
              EXPECT_EQ(fault_of_opening(path_, OpenMode::Read), RegistryFault::CannotOpen);
              EXPECT_EQ(fault_of_opening(path_, OpenMode::Create), RegistryFault::CannotOpen);
              return 0;
            }),
            0);
}

TEST_F(RegistryFaults, WithoutTheRightToWriteItCanBeReadOnly) {
  make_registry(1);
  ASSERT_EQ(chmod(path_.c_str(), 0400), 0);
  ASSERT_EQ(chmod(directory_.path().c_str(), 0755), 0);
  give_to_nobody(path_);
  EXPECT_EQ(run_in_child([&] {
              become_unprivileged();
              EXPECT_EQ(fault_of_opening(path_, OpenMode::Write), RegistryFault::ReadOnly);
              EXPECT_EQ(fault_of_opening(path_, OpenMode::Create), RegistryFault::ReadOnly);
              Registry registry(path_, OpenMode::Read);
              EXPECT_EQ(found_key(registry, "dev-0"), bytes_of(key_of(0)));
              return 0;
            }),
            0);
}

TEST_F(RegistryFaults, InADirectoryThatCannotBeWrittenNothingChanges) {
  make_registry(1);
  ASSERT_EQ(chmod(directory_.path().c_str(), 0555), 0);
  give_to_nobody(path_);
  EXPECT_EQ(run_in_child([&] {
              become_unprivileged();
              Registry registry(path_, OpenMode::Write);
              EXPECT_EQ(fault_of([&] { registry.revoke(id_of("dev-0")); }),
                        RegistryFault::ReadOnly);
              EXPECT_EQ(found_key(registry, "dev-0"), bytes_of(key_of(0)));
              return 0;
            }),
            0);
  ASSERT_EQ(chmod(directory_.path().c_str(), 0755), 0);
}

TEST_F(RegistryFaults, ARegistryOpenedToReadRefusesToWrite) {
  make_registry(1);
  Registry registry(path_, OpenMode::Read);
  EXPECT_EQ(fault_of([&] { registry.revoke(id_of("dev-0")); }), RegistryFault::ReadOnly);
  EXPECT_EQ(found_key(registry, "dev-0"), bytes_of(key_of(0)));
}

}  // namespace
}  // namespace usmp::gateway
