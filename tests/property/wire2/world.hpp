// A device and a gateway of wire 2 on a link in virtual time, from HELLO on. One seed decides
// everything: what is sent when, what the link does to it, when keys are changed and by whom.
#ifndef USMP_TESTS_WIRE2_WORLD_HPP
#define USMP_TESTS_WIRE2_WORLD_HPP

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "usmp/wire2/device_session.hpp"
#include "usmp/wire2/gateway_handshake.hpp"
#include "usmp/wire2/stream_reader.hpp"

namespace usmp::wire2::test {

using Octets = std::vector<std::uint8_t>;

struct LinkFaults {
  double lost = 0;
  double doubled = 0;
  Duration delay_max = 30;  ///< each datagram by itself: so they overtake each other
};

struct WorldPlan {
  std::uint32_t seed = 1;
  Medium medium = Medium::Udp;
  LinkFaults faults{};
  int messages = 20;    ///< each way
  double rekey = 0.02;  ///< chance, each time a side acts
};

class World {
 public:
  explicit World(const WorldPlan& plan);

  /// Runs until all messages are there, the session is lost, or virtual time is over.
  void run();

  bool complete() const;
  bool lost() const { return lost_; }
  /// What each side received is the beginning of what the other sent, in order.
  bool in_order() const;
  std::uint32_t rekeys() const { return device_.rekeys(); }

 private:
  struct Posted {
    Octets content;
    Outgoing node{};
  };
  /// One direction's bytes or datagrams on their way.
  struct Way {
    std::multimap<std::uint32_t, Octets> under_way;  // by arrival
    std::uint32_t last_arrival = 0;
    Octets stream;  // what arrived and was not read
  };
  struct Traffic {
    std::deque<Posted> sent;
    std::vector<Octets> received;
  };

  static bool fill(void* context, std::uint8_t* out, std::size_t size);
  bool chance(double probability);
  std::uint32_t below(std::uint32_t limit);
  bool stream() const { return plan_.medium == Medium::Stream; }

  void put(Way& way, Bytes packet);
  void give_device(Octets packet);
  void give_gateway(Octets packet);
  void hello(const Octets& packet);
  template <typename Give>
  void arrive(Way& way, const Give& give);
  template <typename Session>
  void act(Session& session, Traffic& traffic);
  template <typename Session>
  void take(Session& session, Traffic& traffic);
  template <typename Source>
  void flush(Source& source, Way& way);
  void note(const Event& event);
  void flush_all();
  void deadlines();

  WorldPlan plan_;
  std::mt19937 random_;
  Instant now_;
  Octets psk_ = Octets(32, 7), id_ = {1, 2, 3, 4, 5, 6}, address_ = {127, 0, 0, 1, 1, 2};
  std::uint8_t cookie_secret_[32] = {3};
  SessionStorage<> device_storage_, gateway_storage_;
  DeviceConfig device_config_{};
  GatewayConfig gateway_config_{};
  DeviceSession device_;
  std::optional<GatewayHandshake> handshake_;
  GatewaySession gateway_;
  Way to_device_, to_gateway_;
  Traffic device_traffic_, gateway_traffic_;
  bool lost_ = false;
};

}  // namespace usmp::wire2::test

#endif  // USMP_TESTS_WIRE2_WORLD_HPP
