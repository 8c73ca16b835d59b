// Wire 2 handshakes on stream connections, see stream_front.hpp. Nothing tells a device why it was
// refused: the connection closes.
#include "engine/stream_front.hpp"

namespace usmp::gateway {

// False: the connection ends.
bool StreamFront::receive_wire2(ConnectionId id, Connection& connection, MutableBytes packet,
                                Instant now) {
  if (connection.wire2_handshake == nullptr) {
    return receive_wire2_hello(id, connection, packet, now);
  }
  const auto claim = connection.wire2_handshake->receive(packet, now);
  if (!claim.ok()) {
    context_.count_drop(claim.error);
    return false;
  }
  return claim.value == wire2::GatewayHandshake::Claim::Claimed &&
         decide_wire2(id, connection, now);
}

bool StreamFront::receive_wire2_hello(ConnectionId id, Connection& connection, Bytes packet,
                                      Instant now) {
  wire2::Hello hello;
  if (wire2::parse_hello(packet, &hello) != Error::None) {
    ++context_.counters.dropped_malformed;
    return false;
  }
  const Milliseconds64 now_ms = context_.monotonic.follow(now);
  if (lockout_.is_locked_out(connection.network, now_ms)) {
    ++context_.counters.wire2_refused;
    return false;
  }
  if (is_beyond_limits(connection)) return false;
  auto handshake = std::make_unique<wire2::GatewayHandshake>();
  const Error error = handshake->begin(context_.wire2_stream, hello, now);
  if (error != Error::None) {
    context_.count_drop(error);
    return false;
  }
  limits_.begun(connection.network);
  ++context_.counters.handshakes_begun;
  connection.hello_number = context_.directory.next_hello_number();
  connection.wire2_handshake = std::move(handshake);
  await_session(id, connection, awaiting_wire2_session_, now_ms + wire2::kHandshakeMax);
  const MutableBytes room = context_.output.record_room(id);
  return !room.empty() && commit(id, connection.wire2_handshake->poll_transmit(room, now));
}

bool StreamFront::decide_wire2(ConnectionId id, Connection& connection, Instant now) {
  SessionRecord* session = nullptr;
  const Admission::Origin origin{connection.peer, Medium::Stream, id, nullptr};
  const Admission::Verdict verdict = admission_.decide_wire2(
      *connection.wire2_handshake, connection.hello_number, origin, now, &session);
  if (verdict == Admission::Verdict::Accepted) {
    lockout_.succeeded(connection.network);
    has_session(connection, *session);
    end_handshake(connection);
    return true;
  }
  if (verdict == Admission::Verdict::NoKey) return await_key(id, now);
  if (verdict == Admission::Verdict::Rejected &&
      lockout_.failed(connection.network, context_.monotonic.follow(now))) {
    ++context_.counters.wire2_lockouts;
  }
  return false;
}

}  // namespace usmp::gateway
