// A plan of one device and a gateway on a good link, for tests that change what they are about.
#ifndef USMP_TESTS_SIM_ONE_DEVICE_HPP
#define USMP_TESTS_SIM_ONE_DEVICE_HPP

#include <cstddef>
#include <functional>

#include "world.hpp"

namespace usmp::sim {

inline Plan one_device() {
  Plan plan;
  plan.seed = 1;
  plan.devices.emplace_back();
  plan.devices[0].up.delay = 50;
  plan.devices[0].down.delay = 50;
  return plan;
}

inline void set_links(Plan& plan, const LinkConfig& config) {
  plan.devices[0].up = config;
  plan.devices[0].down = config;
}

/// Starts the world and waits for the session.
inline bool connect(World& world) {
  world.start();
  return world.run_until([&]() { return world.is_settled(); }, 30 * kSecond);
}

inline std::size_t delivered_up(World& world) {
  return world.ledger().flow(0, Direction::ToGateway).delivered_count();
}

inline std::size_t delivered_down(World& world) {
  return world.ledger().flow(0, Direction::ToDevice).delivered_count();
}

}  // namespace usmp::sim

#endif  // USMP_TESTS_SIM_ONE_DEVICE_HPP
