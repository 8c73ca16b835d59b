// See event_queue.hpp.
#include "event_queue.hpp"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <system_error>
#include <utility>

namespace usmp::python {

EventQueue::EventQueue() : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!wake_.is_open()) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void EventQueue::push(Event event) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = events_.empty();
    events_.push_back(std::move(event));
  }
  if (!was_empty) return;
  const std::uint64_t one = 1;
  (void)!write(wake_.number(), &one, sizeof one);
}

std::vector<Event> EventQueue::take() {
  // The descriptor first: what is pushed from here on finds the queue empty and wakes again.
  std::uint64_t count = 0;
  (void)!read(wake_.number(), &count, sizeof count);
  std::vector<Event> taken;
  const std::lock_guard lock(mutex_);
  taken.swap(events_);
  return taken;
}

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace usmp::python
