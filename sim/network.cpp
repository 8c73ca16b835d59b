// See network.hpp.
#include "network.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "usmp/limits.hpp"
#include "usmp/wire2/gateway_handshake.hpp"
#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr std::size_t kConnectionCapacity = 8192;
constexpr std::uint8_t kFirstDataByte = 0x38;
constexpr std::uint8_t kHelloByte = 0x30;
constexpr std::size_t kAddressSize = 18;
constexpr unsigned kNobody = 0xFFFF;  // the number of who is no device, in an address

constexpr std::size_t kDatagramMax = 65535;

// A callback may set itself to nothing: it is kept while it runs.
void call(const std::function<void()>& callback) {
  const std::function<void()> kept = callback;
  if (kept) kept();
}

std::vector<std::uint8_t> key_of(const Address& address) {
  return {address.bytes, address.bytes + address.size};
}

}  // namespace

Network::Network(EventQueue& queue, const Trace& trace, Rng rng, const GatewayPlan& gateway)
    : queue_(queue), trace_(trace), rng_(rng), gateway_max_packet_(gateway.limits.max_packet) {}

// ::ffff:10.0.x.y and a port never used before.
Address Network::make_address(unsigned device) {
  Address address{};
  address.size = kAddressSize;
  address.bytes[10] = address.bytes[11] = 0xFF;
  address.bytes[12] = 10;
  address.bytes[14] = static_cast<std::uint8_t>(device >> 8);
  address.bytes[15] = static_cast<std::uint8_t>(device);
  ++next_port_;
  address.bytes[16] = static_cast<std::uint8_t>(next_port_ >> 8);
  address.bytes[17] = static_cast<std::uint8_t>(next_port_);
  return address;
}

Address Network::unused_address() { return make_address(kNobody); }

void Network::add_device(const DevicePlan& plan, std::function<void(Packet)> receive) {
  const auto device = static_cast<unsigned>(ends_.size());
  End end;
  end.address = make_address(device);
  end.receive = std::move(receive);
  end.max_packet = plan.limits.max_packet;
  end.delay = plan.up.delay;
  end.up = std::make_unique<Link>(queue_, rng_.fork(), plan.up, [this, device](Datagram moved) {
    if (gateway_) gateway_(device, std::move(moved));
  });
  end.down = std::make_unique<Link>(queue_, rng_.fork(), plan.down, [this](Datagram moved) {
    // Whoever has the address when it arrives.
    const auto route = routes_.find(key_of(moved.to));
    if (route != routes_.end()) ends_[route->second].receive(std::move(moved.bytes));
  });
  routes_[key_of(end.address)] = device;
  largest_max_packet_ = std::max(largest_max_packet_, end.max_packet);
  ends_.push_back(std::move(end));
}

// USMP3 §1: max_packet is the largest short or long packet that its sender takes.
void Network::check_size(Bytes packet, std::size_t max_packet) const {
  if (packet.empty()) throw Violation("an empty packet was sent");
  // USMP2 §Frame: a frame has one size at most, whoever takes it.
  if (wire2::is_wire2(packet[0])) max_packet = wire2::kFrameSizeMax;
  if (packet[0] >= kFirstDataByte && packet.size > max_packet) {
    throw Violation("a packet of " + std::to_string(packet.size) + " bytes to who takes " +
                    std::to_string(max_packet));
  }
  const std::size_t handshake_max = packet[0] == kHelloByte ? kHelloSizeMax : kChallengeSizeMax;
  if (packet[0] < kFirstDataByte && packet.size > handshake_max) {
    throw Violation("a handshake packet of " + std::to_string(packet.size) + " bytes");
  }
}

void Network::from_device(unsigned device, Bytes packet, bool established) {
  // Early data goes by a CHALLENGE that is not authentic yet: an attacker may have altered it.
  check_size(packet, established ? gateway_max_packet_ : kDatagramMax);
  trace_.packet(queue_.now(), device, "->", packet);
  Datagram datagram;
  datagram.bytes.assign(packet.data, packet.data + packet.size);
  datagram.from = ends_[device].address;
  if (listener_ != nullptr) listener_->seen_up(device, datagram);
  ends_[device].up->send(std::move(datagram));
}

void Network::from_gateway(const Address& to, Bytes packet) {
  const auto route = routes_.find(key_of(to));
  if (route == routes_.end()) return;  // to an attacker, or an address that is no more
  const unsigned device = route->second;
  // Who spoofs another device's address turns packets there that are not for it.
  check_size(packet, spoofed_ ? largest_max_packet_ : ends_[device].max_packet);
  trace_.packet(queue_.now(), device, "<-", packet);
  Datagram datagram;
  datagram.bytes.assign(packet.data, packet.data + packet.size);
  datagram.to = to;
  if (listener_ != nullptr) listener_->seen_down(device, datagram);
  ends_[device].down->send(std::move(datagram));
}

void Network::inject_to_gateway(unsigned device, Datagram datagram) {
  spoofed_ = true;
  if (gateway_) gateway_(device, std::move(datagram));
}

void Network::inject_to_device(unsigned device, Packet packet) {
  ends_[device].receive(std::move(packet));
}

void Network::rebind(unsigned device) {
  End& end = ends_[device];
  routes_.erase(key_of(end.address));
  end.address = make_address(device);
  routes_[key_of(end.address)] = device;
  trace_.note(queue_.now(), "device " + std::to_string(device) + " has another address");
}

ConnectionPtr Network::connect(unsigned device) {
  connections_.push_back(std::make_shared<Connection>(queue_, rng_, connections_.size() + 1, device,
                                                      ends_[device].delay, kConnectionCapacity));
  return connections_.back();
}

void Network::announce(const ConnectionPtr& connection) {
  queue_.after(ends_[connection->device].delay, [this, connection]() {
    if (connection->on_gateway_gone == nullptr) return;  // closed meanwhile
    if (accept_) {
      accept_(connection);
    } else {
      break_both(connection);  // nobody listens
    }
  });
}

void Network::close_device_end(const ConnectionPtr& connection) {
  connection->on_gateway_gone = nullptr;
  connection->down.close();
  connection->up.on_writable = nullptr;
  connection->up.at_end([owned = connection.get()]() { call(owned->on_device_gone); });
}

void Network::close_gateway_end(const ConnectionPtr& connection) {
  connection->on_device_gone = nullptr;
  connection->up.close();
  connection->down.on_writable = nullptr;
  connection->down.at_end([owned = connection.get()]() { call(owned->on_gateway_gone); });
}

void Network::break_both(const ConnectionPtr& connection) {
  connection->up.close();
  connection->down.close();
  queue_.after(0, [connection]() {
    call(connection->on_gateway_gone);
    call(connection->on_device_gone);
  });
}

}  // namespace usmp::sim
