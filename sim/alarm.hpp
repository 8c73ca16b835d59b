// One deadline of a host in the event queue. Sees to it that a host does not spin: asks again and
// again to be called at once, without anything that happened.
#ifndef USMP_SIM_ALARM_HPP
#define USMP_SIM_ALARM_HPP

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "event_queue.hpp"
#include "surroundings.hpp"
#include "violation.hpp"

namespace usmp::sim {

class Alarm {
 public:
  Alarm(EventQueue& queue, std::string name, std::function<void()> ring)
      : queue_(queue), name_(std::move(name)), ring_(std::move(ring)) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Rings at `when`, instead of what was set before.
  void set(Time when) {
    due_ = when < queue_.now() ? queue_.now() : when;
    if (due_ >= pending_) return;  // an entry that comes earlier looks at due_
    pending_ = due_;
    queue_.at(due_, [this, guard = std::weak_ptr<bool>(alive_)]() {
      if (!guard.expired()) look();
    });
  }
  void clear() { due_ = kNever; }

 private:
  static constexpr Time kNever = std::numeric_limits<Time>::max();

  void look() {
    if (queue_.now() != pending_) return;  // an earlier entry was put in after this one
    pending_ = kNever;
    if (due_ == kNever) return;
    if (due_ > queue_.now()) {
      set(due_);
      return;
    }
    due_ = kNever;
    if (queue_.now() != last_rung_) count_ = 0;
    last_rung_ = queue_.now();
    if (++count_ > kCallsPerMomentMax) throw Violation(name_ + " spins at one moment");
    ring_();
  }

  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what waits in the queue looks
  EventQueue& queue_;
  std::string name_;
  std::function<void()> ring_;
  Time due_ = kNever;
  Time pending_ = kNever;  // of the entry in the queue that counts
  Time last_rung_ = kNever;
  unsigned count_ = 0;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_ALARM_HPP
