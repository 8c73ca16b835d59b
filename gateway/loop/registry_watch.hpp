// Notices at once when another process changes the registry, and tells the directory which keys
// came, changed or went, so that their sessions end (BYE 4). Not for handshakes: registry_keys.hpp.
#ifndef USMP_GATEWAY_LOOP_REGISTRY_WATCH_HPP
#define USMP_GATEWAY_LOOP_REGISTRY_WATCH_HPP

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/directory.hpp"
#include "listen/file_descriptor.hpp"
#include "loop/registry_keys.hpp"
#include "registry/registry.hpp"

namespace usmp::gateway {

/// Looks without being told, in milliseconds: inotify does not tell of changes made by other
/// machines on a shared file system.
inline constexpr int kRegistryLookInterval = 1000;
/// The same while somebody writes: what is told first is a write not committed yet.
inline constexpr int kRegistryLookIntervalBusy = 20;
/// Looks of that kind after the last thing told.
inline constexpr int kRegistryBusyLooks = 50;

/// A thread of its own, from start() to stop().
class RegistryWatch {
 public:
  /// Opens `path`: changes from here on are told. `directory` and `edition` outlive it. Throws
  /// RegistryError.
  RegistryWatch(std::string path, RegistryEdition& edition, Directory& directory,
                RegistryKeys::Warn warn);
  ~RegistryWatch();

  void start();
  void stop();

 private:
  void run();
  void watch_directory();
  bool wait(int timeout_ms);
  bool take_notices();
  void look();
  void open_replacement();

  std::string path_;
  std::string file_name_;  // what notices name it by
  RegistryEdition& edition_;
  Directory& directory_;
  RegistryKeys::Warn warn_;
  std::string last_warning_;
  std::unique_ptr<Registry> registry_;
  std::vector<CredentialChange> changes_;
  FileDescriptor notices_;  // inotify
  FileDescriptor stop_;     // eventfd
  std::thread thread_;
  int busy_looks_ = 0;
  bool is_stopping_ = false;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LOOP_REGISTRY_WATCH_HPP
