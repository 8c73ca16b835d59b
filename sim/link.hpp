// One direction of a datagram link with everything that can happen to a packet on it. Not a stream:
// see byte_pipe.hpp.
#ifndef USMP_SIM_LINK_HPP
#define USMP_SIM_LINK_HPP

#include <cstddef>
#include <cstdint>
#include <functional>

#include "datagram.hpp"
#include "event_queue.hpp"
#include "rng.hpp"

namespace usmp::sim {

struct LinkConfig {
  double loss = 0;       ///< probability that a packet is lost
  double duplicate = 0;  ///< … comes twice
  double corrupt = 0;    ///< … has some bits flipped
  double reorder = 0;    ///< … is held up, so that others overtake it
  Time delay = 5;
  Time reorder_delay = 50;             ///< the longest that a packet is held up
  std::uint32_t bytes_per_second = 0;  ///< 0: no limit
  std::size_t queue_bytes = 16'384;    ///< what waits at the rate limit; more is lost
  std::size_t mtu = 0;                 ///< larger packets are lost; 0: none
};

class Link {
 public:
  using Deliver = std::function<void(Datagram)>;

  Link(EventQueue& queue, Rng rng, const LinkConfig& config, Deliver deliver);

  void send(Datagram datagram);
  void configure(const LinkConfig& config) { config_ = config; }
  const LinkConfig& config() const { return config_; }
  /// While cut it loses everything that is sent.
  void set_cut(bool cut) { cut_ = cut; }
  std::size_t sent_count() const { return sent_count_; }
  std::size_t sent_bytes() const { return sent_bytes_; }

 private:
  bool departs(std::size_t size, Time* when);
  void carry(Datagram datagram, Time departs);
  void flip_bits(Packet& packet);

  EventQueue& queue_;
  Rng rng_;
  LinkConfig config_;
  Deliver deliver_;
  Time last_arrival_ = 0;
  std::uint64_t free_at_us_ = 0;  // when the line has sent what waits
  std::size_t sent_count_ = 0;
  std::size_t sent_bytes_ = 0;
  bool cut_ = false;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_LINK_HPP
