// What happens to the hosts of a run: messages of their applications, faults, and peace at the end.
#include <algorithm>
#include <string>

#include "violation.hpp"
#include "world.hpp"

namespace usmp::sim {

namespace {

constexpr std::size_t kWaitingMax = 60;  // messages; then an application waits too
constexpr std::uint64_t kChannels = 4;
constexpr double kRekeyShare = 0.1;  // of a wire 2 device's messages with new keys before them
constexpr Time kPeacefulDelay = 20;

LinkConfig peaceful(const LinkConfig& before) {
  LinkConfig config;
  config.delay = std::min(before.delay, kPeacefulDelay);
  config.mtu = before.mtu;  // no fault: what is sent never exceeds it
  return config;
}

}  // namespace

void World::schedule_traffic() {
  for (unsigned index = 0; index < devices_.size(); ++index) {
    if (plan_.devices[index].traffic.interval != 0) device_traffic(index);
    if (plan_.gateway.traffic.interval != 0) gateway_traffic(index);
  }
}

// Small ones, large ones, and the sizes at which something changes.
std::size_t World::message_size(const TrafficPlan& traffic, std::size_t peer_max) {
  if (rng_.chance(traffic.oversize_share)) {
    return std::min<std::size_t>(0xFFFF, peer_max + rng_.between(1, 100));
  }
  const std::size_t size_max = std::min(traffic.size_max, peer_max);
  switch (rng_.below(5)) {
    case 0:
      return 0;
    case 1:
      return size_max;
    case 2:
      return std::min<std::size_t>(size_max, rng_.between(0, 40));
    default:
      return rng_.between(0, size_max);
  }
}

// Wire 2 has none but 0.
std::uint8_t World::channel_for(unsigned device) {
  const auto channel = static_cast<std::uint8_t>(rng_.below(kChannels));
  return plan_.devices[device].is_wire2() ? 0 : channel;
}

void World::device_traffic(unsigned device) {
  const TrafficPlan& traffic = plan_.devices[device].traffic;
  queue_.after(rng_.between(1, 2 * traffic.interval), [this, device, &traffic]() {
    if (peace_) return;
    for (std::uint64_t count = rng_.between(1, traffic.burst_max); count > 0; --count) {
      if (devices_[device]->waiting_count() >= kWaitingMax) break;
      const DevicePlan& plan = plan_.devices[device];
      const std::size_t size = message_size(traffic, plan.sent_size_max(plan_.gateway.limits));
      if (plan.is_wire2() && rng_.chance(kRekeyShare)) devices_[device]->rekey();
      if (rng_.chance(traffic.datagram_share)) {
        devices_[device]->send_datagram(size);
      } else {
        devices_[device]->send(size, channel_for(device));
      }
    }
    device_traffic(device);
  });
}

void World::gateway_traffic(unsigned device) {
  const TrafficPlan& traffic = plan_.gateway.traffic;
  queue_.after(rng_.between(1, 2 * traffic.interval), [this, device, &traffic]() {
    if (peace_) return;
    for (std::uint64_t count = rng_.between(1, traffic.burst_max); count > 0; --count) {
      if (gateway_->waiting_count(device) >= kWaitingMax) break;
      const std::size_t size = message_size(traffic, plan_.devices[device].limits.max_message);
      if (rng_.chance(traffic.datagram_share)) {
        gateway_->send_datagram(device, size);
      } else {
        gateway_->send(device, size, channel_for(device));
      }
    }
    gateway_traffic(device);
  });
}

void World::restart_gateway(Time after) {
  queue_.after(after, [this]() { gateway_->start(); });
}

void World::apply(const Fault& fault) {
  Device& device = *devices_[fault.device];
  Identity& identity = identities_[fault.device];
  const unsigned index = fault.device;
  trace_.note(queue_.now(), std::string("fault: ") + name_of(fault.kind) + " device " +
                                std::to_string(index) + " for " + std::to_string(fault.duration));
  const auto cut = [this, index, &fault](bool up, bool down) {
    if (up) network_.up(index).set_cut(true);
    if (down) network_.down(index).set_cut(true);
    queue_.after(fault.duration, [this, index]() {
      network_.up(index).set_cut(false);
      network_.down(index).set_cut(false);
    });
  };
  switch (fault.kind) {
    case FaultKind::CutUp:
      cut(true, false);
      break;
    case FaultKind::CutDown:
      cut(false, true);
      break;
    case FaultKind::CutBoth:
      cut(true, true);
      break;
    case FaultKind::Rebind:
      network_.rebind(index);
      break;
    case FaultKind::DeviceCrash:
      device.crash(fault.duration);
      break;
    case FaultKind::DeviceSleep:
      device.sleep(fault.duration, false);
      break;
    case FaultKind::DeviceCrashAwake:
      device.sleep(fault.duration, true);
      break;
    case FaultKind::DeviceClose:
      device.close(fault.duration);
      break;
    case FaultKind::BreakConnection:
      device.break_connection();
      break;
    case FaultKind::GatewayStop:
      gateway_->stop();
      restart_gateway(fault.duration);
      break;
    case FaultKind::GatewayCrash:
      gateway_->crash();
      restart_gateway(fault.duration);
      break;
    case FaultKind::Revoke:
      identity.revoked = true;
      ++identity.generation;
      gateway_->credentials_changed(index);
      queue_.after(fault.duration, [this, index, &identity]() {
        if (!identity.revoked) return;
        identity.revoked = false;
        ++identity.generation;
        gateway_->credentials_changed(index);
      });
      break;
    case FaultKind::Rotate:
      identity.new_psk(rng_);
      ++identity.generation;
      gateway_->credentials_changed(index);
      break;
  }
}

void World::make_peace() {
  trace_.note(queue_.now(), "faults are over");
  peace_ = true;
  attacker_->stop();
  network_.set_listener(nullptr);
  gateway_->start();
  gateway_->calm();
  for (unsigned index = 0; index < devices_.size(); ++index) {
    if (identities_[index].revoked) {
      identities_[index].revoked = false;
      ++identities_[index].generation;
    }
    network_.up(index).configure(peaceful(plan_.devices[index].up));
    network_.down(index).configure(peaceful(plan_.devices[index].down));
    network_.up(index).set_cut(false);
    network_.down(index).set_cut(false);
    devices_[index]->calm();
  }
}

}  // namespace usmp::sim
