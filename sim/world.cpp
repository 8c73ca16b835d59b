// See world.hpp. Traffic and faults are in world_faults.cpp.
#include "world.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine_gateway.hpp"
#include "line_gateway.hpp"
#include "usmp/wire2/limits.hpp"
#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr Time kStep = 5 * kSecond;  // between two looks whether everything is settled

Surroundings surroundings(EventQueue& queue, Ledger& ledger, Network& network, const Trace& trace) {
  return Surroundings{queue, ledger, network, trace};
}

std::vector<Identity> make_identities(const std::vector<DevicePlan>& plans, Rng rng) {
  std::vector<Identity> identities(plans.size());
  for (std::size_t index = 0; index < plans.size(); ++index) {
    // 1 to 32 bytes, 6 on wire 2, each another one.
    identities[index].is_wire2 = plans[index].is_wire2();
    identities[index].id.resize(rng.between(1, 32));
    if (plans[index].is_wire2()) identities[index].id.resize(wire2::kDeviceIdSize);
    rng.fill(identities[index].id.data(), identities[index].id.size());
    identities[index].id[0] = static_cast<std::uint8_t>(index);
    identities[index].new_psk(rng);
  }
  return identities;
}

}  // namespace

World::World(Plan plan, std::ostream* trace)
    : plan_(std::move(plan)),
      rng_(plan_.seed ^ 0x57F1A7E5EEDu),
      trace_(trace),
      ledger_(plan_.seed),
      network_(queue_, trace_, rng_.fork(), plan_.gateway),
      identities_(make_identities(plan_.devices, rng_.fork())) {
  for (unsigned index = 0; index < plan_.devices.size(); ++index) {
    const DevicePlan& device = plan_.devices[index];
    ledger_.add_device(device.limits.max_message, device.sent_size_max(plan_.gateway.limits));
    network_.add_device(device, [this, index](Packet packet) {
      devices_[index]->packet_arrived(std::move(packet));
    });
  }
  const Surroundings shared = surroundings(queue_, ledger_, network_, trace_);
  for (unsigned index = 0; index < plan_.devices.size(); ++index) {
    devices_.push_back(std::make_unique<Device>(shared, index, plan_.devices[index],
                                                identities_[index], rng_.fork()));
  }
  if (plan_.has_engine) {
    gateway_ = std::make_unique<EngineGateway>(shared, plan_.gateway, identities_, rng_.fork());
  } else {
    gateway_ = std::make_unique<LineGateway>(shared, plan_, identities_, rng_.fork());
  }
  attacker_ = std::make_unique<Attacker>(shared, plan_, rng_.fork());
}

World::~World() = default;

void World::start() {
  gateway_->start();
  for (unsigned index = 0; index < devices_.size(); ++index) {
    queue_.after(plan_.devices[index].starts_at, [this, index]() { devices_[index]->power_on(); });
  }
}

void World::run_for(Time span) {
  queue_.run_until(queue_.now() + span);
  check();
}

void World::check() const {
  seals_.check();
  gateway_->check_bounds();
}

void World::run() {
  start();
  schedule_traffic();
  for (const Fault& fault : plan_.faults) {
    queue_.at(fault.at, [this, fault]() {
      if (!peace_) apply(fault);
    });
  }
  for (Time done = 0; done < plan_.active_for; done += kStep) run_for(kStep);
  make_peace();
  settle();
  if (has_wire2()) {
    run_for(kUnseenFor);
    settle();
  }
  std::vector<SessionId> sessions;
  for (const auto& device : devices_) sessions.push_back(device->session_id());
  run_for(kWatchedAfter);
  for (std::size_t index = 0; index < devices_.size(); ++index) {
    if (devices_[index]->session_id() != sessions[index]) {
      throw Violation("device " + std::to_string(index) + " lost its session in peace");
    }
  }
  if (!is_settled()) fail_unsettled();
  check_settled();
}

bool World::has_wire2() const {
  return std::any_of(plan_.devices.begin(), plan_.devices.end(),
                     [](const DevicePlan& device) { return device.is_wire2(); });
}

bool World::is_settled() const {
  for (unsigned index = 0; index < devices_.size(); ++index) {
    const Device& device = *devices_[index];
    if (!device.established() || device.waiting_count() != 0) return false;
    if (gateway_->waiting_count(index) != 0) return false;
    const SessionId id = device.session_id();
    if (gateway_->session_of(index) != id) return false;
    auto& ledger = const_cast<Ledger&>(ledger_);
    if (ledger.flow(index, Direction::ToGateway).missing_in(id) != 0) return false;
    if (ledger.flow(index, Direction::ToDevice).missing_in(id) != 0) return false;
  }
  return true;
}

std::size_t World::waiting_count() const {
  std::size_t count = 0;
  for (unsigned index = 0; index < devices_.size(); ++index) {
    count += devices_[index]->waiting_count() + gateway_->waiting_count(index);
  }
  return count;
}

// Within T everything stands again. Only what waits on a slow line, a chunk a round trip, may take
// longer, as long as it grows less.
void World::settle() {
  const auto settled = [this]() { return is_settled(); };
  bool done = run_until(settled, kPeaceWithin, kStep);
  while (!done) {
    const std::size_t before = waiting_count();
    done = run_until(settled, kProgressWithin, kStep);
    if (!done && waiting_count() >= before) fail_unsettled();
  }
}

void World::check_settled() const {
  check();
  gateway_->check_idle();
  for (unsigned index = 0; index < devices_.size(); ++index) {
    // On a stream "acknowledged" means handed to the connection, which may have broken.
    if (is_stream(plan_.devices[index].medium)) continue;
    auto& ledger = const_cast<Ledger&>(ledger_);
    ledger.flow(index, Direction::ToGateway).check_acknowledged();
    ledger.flow(index, Direction::ToDevice).check_acknowledged();
  }
}

void World::fail_unsettled() const {
  std::string text = "not settled " + std::to_string(kPeaceWithin / kSecond) + " s after faults:";
  for (unsigned index = 0; index < devices_.size(); ++index) {
    const Device& device = *devices_[index];
    auto& ledger = const_cast<Ledger&>(ledger_);
    const SessionId id = device.session_id();
    const std::size_t up = device.waiting_count();
    const std::size_t down = gateway_->waiting_count(index);
    const std::size_t missing_up = ledger.flow(index, Direction::ToGateway).missing_in(id);
    const std::size_t missing_down = ledger.flow(index, Direction::ToDevice).missing_in(id);
    const bool same = gateway_->session_of(index) == id;
    if (device.established() && same && up + down + missing_up + missing_down == 0) continue;
    text += " device " + std::to_string(index) + " state " +
            std::to_string(static_cast<unsigned>(device.state())) +
            (same ? "" : " (the gateway has another session)") + ", unsettled up " +
            std::to_string(up) + " down " + std::to_string(down) + ", missing up " +
            std::to_string(missing_up) + " down " + std::to_string(missing_down) + ";";
  }
  throw Violation(text);
}

}  // namespace usmp::sim
