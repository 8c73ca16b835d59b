// Between devices and the gateway: a link each way for every device, addresses, connections, and a
// place where an attacker listens. Checks what no packet may ever be.
#ifndef USMP_SIM_NETWORK_HPP
#define USMP_SIM_NETWORK_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "connection.hpp"
#include "datagram.hpp"
#include "event_queue.hpp"
#include "link.hpp"
#include "plan.hpp"
#include "rng.hpp"
#include "trace.hpp"

namespace usmp::sim {

/// One who sees every datagram before it goes on its way.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void seen_up(unsigned device, const Datagram& datagram) = 0;
  virtual void seen_down(unsigned device, const Datagram& datagram) = 0;
};

class Network {
 public:
  Network(EventQueue& queue, const Trace& trace, Rng rng, const GatewayPlan& gateway);

  /// The next device. `receive`: what comes to it.
  void add_device(const DevicePlan& plan, std::function<void(Packet)> receive);
  void set_gateway(std::function<void(unsigned device, Datagram)> receive) {
    gateway_ = std::move(receive);
  }
  void set_listener(Listener* listener) { listener_ = listener; }

  // Datagrams

  void from_device(unsigned device, Bytes packet, bool established);
  void from_gateway(const Address& to, Bytes packet);
  /// An attacker's, past all links.
  void inject_to_gateway(unsigned device, Datagram datagram);
  void inject_to_device(unsigned device, Packet packet);

  const Address& address_of(unsigned device) const { return ends_[device].address; }
  /// The device has another address; what goes to the old one is lost.
  void rebind(unsigned device);
  Address unused_address();
  Link& up(unsigned device) { return *ends_[device].up; }
  Link& down(unsigned device) { return *ends_[device].down; }

  // Connections

  /// A new connection, of which the gateway hears at announce(), when the device has set its
  /// callbacks.
  ConnectionPtr connect(unsigned device);
  void announce(const ConnectionPtr& connection);
  void set_acceptor(std::function<void(const ConnectionPtr&)> accept) {
    accept_ = std::move(accept);
  }
  /// One end closes: the other one hears it behind the bytes under way.
  void close_device_end(const ConnectionPtr& connection);
  void close_gateway_end(const ConnectionPtr& connection);
  /// The connection breaks: what is under way is lost, both ends are told.
  void break_both(const ConnectionPtr& connection);
  std::size_t device_count() const { return ends_.size(); }

 private:
  struct End {
    Address address;
    std::unique_ptr<Link> up;
    std::unique_ptr<Link> down;
    std::function<void(Packet)> receive;
    std::uint16_t max_packet;
    Time delay;
  };

  void check_size(Bytes packet, std::size_t max_packet) const;
  Address make_address(unsigned device);

  EventQueue& queue_;
  const Trace& trace_;
  Rng rng_;
  std::uint16_t gateway_max_packet_;
  std::uint16_t largest_max_packet_ = 0;  // of the devices
  bool spoofed_ = false;                  // somebody sends with addresses of others
  std::function<void(unsigned, Datagram)> gateway_;
  std::function<void(const ConnectionPtr&)> accept_;
  Listener* listener_ = nullptr;
  std::vector<End> ends_;
  std::map<std::vector<std::uint8_t>, unsigned> routes_;
  std::vector<ConnectionPtr> connections_;  // all of the run: what is under way refers to them
  std::uint16_t next_port_ = 10'000;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_NETWORK_HPP
