// The one thread of this process that drives its devices. It starts with the first of them and
// lasts until shut_down().
#ifndef USMP_PYTHON_DEVICE_HOST_HPP
#define USMP_PYTHON_DEVICE_HOST_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "device_link.hpp"
#include "listen/file_descriptor.hpp"

namespace usmp::python {

class DeviceHost {
 public:
  static DeviceHost& instance();
  /// In a child process: its devices get a thread of their own, with the first of them. Those of
  /// the parent stay where they are, untouched: their sessions go on there.
  static void after_fork();

  /// Something was ordered of `link`: its thread looks after it. From any thread.
  void wake(std::shared_ptr<DeviceLink> link);
  /// Nothing is driven any more. Waits for the thread, so not under the GIL.
  void shut_down();

 private:
  using Clock = DeviceLink::Clock;
  struct Driven {
    std::shared_ptr<DeviceLink> link;
    Clock::time_point deadline = Clock::time_point::max();
    int descriptor = -1;
    std::uint32_t events = 0;
  };

  static DeviceHost*& current();
  void run();
  int timeout_ms() const;
  bool take_woken();
  void serve(std::uint64_t id);
  void watch(Driven& driven);

  std::mutex mutex_;  // of what follows
  std::vector<std::shared_ptr<DeviceLink>> woken_;
  bool is_stopping_ = false;
  std::thread thread_;
  gateway::FileDescriptor wake_;

  // Of the thread.
  gateway::FileDescriptor epoll_;
  std::unordered_map<std::uint64_t, Driven> driven_;
  std::set<std::pair<Clock::time_point, std::uint64_t>> deadlines_;
};

}  // namespace usmp::python

#endif  // USMP_PYTHON_DEVICE_HOST_HPP
