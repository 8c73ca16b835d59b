// One run: the hosts and links of a plan, the traffic and faults that it names, then peace, and the
// checks. Tests also drive it by hand.
#ifndef USMP_SIM_WORLD_HPP
#define USMP_SIM_WORLD_HPP

#include <cstddef>
#include <memory>
#include <ostream>
#include <vector>

#include "attacker.hpp"
#include "device.hpp"
#include "event_queue.hpp"
#include "gateway.hpp"
#include "identity.hpp"
#include "ledger.hpp"
#include "network.hpp"
#include "plan.hpp"
#include "seal_watch.hpp"
#include "trace.hpp"
#include "usmp/wire2/limits.hpp"

namespace usmp::sim {

/// T: how long after the last fault everything stands again and all queues are empty. The slowest
/// way there, step by step (USMP3 §2, §4):
///   - the pause of a device whose attempts failed all the time: 300 s + 20 % = 360 s;
///   - the attempt before it, begun while faults lasted: 5 HELLO and 3 HELLO_ACK with their waits,
///     (1+2+4+8+8+8 + 1+2+4+8) s + 20 % < 60 s;
///   - before that, to see that the session is lost: keepalive 60 s, then 15 u; the links here give
///     an RTO below 8 s, so 120 s;
///   - a gateway's chunks wait for the device to be heard (keepalive) and for an RTO that was
///     doubled up to 60 s;
///   - what waited then passes in less than 300 s at the rates given when faults end.
inline constexpr Time kPeaceWithin = (360 + 60 + 60 + 120 + 60 + 300) * kSecond;
/// After T a queue that is not empty yet has to grow shorter within this: the largest message in
/// the smallest chunks, one a round trip, takes less than a minute.
inline constexpr Time kProgressWithin = 120 * kSecond;
/// How long a session of wire 2 may look settled though a fault ended it: a packet names no session
/// there, so a device whose address changed sees that only when nobody acknowledges its next PING.
inline constexpr Time kUnseenFor = wire2::kKeepaliveMax + (1 + wire2::kRepeats) * wire2::kRtoMax;
/// Sessions are watched for so long after that: keepalive and nothing else must happen.
inline constexpr Time kWatchedAfter = 150 * kSecond;

class World {
 public:
  /// `trace`: told what happens, if not nullptr.
  explicit World(Plan plan, std::ostream* trace = nullptr);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// The whole plan. Throws Violation.
  void run();

  // By hand

  /// Powers on gateway and devices.
  void start();
  void run_for(Time span);
  /// Runs until `done` or for `span` at most; looks each `step`. True: done.
  template <typename Condition>
  bool run_until(Condition done, Time span, Time step = 10) {
    const Time end = queue_.now() + span;
    while (!done()) {
      if (queue_.now() >= end) return false;
      run_for(step);
    }
    return true;
  }
  void apply(const Fault& fault);
  /// Faults end: clean links, everybody awake.
  void make_peace();
  /// All sessions stand, all queues are empty, everything sent in them was delivered.
  bool is_settled() const;
  /// Throws Violation if a rule was broken so far.
  void check() const;
  /// … if something is left although everything is settled.
  void check_settled() const;
  /// Messages that wait to be sent or acknowledged, of all devices and both ways.
  std::size_t waiting_count() const;
  /// Runs until is_settled(); throws a Violation where nothing goes on any more.
  void settle();

  Time now() const { return queue_.now(); }
  EventQueue& queue() { return queue_; }
  Ledger& ledger() { return ledger_; }
  Network& network() { return network_; }
  Device& device(unsigned index = 0) { return *devices_[index]; }
  Gateway& gateway() { return *gateway_; }
  Attacker& attacker() { return *attacker_; }
  const Plan& plan() const { return plan_; }
  const SealWatch& seals() const { return seals_; }

 private:
  bool has_wire2() const;
  void schedule_traffic();
  void device_traffic(unsigned device);
  void gateway_traffic(unsigned device);
  std::uint8_t channel_for(unsigned device);
  std::size_t message_size(const TrafficPlan& traffic, std::size_t peer_max);
  void restart_gateway(Time after);
  [[noreturn]] void fail_unsettled() const;

  Plan plan_;
  Rng rng_;
  Trace trace_;
  SealWatch seals_;
  EventQueue queue_;
  Ledger ledger_;
  Network network_;
  std::vector<Identity> identities_;
  std::unique_ptr<Gateway> gateway_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::unique_ptr<Attacker> attacker_;
  bool peace_ = false;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_WORLD_HPP
