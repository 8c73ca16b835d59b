// A device's session of either wire, as a simulated device drives it: what one of the wires lacks
// has an answer here. Not a simulated device: that is device.hpp.
#ifndef USMP_SIM_ANY_DEVICE_SESSION_HPP
#define USMP_SIM_ANY_DEVICE_SESSION_HPP

#include <cstddef>
#include <cstdint>
#include <variant>

#include "usmp/device_session.hpp"
#include "usmp/wire2/device_session.hpp"

namespace usmp::sim {

class AnyDeviceSession {
 public:
  /// Of wire 3, or of wire 2.
  explicit AnyDeviceSession(bool is_wire2);

  DeviceSession* wire3() { return std::get_if<DeviceSession>(&session_); }
  const DeviceSession* wire3() const { return std::get_if<DeviceSession>(&session_); }
  wire2::DeviceSession* wire2() { return std::get_if<wire2::DeviceSession>(&session_); }
  const wire2::DeviceSession* wire2() const { return std::get_if<wire2::DeviceSession>(&session_); }

  State state() const;
  bool established() const { return state() == State::Established; }
  Bytes session_id() const;
  /// A packet that it writes has at most so many bytes.
  std::size_t packet_size_max() const;

  Error connect(Instant now);
  Result<Event> receive(MutableBytes packet, Instant now);
  Result<std::size_t> poll_transmit(MutableBytes out, Instant now);
  Instant next_deadline(Instant now) const;
  Event on_deadline(Instant now);
  Event connection_lost(Instant now);
  void close(Instant now);

  Error send(Outgoing& message, Instant now);
  Outgoing* take_finished();
  Outgoing* take_back();
  Error ping(Instant now);
  /// New keys, where the device may ask for them: wire 2.
  Error rekey(Instant now);
  bool message(Message* out) const;
  Event release_message(Instant now);

  // Wire 3 alone: nothing on the other.
  bool next_datagram(Message* out);
  /// 0: none can be sent now.
  std::size_t datagram_size_max() const;
  Error send_datagram(Bytes content, std::uint8_t channel, Instant now);
  bool can_sleep() const;

 private:
  std::variant<DeviceSession, wire2::DeviceSession> session_;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_ANY_DEVICE_SESSION_HPP
