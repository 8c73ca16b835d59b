// See any_device_session.hpp.
#include "any_device_session.hpp"

#include <algorithm>

#include "usmp/limits.hpp"

namespace usmp::sim {

AnyDeviceSession::AnyDeviceSession(bool is_wire2) {
  if (is_wire2) session_.emplace<wire2::DeviceSession>();
}

State AnyDeviceSession::state() const {
  return std::visit([](const auto& session) { return session.state(); }, session_);
}

Bytes AnyDeviceSession::session_id() const {
  return std::visit([](const auto& session) { return session.session_id(); }, session_);
}

std::size_t AnyDeviceSession::packet_size_max() const {
  if (wire2() != nullptr) return wire2::kFrameSizeMax;
  return std::max<std::size_t>(kDeviceHandshakeSizeMax, wire3()->agreement().max_packet);
}

Error AnyDeviceSession::connect(Instant now) {
  return std::visit([now](auto& session) { return session.connect(now); }, session_);
}

Result<Event> AnyDeviceSession::receive(MutableBytes packet, Instant now) {
  return std::visit([&](auto& session) { return session.receive(packet, now); }, session_);
}

Result<std::size_t> AnyDeviceSession::poll_transmit(MutableBytes out, Instant now) {
  return std::visit([&](auto& session) { return session.poll_transmit(out, now); }, session_);
}

Instant AnyDeviceSession::next_deadline(Instant now) const {
  return std::visit([now](const auto& session) { return session.next_deadline(now); }, session_);
}

Event AnyDeviceSession::on_deadline(Instant now) {
  return std::visit([now](auto& session) { return session.on_deadline(now); }, session_);
}

Event AnyDeviceSession::connection_lost(Instant now) {
  return std::visit([now](auto& session) { return session.connection_lost(now); }, session_);
}

void AnyDeviceSession::close(Instant now) {
  if (wire2() != nullptr) {
    wire2()->close(now);
  } else {
    wire3()->close(ByeReason::Done, now);
  }
}

Error AnyDeviceSession::send(Outgoing& message, Instant now) {
  return std::visit([&](auto& session) { return session.send(message, now); }, session_);
}

Outgoing* AnyDeviceSession::take_finished() {
  return std::visit([](auto& session) { return session.take_finished(); }, session_);
}

Outgoing* AnyDeviceSession::take_back() {
  return std::visit([](auto& session) { return session.take_back(); }, session_);
}

Error AnyDeviceSession::ping(Instant now) {
  return std::visit([now](auto& session) { return session.ping(now); }, session_);
}

Error AnyDeviceSession::rekey(Instant now) {
  return wire2() != nullptr ? wire2()->rekey(now) : Error::WrongState;
}

bool AnyDeviceSession::message(Message* out) const {
  return std::visit([out](const auto& session) { return session.message(out); }, session_);
}

Event AnyDeviceSession::release_message(Instant now) {
  return std::visit([now](auto& session) { return session.release_message(now); }, session_);
}

bool AnyDeviceSession::next_datagram(Message* out) {
  return wire3() != nullptr && wire3()->next_datagram(out);
}

std::size_t AnyDeviceSession::datagram_size_max() const {
  return wire3() != nullptr && !wire3()->datagram_waiting() ? wire3()->datagram_size_max() : 0;
}

Error AnyDeviceSession::send_datagram(Bytes content, std::uint8_t channel, Instant now) {
  return wire3() != nullptr ? wire3()->send_datagram(content, channel, now) : Error::WrongState;
}

bool AnyDeviceSession::can_sleep() const { return wire3() != nullptr && wire3()->can_sleep(); }

}  // namespace usmp::sim
