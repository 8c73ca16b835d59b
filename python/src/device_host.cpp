// See device_host.hpp.
#include "device_host.hpp"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace usmp::python {
namespace {

constexpr std::uint64_t kWakeId = 0;  // no link has it
constexpr int kEventsAtOnce = 256;
constexpr int kWaitMax = 60'000;

}  // namespace

DeviceHost*& DeviceHost::current() {
  // Never destroyed: a link that Python frees last may still call it.
  static DeviceHost* host = new DeviceHost;
  return host;
}

DeviceHost& DeviceHost::instance() { return *current(); }

void DeviceHost::after_fork() { current() = new DeviceHost; }

void DeviceHost::wake(std::shared_ptr<DeviceLink> link) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return;
    if (!thread_.joinable()) {
      wake_ = gateway::FileDescriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
      epoll_ = gateway::FileDescriptor(epoll_create1(EPOLL_CLOEXEC));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = kWakeId;
      if (!wake_.is_open() || !epoll_.is_open() ||
          epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, wake_.number(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll");
      }
      thread_ = std::thread([this] { run(); });
    }
    was_empty = woken_.empty();
    woken_.push_back(std::move(link));
  }
  if (!was_empty) return;
  const std::uint64_t one = 1;
  (void)!write(wake_.number(), &one, sizeof one);
}

void DeviceHost::shut_down() {
  {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable() || is_stopping_) return;
    is_stopping_ = true;
  }
  const std::uint64_t one = 1;
  (void)!write(wake_.number(), &one, sizeof one);
  thread_.join();
}

void DeviceHost::run() {
  std::vector<epoll_event> events(kEventsAtOnce);
  for (;;) {
    const int count = epoll_wait(epoll_.number(), events.data(), kEventsAtOnce, timeout_ms());
    for (int index = 0; index < count; ++index) {
      const std::uint64_t id = events[static_cast<std::size_t>(index)].data.u64;
      if (id != kWakeId) serve(id);
    }
    if (!take_woken()) break;
    const Clock::time_point now = Clock::now();
    std::vector<std::uint64_t> due;
    for (const auto& [deadline, id] : deadlines_) {
      if (deadline > now) break;
      due.push_back(id);
    }
    for (const std::uint64_t id : due) serve(id);
  }
  driven_.clear();
}

int DeviceHost::timeout_ms() const {
  if (deadlines_.empty()) return kWaitMax;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadlines_.begin()->first - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kWaitMax));
}

// False: the end.
bool DeviceHost::take_woken() {
  std::uint64_t count = 0;
  (void)!read(wake_.number(), &count, sizeof count);
  std::vector<std::shared_ptr<DeviceLink>> woken;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) return false;
    woken.swap(woken_);
  }
  // One that was woken often is served once.
  std::set<std::uint64_t> served;
  for (std::shared_ptr<DeviceLink>& link : woken) {
    const std::uint64_t id = link->id;
    if (!served.insert(id).second) continue;
    driven_.try_emplace(id, Driven{std::move(link)});
    serve(id);
  }
  return true;
}

void DeviceHost::serve(std::uint64_t id) {
  const auto found = driven_.find(id);
  if (found == driven_.end()) return;
  Driven& driven = found->second;
  driven.link->serve();
  watch(driven);
  if (driven.deadline != driven.link->deadline()) {
    deadlines_.erase({driven.deadline, id});
    driven.deadline = driven.link->deadline();
    if (driven.deadline != Clock::time_point::max()) deadlines_.insert({driven.deadline, id});
  }
  // One that is closed comes again when it is woken.
  if (!driven.link->is_open()) driven_.erase(found);
}

void DeviceHost::watch(Driven& driven) {
  // Not watched at all while nothing of it is wanted: epoll tells of a broken connection even then.
  const bool is_wanted = driven.link->is_open() && driven.link->wanted_events() != 0;
  const int descriptor = is_wanted ? driven.link->descriptor() : -1;
  if (driven.descriptor >= 0 && driven.descriptor != descriptor) {
    // It fails where the descriptor is closed already: then epoll has forgotten it.
    (void)epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, driven.descriptor, nullptr);
    driven.events = 0;
  }
  const bool is_steady = driven.link->is_steady() && driven.descriptor == descriptor;
  driven.descriptor = descriptor;
  if (descriptor < 0) return;
  epoll_event event{};
  event.events = driven.link->wanted_events();
  event.data.u64 = driven.link->id;
  if (is_steady && event.events == driven.events) return;
  driven.events = event.events;
  // The same number may be another socket, which epoll does not know yet.
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, descriptor, &event) != 0 && errno == ENOENT) {
    (void)epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event);
  }
}

}  // namespace usmp::python
