// Watches the registry's file: see registry_watch.hpp.
#include "loop/registry_watch.hpp"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace usmp::gateway {

RegistryWatch::RegistryWatch(std::string path, RegistryEdition& edition, Directory& directory,
                             RegistryKeys::Warn warn)
    : path_(std::move(path)),
      edition_(edition),
      directory_(directory),
      warn_(std::move(warn)),
      registry_(std::make_unique<Registry>(path_, OpenMode::Read, kServingWait)),
      notices_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      stop_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!stop_.is_open()) throw std::system_error(errno, std::generic_category(), "eventfd");
  watch_directory();
}

RegistryWatch::~RegistryWatch() { stop(); }

void RegistryWatch::start() {
  thread_ = std::thread([this] { run(); });
}

void RegistryWatch::stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  (void)!write(stop_.number(), &one, sizeof one);
  thread_.join();
}

void RegistryWatch::watch_directory() {
  // The directory and not the file: the end of a change is that the journal beside it goes, and
  // another file may take its name. Without inotify the look every second is what remains.
  if (!notices_.is_open()) return;
  std::error_code error;
  std::filesystem::path real = std::filesystem::canonical(path_, error);
  if (error) real = path_;
  file_name_ = real.filename().string();
  const std::filesystem::path directory = real.has_parent_path() ? real.parent_path() : ".";
  (void)inotify_add_watch(notices_.number(), directory.c_str(),
                          IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO);
}

void RegistryWatch::run() {
  while (!is_stopping_) {
    const bool is_busy = busy_looks_ > 0;
    if (wait(is_busy ? kRegistryLookIntervalBusy : kRegistryLookInterval)) {
      busy_looks_ = kRegistryBusyLooks;
    } else if (is_busy) {
      --busy_looks_;
    }
    if (!is_stopping_) look();
  }
}

bool RegistryWatch::wait(int timeout_ms) {
  pollfd files[2] = {{stop_.number(), POLLIN, 0}, {notices_.number(), POLLIN, 0}};
  (void)poll(files, 2, timeout_ms);
  is_stopping_ = (files[0].revents & POLLIN) != 0;
  return (files[1].revents & POLLIN) != 0 && take_notices();
}

bool RegistryWatch::take_notices() {
  alignas(inotify_event) char buffer[16 * (sizeof(inotify_event) + NAME_MAX + 1)];
  bool concerns_us = false;
  for (;;) {
    const ssize_t size = read(notices_.number(), buffer, sizeof buffer);
    if (size <= 0) return concerns_us;
    for (ssize_t offset = 0; offset < size;) {
      inotify_event event;
      memcpy(&event, buffer + offset, sizeof event);
      const char* file = buffer + offset + sizeof event;
      // The file itself or its journal. Lost notices (overflow) may have been anything.
      const bool is_ours = strncmp(file, file_name_.c_str(), file_name_.size()) == 0;
      if (event.len == 0 || is_ours) concerns_us = true;
      offset += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
}

void RegistryWatch::look() {
  if (registry_ == nullptr) {
    open_replacement();
    return;
  }
  if (registry_->poll_changes(changes_)) {
    for (const CredentialChange& change : changes_) {
      directory_.credentials_changed(change.id, change.generation, change.is_revoked);
    }
    last_warning_.clear();
    return;
  }
  if (registry_->last_fault() == RegistryFault::Busy) {
    busy_looks_ = kRegistryBusyLooks;  // nothing is skipped: it is told by the next look
  } else if (registry_->last_fault() == RegistryFault::Replaced) {
    open_replacement();
  } else if (registry_->last_error() != last_warning_) {
    last_warning_ = registry_->last_error();
    warn_(last_warning_);
  }
}

void RegistryWatch::open_replacement() {
  try {
    auto opened = std::make_unique<Registry>(path_, OpenMode::Read, kServingWait);
    registry_ = std::move(opened);
  } catch (const std::exception& error) {
    if (error.what() == last_warning_) return;
    last_warning_ = error.what();
    warn_(last_warning_);
    return;
  }
  // From now on handshakes ask the new file. What the sessions stand on was in the old one, and
  // their generations are those of that file: all of them end and come again.
  ++edition_;
  warn_(path_ + " was replaced by another file: all sessions begin anew");
  for (const DeviceId& device : directory_.connected_devices()) {
    Credential credential;
    const bool is_gone = registry_->find(device, credential) == Lookup::NoKey;
    directory_.credentials_changed(device, std::numeric_limits<std::int64_t>::max(), is_gone);
  }
}

}  // namespace usmp::gateway
