// A script of what an application does and a link suffers, and a run of it with one kind of device
// against a gateway. Not for the medium's framing: packets go over whole.
#ifndef USMP_TESTS_PROPERTY_COMPACT_SCRIPT_RUN_HPP
#define USMP_TESTS_PROPERTY_COMPACT_SCRIPT_RUN_HPP

#include <deque>
#include <random>

#include "session_pair.hpp"

namespace usmp::test {

enum class Act : std::uint8_t {
  DeviceSends,
  GatewaySends,
  DeviceDatagram,
  GatewayDatagram,
  Pings,
  Waits,
  Sleeps,
  DeviceEnds,
  GatewayEnds,
  GatewayForgets,
};

struct Step {
  Act act;
  std::uint32_t number;  ///< a size or a time, as the act needs it
  std::uint8_t channel;
};

/// How often a packet is lost, spoilt, doubled; how often the application looks for messages.
struct LinkFaults {
  double lost, spoilt, doubled, takes;
};

struct Script {
  std::uint32_t seed;
  PairOptions options;
  LinkFaults faults;
  std::vector<Step> steps;
};

/// `ends`: with acts that end the session.
Script make_script(std::uint32_t seed, LinkFaults faults, bool ends);

template <typename Device>
class ScriptRun {
 public:
  explicit ScriptRun(const Script& script);

  /// Plays the script, then lets everything arrive over a link without faults. False: it does not.
  bool play();

  /// What arrived, each first byte pair its number, and how often sessions stood.
  std::vector<Octets> up() const { return pair_.gateway_got; }
  std::vector<Octets> down() const { return pair_.device_got; }
  std::size_t sessions() const { return sessions_; }
  /// Every datagram that arrived is one that was sent.
  bool datagrams_true() const { return datagrams_true_; }

 private:
  void act(const Step& step);
  void exchange(const LinkFaults& faults);
  bool carry(const Octets& packet, const LinkFaults& faults, bool up);
  void at_gateway(const Octets& packet);
  void at_device(const Octets& packet);
  void begin_session();
  void send_backlog();
  void take();
  void look_at(const Message& datagram);
  bool chance(double share) { return std::uniform_real_distribution<>(0, 1)(rng_) < share; }
  bool all_there() const;

  const Script& script_;
  BasicSessionPair<Device> pair_;
  std::mt19937 rng_;
  std::deque<Posted> up_, down_;
  std::size_t up_sent_ = 0, down_sent_ = 0;
  Octets hello_, challenge_, datagram_up_, datagram_down_;
  std::size_t sessions_ = 0;
  bool gateway_knows_ = false;
  bool datagrams_true_ = true;
};

extern template class ScriptRun<DeviceSession>;
extern template class ScriptRun<CompactDevice>;

}  // namespace usmp::test

#endif  // USMP_TESTS_PROPERTY_COMPACT_SCRIPT_RUN_HPP
