// A stream connection between a device and the gateway. Both ends and what is under way share it.
#ifndef USMP_SIM_CONNECTION_HPP
#define USMP_SIM_CONNECTION_HPP

#include <cstdint>
#include <functional>
#include <memory>

#include "byte_pipe.hpp"

namespace usmp::sim {

struct Connection {
  Connection(EventQueue& queue, Rng& rng, std::uint64_t number, unsigned of_device, Time delay,
             std::size_t capacity)
      : id(number),
        device(of_device),
        up(queue, rng.fork(), delay, capacity),
        down(queue, rng.fork(), delay, capacity) {}

  std::uint64_t id;
  unsigned device;
  BytePipe up;
  BytePipe down;
  /// The other end closed, or the connection broke: heard after what was under way, or instead.
  std::function<void()> on_gateway_gone;
  std::function<void()> on_device_gone;
};

using ConnectionPtr = std::shared_ptr<Connection>;

}  // namespace usmp::sim

#endif  // USMP_SIM_CONNECTION_HPP
