// See event_queue.hpp.
#include "event_queue.hpp"

#include <utility>

#include "violation.hpp"

namespace usmp::sim {

void EventQueue::at(Time when, Action action) {
  entries_.push(Entry{when < now_ ? now_ : when, order_++, std::move(action)});
}

void EventQueue::run_until(Time end) {
  while (!entries_.empty() && entries_.top().when <= end) {
    // The entry leaves the queue anyway: only its order of moments must stay while it is in there.
    const Action action = std::move(const_cast<Entry&>(entries_.top()).action);
    if (entries_.top().when != now_) actions_now_ = 0;
    now_ = entries_.top().when;
    entries_.pop();
    ++actions_done_;
    if (++actions_now_ > kActionsPerMomentMax) throw Violation("livelock: time does not go on");
    action();
  }
  now_ = end;
}

}  // namespace usmp::sim
