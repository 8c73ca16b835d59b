// epoll: see poller.hpp.
#include "listen/poller.hpp"

#include <errno.h>

#include <system_error>

namespace usmp::gateway {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.is_open()) throw std::system_error(errno, std::generic_category(), "epoll");
}

bool Poller::add(int file, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  return epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, file, &event) == 0;
}

void Poller::modify(int file, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  // It cannot fail for a file that was added and is open.
  (void)epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, file, &event);
}

std::span<const epoll_event> Poller::wait(int timeout_ms) {
  const int count = epoll_wait(epoll_.number(), events_.data(), kEventsMax, timeout_ms);
  return {events_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

}  // namespace usmp::gateway
