// What the registry's tests share: a directory of their own, short ways to make IDs and keys, raw
// SQLite beside the registry, and bodies that run in another process.
#ifndef USMP_TESTS_UNIT_REGISTRY_TEST_SUPPORT_HPP
#define USMP_TESTS_UNIT_REGISTRY_TEST_SUPPORT_HPP

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "registry/registry.hpp"

namespace usmp::gateway {

class TempDirectory {
 public:
  TempDirectory() {
    // In memory where there is such a place: no test here needs a disk, and commits wait for one.
    const std::filesystem::path shm = "/dev/shm";
    const bool has_shm = access(shm.c_str(), R_OK | W_OK | X_OK) == 0;
    const std::filesystem::path parent = has_shm ? shm : std::filesystem::temp_directory_path();
    std::string name = (parent / "usmp-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline DeviceId id_of(std::string_view written) {
  const ParsedDeviceId parsed = parse_device_id(written);
  if (!parsed.id) throw std::runtime_error("bad ID in a test");
  return *parsed.id;
}

/// A key of `size` bytes, all different for different `seed`.
inline Psk key_of(unsigned seed, std::size_t size = kPskSizeGenerated) {
  Psk psk;
  for (std::size_t index = 0; index < size; ++index) {
    const unsigned byte = seed * 2654435761U + static_cast<unsigned>(index) * 40503U;
    if (!psk.append(static_cast<std::uint8_t>((byte >> 8U) ^ seed ^ (seed >> 8U)))) {
      throw std::runtime_error("key too long in a test");
    }
  }
  return psk;
}

class RegistryTest : public testing::Test {
 protected:
  /// A registry at path_ with devices dev-0, dev-1 … whose keys are key_of(0), key_of(1) …
  void make_registry(unsigned devices) {
    Registry registry(path_, OpenMode::Create);
    for (unsigned index = 0; index < devices; ++index) {
      ASSERT_EQ(registry.add(id_of("dev-" + std::to_string(index)), key_of(index)),
                ChangeOutcome::Done);
    }
  }

  TempDirectory directory_;
  std::string path_ = directory_.file("usmp.db");
};

inline std::vector<std::uint8_t> bytes_of(Bytes bytes) {
  return std::vector<std::uint8_t>(bytes.data, bytes.data + bytes.size);
}

inline std::vector<std::uint8_t> bytes_of(const Psk& psk) { return bytes_of(psk.view()); }

/// The key that `registry` finds for a device; empty if it finds none.
inline std::vector<std::uint8_t> found_key(Registry& registry, std::string_view id) {
  Credential credential;
  if (registry.find(id_of(id), credential) != Lookup::Found) return {};
  return bytes_of(credential.psk);
}

/// Which fault opening (or what `action` does after it) ends with; None if it works.
template <typename Action>
RegistryFault fault_of(Action action) {
  try {
    action();
  } catch (const RegistryError& error) {
    EXPECT_STRNE(error.what(), "");
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.fault();
  }
  return RegistryFault::None;
}

inline RegistryFault fault_of_opening(const std::string& path, OpenMode mode) {
  return fault_of([&] { const Registry registry(path, mode); });
}

inline std::vector<char> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline bool holds(const std::vector<char>& haystack, const Psk& needle) {
  const std::vector<std::uint8_t> key = bytes_of(needle);
  return std::search(haystack.begin(), haystack.end(), key.begin(), key.end(),
                     [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }) !=
         haystack.end();
}

/// Another program's connection to the same file.
class RawSqlite {
 public:
  explicit RawSqlite(const std::string& path) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("sqlite3_open");
  }
  ~RawSqlite() { sqlite3_close(handle_); }
  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  void run(const std::string& sql) {
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(handle_));
  }
  bool refuses(const std::string& sql) {
    return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_CONSTRAINT;
  }

 private:
  sqlite3* handle_ = nullptr;
};

/// What a child process ended with instead of passing or failing.
inline constexpr int kChildSkipped = 77;

/// Runs `body` in a process of its own and returns its exit code: what `body` returned, or 1 if an
/// expectation in it failed (printed by the child), or -1 if a signal ended it.
template <typename Body>
int run_in_child(Body body) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    int code = 1;
    try {
      code = body();
    } catch (const std::exception& error) {
      ADD_FAILURE() << "exception in the child: " << error.what();
    }
    fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : code);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid failed");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace usmp::gateway

#endif  // USMP_TESTS_UNIT_REGISTRY_TEST_SUPPORT_HPP
