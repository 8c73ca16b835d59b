// See any_device_session.hpp.
#include "any_device_session.hpp"

#include <algorithm>

#include "usmp/limits.hpp"
#include "violation.hpp"

namespace usmp::sim {

AnyDeviceSession::AnyDeviceSession(Kind kind) {
  if (kind == Kind::Compact) session_.emplace<CompactDevice>();
  if (kind == Kind::Wire2) session_.emplace<wire2::DeviceSession>();
}

void AnyDeviceSession::check_move() {
  if (compact() == nullptr) return;
  const State now = state();
  if (now != last_state_ && !may_move(last_state_, now)) {
    throw Violation("a device moved from state " + std::to_string(static_cast<int>(last_state_)) +
                    " to " + std::to_string(static_cast<int>(now)));
  }
  last_state_ = now;
}

State AnyDeviceSession::state() const {
  return std::visit([](const auto& session) { return session.state(); }, session_);
}

Bytes AnyDeviceSession::session_id() const {
  return std::visit([](const auto& session) { return session.session_id(); }, session_);
}

std::size_t AnyDeviceSession::packet_size_max() const {
  if (wire2() != nullptr) return wire2::kFrameSizeMax;
  if (compact() != nullptr) return kMaxPacketUdp;
  return std::max<std::size_t>(kDeviceHandshakeSizeMax, wire3()->agreement().max_packet);
}

Error AnyDeviceSession::connect(Instant now) {
  const Error error = std::visit([now](auto& session) { return session.connect(now); }, session_);
  check_move();
  return error;
}

Result<Event> AnyDeviceSession::receive(MutableBytes packet, Instant now) {
  const Result<Event> result =
      std::visit([&](auto& session) { return session.receive(packet, now); }, session_);
  check_move();
  return result;
}

Result<std::size_t> AnyDeviceSession::poll_transmit(MutableBytes out, Instant now) {
  const Result<std::size_t> size =
      std::visit([&](auto& session) { return session.poll_transmit(out, now); }, session_);
  check_move();
  return size;
}

Instant AnyDeviceSession::next_deadline(Instant now) const {
  return std::visit([now](const auto& session) { return session.next_deadline(now); }, session_);
}

Event AnyDeviceSession::on_deadline(Instant now) {
  const Event event =
      std::visit([now](auto& session) { return session.on_deadline(now); }, session_);
  check_move();
  return event;
}

Event AnyDeviceSession::connection_lost(Instant now) {
  if (wire2() != nullptr) return wire2()->connection_lost(now);
  return wire3() != nullptr ? wire3()->connection_lost(now) : Event();
}

void AnyDeviceSession::close(Instant now) {
  if (wire2() != nullptr) {
    wire2()->close(now);
  } else if (compact() != nullptr) {
    compact()->close(ByeReason::Done, now);
  } else {
    wire3()->close(ByeReason::Done, now);
  }
  check_move();
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
  if (compact() == nullptr) {
    return wire2() != nullptr ? wire2()->release_message(now) : wire3()->release_message(now);
  }
  compact()->release_message(now);
  return Event();
}

Result<std::size_t> AnyDeviceSession::save(MutableBytes out, Instant now) {
  const Result<std::size_t> size =
      compact() != nullptr ? compact()->save(out, now) : wire3()->save(out, now);
  check_move();
  return size;
}

Error AnyDeviceSession::wake(MutableBytes saved, std::uint32_t slept_s, Instant now) {
  const Error error = compact() != nullptr ? compact()->wake(saved, slept_s, now)
                                           : wire3()->wake(saved, slept_s, now);
  check_move();
  return error;
}

bool AnyDeviceSession::next_datagram(Message* out) {
  if (compact() != nullptr) return compact()->next_datagram(out);
  return wire3() != nullptr && wire3()->next_datagram(out);
}

std::size_t AnyDeviceSession::datagram_size_max() const {
  if (compact() != nullptr) {
    return compact()->datagram_waiting() ? 0 : compact()->datagram_size_max();
  }
  return wire3() != nullptr && !wire3()->datagram_waiting() ? wire3()->datagram_size_max() : 0;
}

Error AnyDeviceSession::send_datagram(Bytes content, std::uint8_t channel, Instant now) {
  if (compact() != nullptr) return compact()->send_datagram(content, channel, now);
  return wire3() != nullptr ? wire3()->send_datagram(content, channel, now) : Error::WrongState;
}

bool AnyDeviceSession::can_sleep() const {
  if (compact() != nullptr) return compact()->can_sleep();
  return wire3() != nullptr && wire3()->can_sleep();
}

}  // namespace usmp::sim
