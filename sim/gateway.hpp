// The gateway of a simulation, as the rest of it sees it: the real engine (engine_gateway.hpp) or
// one session API at the end of each line (line_gateway.hpp).
#ifndef USMP_SIM_GATEWAY_HPP
#define USMP_SIM_GATEWAY_HPP

#include <cstddef>
#include <cstdint>

#include "connection.hpp"
#include "datagram.hpp"
#include "ledger.hpp"

namespace usmp::sim {

class Gateway {
 public:
  virtual ~Gateway() = default;

  // Life. What comes while it is down is lost.

  virtual void start() = 0;
  /// BYE 5 to all; empty when it starts again.
  virtual void stop() = 0;
  /// Gone without a word.
  virtual void crash() = 0;
  virtual bool is_up() const = 0;
  /// The key of a device was changed or revoked (Identity says how).
  virtual void credentials_changed(unsigned device) = 0;
  /// Faults are over: messages are taken at once.
  virtual void calm() = 0;

  // Packets

  virtual void datagram_arrived(unsigned device, Datagram datagram) = 0;
  virtual void connection_opened(const ConnectionPtr& connection) = 0;

  // Application

  virtual void send(unsigned device, std::size_t size, std::uint8_t channel) = 0;
  virtual void send_datagram(unsigned device, std::size_t size) = 0;

  // For tests and checks

  /// The device's present session; all zero: none.
  virtual SessionId session_of(unsigned device) const = 0;
  /// Messages to the device that are not settled.
  virtual std::size_t waiting_count(unsigned device) const = 0;
  /// Throws Violation if something is above its limit.
  virtual void check_bounds() const = 0;
  /// As check_bounds(), when nothing is under way: what should be empty is.
  virtual void check_idle() const = 0;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_GATEWAY_HPP
