// One who reads and writes on every datagram link but has no key: replays, forgeries, floods, and
// genuine packets from elsewhere. What it does may cost time, never safety.
#ifndef USMP_SIM_ATTACKER_HPP
#define USMP_SIM_ATTACKER_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "network.hpp"
#include "plan.hpp"
#include "rng.hpp"
#include "surroundings.hpp"

namespace usmp::sim {

class Attacker : public Listener {
 public:
  Attacker(Surroundings surroundings, const Plan& plan, Rng rng);

  void seen_up(unsigned device, const Datagram& datagram) override;
  void seen_down(unsigned device, const Datagram& datagram) override;
  /// One attack on one device, whatever the plan says.
  void attack(unsigned device);
  void stop() { stopped_ = true; }

 private:
  struct Record {
    std::deque<Datagram> up;
    std::deque<Packet> down;
    Packet hello;  // the last one
    Packet cid_d;  // of its sender
    Packet cid_g;  // of the last packet to the gateway
  };

  void schedule();
  Address some_address(unsigned device);
  void replay(unsigned device);
  void replay_altered(unsigned device);
  void garbage(unsigned device);
  void reset(unsigned device);
  void answer_hello(unsigned device);
  void many_hellos(unsigned device);
  void to_both(unsigned device, const Packet& packet);

  Surroundings surroundings_;
  const Plan& plan_;
  Rng rng_;
  std::vector<Record> records_;
  bool stopped_ = false;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_ATTACKER_HPP
