// A device's session of either wire, as a simulated device drives it: what one of the wires lacks
// has an answer here. Not a simulated device: that is device.hpp.
#ifndef USMP_SIM_ANY_DEVICE_SESSION_HPP
#define USMP_SIM_ANY_DEVICE_SESSION_HPP

#include <cstddef>
#include <cstdint>
#include <variant>

#include "usmp/compact_device.hpp"
#include "usmp/device_session.hpp"
#include "usmp/wire2/device_session.hpp"

namespace usmp::sim {

class AnyDeviceSession {
 public:
  enum class Kind : std::uint8_t { Wire3, Compact, Wire2 };
  explicit AnyDeviceSession(Kind kind);

  DeviceSession* wire3() { return std::get_if<DeviceSession>(&session_); }
  const DeviceSession* wire3() const { return std::get_if<DeviceSession>(&session_); }
  CompactDevice* compact() { return std::get_if<CompactDevice>(&session_); }
  const CompactDevice* compact() const { return std::get_if<CompactDevice>(&session_); }
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
  Result<std::size_t> save(MutableBytes out, Instant now);
  Error wake(MutableBytes saved, std::uint32_t slept_s, Instant now);
  bool next_datagram(Message* out);
  /// 0: none can be sent now.
  std::size_t datagram_size_max() const;
  Error send_datagram(Bytes content, std::uint8_t channel, Instant now);
  bool can_sleep() const;

 private:
  // A compact device leaves out the assertion that its moves are allowed: here it is.
  void check_move();

  std::variant<DeviceSession, CompactDevice, wire2::DeviceSession> session_;
  State last_state_ = State::Idle;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_ANY_DEVICE_SESSION_HPP
