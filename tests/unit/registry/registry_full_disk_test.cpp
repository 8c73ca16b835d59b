// The registry on a disk without room: a real small one, and a limit on the size of files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "registry/registry.hpp"
#include "test_support.hpp"

namespace usmp::gateway {
namespace {

constexpr std::size_t kPageSize = 4096;

using RegistryFullDisk = RegistryTest;

TEST_F(RegistryFullDisk, AtTheLimitOfAFilesSizeNothingIsLost) {
  make_registry(20);
  EXPECT_EQ(run_in_child([&] {
              signal(SIGXFSZ, SIG_IGN);
              const rlim_t size = std::filesystem::file_size(path_);
              const struct rlimit limit = {size, size};
              if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
              Registry registry(path_, OpenMode::Write);
              unsigned added = 0;
              RegistryFault fault = RegistryFault::None;
              while (fault == RegistryFault::None && added < 1000) {
                fault = fault_of([&] {
                  registry.add(id_of("new-" + std::to_string(added)), key_of(100 + added));
                });
                if (fault == RegistryFault::None) ++added;
              }
              EXPECT_EQ(fault, RegistryFault::DiskFull);
              EXPECT_EQ(registry.list().size(), 20U + added);
              EXPECT_EQ(found_key(registry, "dev-7"), bytes_of(key_of(7)));
              return 0;
            }),
            0);
  Registry registry(path_, OpenMode::Write);
  EXPECT_EQ(registry.add(id_of("later"), key_of(5000)), ChangeOutcome::Done);
}

/// A disk of its own, seen by this process only. False where the system does not allow that.
bool mount_small_disk(const std::string& directory, const std::string& size) {
  const int flags = CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER);
  return unshare(flags) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("none", directory.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

/// Fills the disk with a file and then gives `pages` pages back.
void leave_free(const std::string& filler, std::size_t pages) {
  const int file = open(filler.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  const std::vector<char> page(kPageSize, 'x');
  off_t size = 0;
  ssize_t written = 0;
  while ((written = write(file, page.data(), page.size())) > 0) size += written;
  const off_t given_back = static_cast<off_t>(pages * kPageSize);
  ASSERT_GT(size, given_back);
  ASSERT_EQ(ftruncate(file, size - given_back), 0);
  close(file);
}

/// Adds devices until the disk is full, `pages` pages away, and checks that no other one suffered.
/// Returns how many devices there are then.
std::size_t fill_up(const std::string& path, const std::string& filler, std::size_t pages) {
  leave_free(filler, pages);
  Registry registry(path, OpenMode::Write);
  std::size_t present = registry.list().size();
  RegistryFault fault = RegistryFault::None;
  while (fault == RegistryFault::None) {
    const unsigned seed = 1000 + static_cast<unsigned>(present);
    fault = fault_of([&] { registry.add(id_of("new-" + std::to_string(seed)), key_of(seed)); });
    if (fault == RegistryFault::None) ++present;
  }
  EXPECT_EQ(fault, RegistryFault::DiskFull);
  EXPECT_EQ(registry.list().size(), present);
  EXPECT_EQ(found_key(registry, "dev-7"), bytes_of(key_of(7)));
  // Rotating needs room for its journal too: it works, or the old key is still the one.
  const RegistryFault rotated = fault_of(
      [&] { registry.rotate(id_of("dev-8"), key_of(5000 + static_cast<unsigned>(pages))); });
  if (rotated == RegistryFault::None) {
    EXPECT_EQ(found_key(registry, "dev-8"), bytes_of(key_of(5000 + static_cast<unsigned>(pages))));
  } else {
    EXPECT_EQ(rotated, RegistryFault::DiskFull);
    EXPECT_NE(found_key(registry, "dev-8"), std::vector<std::uint8_t>{});
  }
  return present;
}

TEST_F(RegistryFullDisk, OnAFullDiskNothingIsLostAndWithRoomItGoesOn) {
  const int code = run_in_child([&] {
    if (!mount_small_disk(directory_.path().string(), "512k")) return kChildSkipped;
    const std::string filler = directory_.file("filler");

    leave_free(filler, 0);
    EXPECT_EQ(fault_of_opening(path_, OpenMode::Create), RegistryFault::DiskFull);
    std::filesystem::remove(filler);
    make_registry(20);

    for (std::size_t pages = 0; pages <= 12; ++pages) {
      const std::size_t present = fill_up(path_, filler, pages);
      std::filesystem::remove(filler);
      Registry registry(path_, OpenMode::Write);
      EXPECT_EQ(registry.list().size(), present);
      const std::string id = "room-" + std::to_string(pages);
      EXPECT_EQ(registry.add(id_of(id), key_of(9000 + static_cast<unsigned>(pages))),
                ChangeOutcome::Done);
    }
    return 0;
  });
  if (code == kChildSkipped) GTEST_SKIP() << "this system does not let a test mount a disk";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace usmp::gateway
