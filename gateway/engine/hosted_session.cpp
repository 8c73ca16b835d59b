// What both wires can do is passed on; what one of them cannot is answered here.
#include "engine/hosted_session.hpp"

namespace usmp::gateway {
namespace {

const Address kNoAddress{};
// How long a wire 2 session on UDP answers once it is over, in milliseconds.
constexpr Duration kPartingMax = 5000;

}  // namespace

WireVersion HostedSession::wire() const {
  return wire2() != nullptr ? WireVersion::V2 : WireVersion::V3;
}

State HostedSession::state() const {
  return std::visit([](const auto& session) { return session.state(); }, session_);
}

Bytes HostedSession::session_id() const {
  return std::visit([](const auto& session) { return session.session_id(); }, session_);
}

Bytes HostedSession::cid() const {
  return wire3() != nullptr ? wire3()->agreement().own_cid.view() : Bytes();
}

const Address& HostedSession::address() const {
  return wire3() != nullptr ? wire3()->address() : kNoAddress;
}

std::uint32_t HostedSession::resent() const {
  return wire3() != nullptr ? wire3()->chunks_resent() : wire2()->frames_repeated();
}

HostedSession::Taken HostedSession::send(Outgoing& message, Instant now) {
  // A message for one channel must not arrive as one for another.
  if (wire2() != nullptr && message.channel != 0) return Taken::Channel;
  const Error error =
      std::visit([&](auto& session) { return session.send(message, now); }, session_);
  if (error == Error::None) return Taken::Yes;
  return error == Error::TooLarge ? Taken::TooLarge : Taken::Over;
}

Outgoing* HostedSession::take_finished() {
  return std::visit([](auto& session) { return session.take_finished(); }, session_);
}

Outgoing* HostedSession::take_back() {
  return std::visit([](auto& session) { return session.take_back(); }, session_);
}

bool HostedSession::send_datagram(Bytes content, std::uint8_t channel, Instant now) {
  return wire3() != nullptr && wire3()->send_datagram(content, channel, now) == Error::None;
}

bool HostedSession::datagram_waiting() const {
  return wire3() != nullptr && wire3()->datagram_waiting();
}

Result<Event> HostedSession::receive(MutableBytes packet, const Address& from,
                                     LookaheadBudget& budget, Instant now) {
  return wire3() != nullptr ? wire3()->receive(packet, from, budget, now)
                            : wire2()->receive(packet, now);
}

bool HostedSession::message(Message* out) const {
  return std::visit([out](const auto& session) { return session.message(out); }, session_);
}

bool HostedSession::next_datagram(Message* out) {
  return wire3() != nullptr && wire3()->next_datagram(out);
}

Event HostedSession::release_message(Instant now) {
  return std::visit([now](auto& session) { return session.release_message(now); }, session_);
}

Result<std::size_t> HostedSession::poll_transmit(MutableBytes out, Address* to, Instant now) {
  return wire3() != nullptr ? wire3()->poll_transmit(out, to, now)
                            : wire2()->poll_transmit(out, now);
}

Instant HostedSession::next_deadline(Instant now) const {
  return std::visit([now](const auto& session) { return session.next_deadline(now); }, session_);
}

Event HostedSession::on_deadline(Instant now) {
  return std::visit([now](auto& session) { return session.on_deadline(now); }, session_);
}

bool HostedSession::ping(Instant now) {
  return std::visit([now](auto& session) { return session.ping(now) == Error::None; }, session_);
}

std::uint16_t HostedSession::max_message() const {
  return wire3() != nullptr ? wire3()->agreement().max_message : wire2::kMessageSizeMax;
}

bool HostedSession::rekey(Instant now) {
  return wire2() != nullptr && wire2()->rekey(now) == Error::None;
}

void HostedSession::close(ByeReason reason, Instant now) {
  if (wire3() != nullptr) {
    wire3()->close(reason, now);
  } else {
    wire2()->close(now);
  }
}

void HostedSession::connection_lost(Instant now) {
  std::visit([now](auto& session) { session.connection_lost(now); }, session_);
}

// USMP2 §UDP: each frame is acknowledged with a UTACK, BYE too: ours is repeated until it is, and
// the peer's is acknowledged again when it repeats it.
bool HostedSession::is_parting(Instant now) {
  Wire2Session* session = wire2();
  if (session == nullptr) return false;
  if (!session->has_parted) session->part_until = now + kPartingMax;
  session->has_parted = true;
  return now.before(session->part_until);
}

bool HostedSession::has_receive_buffer() const {
  return std::visit([](const auto& session) { return session.has_receive_buffer(); }, session_);
}

bool HostedSession::receive_buffer_idle() const {
  return std::visit([](const auto& session) { return session.receive_buffer_idle(); }, session_);
}

void HostedSession::lend_receive_buffer(const ReceiveBuffer& buffer) {
  if (wire3() != nullptr) {
    wire3()->lend_receive_buffer(buffer);
  } else {
    wire2()->lent = buffer;
    wire2()->lend_receive_buffer(MutableBytes(buffer.room, wire2::kMessageSizeMax));
  }
}

ReceiveBuffer HostedSession::take_receive_buffer() {
  if (wire3() != nullptr) return wire3()->take_receive_buffer();
  static_cast<void>(wire2()->take_receive_buffer());
  return wire2()->lent;
}

// A wire 2 session has one frame under way and needs no room to follow it.
bool HostedSession::needs_send_buffer() const {
  return wire3() != nullptr && !wire3()->has_send_buffer() && !wire3()->send_idle();
}

bool HostedSession::has_send_buffer() const {
  return wire3() != nullptr && wire3()->has_send_buffer();
}

bool HostedSession::send_buffer_idle() const {
  return wire3() != nullptr && wire3()->send_buffer_idle();
}

void HostedSession::lend_send_buffer(const SendBuffer& buffer) {
  if (wire3() != nullptr) wire3()->lend_send_buffer(buffer);
}

SendBuffer HostedSession::take_send_buffer() {
  return wire3() != nullptr ? wire3()->take_send_buffer() : SendBuffer();
}

}  // namespace usmp::gateway
