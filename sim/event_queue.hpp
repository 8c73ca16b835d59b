// What happens when, in virtual time: actions in the order of their moments, those of one moment in
// the order in which they were put in. Sees to it that time goes on.
#ifndef USMP_SIM_EVENT_QUEUE_HPP
#define USMP_SIM_EVENT_QUEUE_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "virtual_time.hpp"

namespace usmp::sim {

/// More actions than this at one moment are a livelock: somebody asks to be called again at once,
/// for ever. An honest burst (a full window for each of some devices) is far below.
inline constexpr std::size_t kActionsPerMomentMax = 200'000;

class EventQueue {
 public:
  using Action = std::function<void()>;

  Time now() const { return now_; }
  /// A moment that has passed means now.
  void at(Time when, Action action);
  void after(Time span, Action action) { at(now_ + span, std::move(action)); }

  /// Does everything up to `end`, which is then now(). Throws Violation on a livelock.
  void run_until(Time end);
  std::size_t actions_done() const { return actions_done_; }

 private:
  struct Entry {
    Time when;
    std::uint64_t order;
    Action action;
    bool operator<(const Entry& other) const {  // the soonest is the largest
      return when != other.when ? when > other.when : order > other.order;
    }
  };

  std::priority_queue<Entry> entries_;
  Time now_ = 0;
  std::uint64_t order_ = 0;
  std::size_t actions_done_ = 0;
  std::size_t actions_now_ = 0;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_EVENT_QUEUE_HPP
