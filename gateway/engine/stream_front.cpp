// Everything that would be dropped on a datagram medium closes the connection here.
#include "engine/stream_front.hpp"

#include <algorithm>
#include <cstring>

namespace usmp::gateway {

StreamFront::StreamFront(EngineContext& context, HandshakeLimits& limits, Admission& admission,
                         SessionHost& sessions)
    : context_(context), limits_(limits), admission_(admission), sessions_(sessions) {}

bool StreamFront::open(ConnectionId id, const Address& peer, Instant now) {
  if (context_.stopping || connections_.size() >= context_.config.sessions_max) return false;
  const auto [place, is_new] = connections_.try_emplace(id);
  if (!is_new) return false;
  Connection& connection = place->second;
  connection.peer = peer;
  connection.network = network_key(peer);
  connection.close_at = context_.monotonic.follow(now) + context_.config.stream_handshake_max;
  connection.awaiting = awaiting_session_.insert(awaiting_session_.end(), id);
  return true;
}

void StreamFront::receive(ConnectionId id, MutableBytes packet, Instant now) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  if (SessionRecord* session = sessions_.table().find(connection.session)) {
    sessions_.receive(*session, packet, connection.peer, now);
    return;
  }
  Bytes cid;
  // Wire 2 on this port would be told apart here, by the first byte of the first record.
  const PacketKind kind = classify_packet(packet, 0, &cid);
  bool stays = false;
  if (kind == PacketKind::Hello && connection.handshake == nullptr) {
    stays = receive_hello(id, connection, packet, now);
  } else if (kind == PacketKind::HelloAck && connection.handshake != nullptr) {
    stays = receive_hello_ack(id, connection, packet, now);
  } else {
    ++context_.counters.dropped_unexpected;
  }
  // USMP3 §4: on a stream what would be dropped elsewhere closes the connection.
  if (!stays) close(id);
}

// False: the connection ends.
bool StreamFront::receive_hello(ConnectionId id, Connection& connection, Bytes packet,
                                Instant now) {
  Hello hello;
  if (parse_hello(packet, &hello) != Error::None) {
    ++context_.counters.dropped_malformed;
    return false;
  }
  // USMP3 §2, Load: cookies are for UDP; a connection has shown its address already.
  if (limits_.beyond_hard(connection.network) ||
      sessions_.table().count() >= context_.config.sessions_max) {
    ++context_.counters.hellos_busy;
    send_reject(id, hello, RejectReason::Busy);
    return false;
  }
  hello.limits.max_packet =
      std::min(hello.limits.max_packet, static_cast<std::uint16_t>(kRecordSizeMax));
  auto handshake = std::make_unique<GatewayHandshake>();
  const Result<GatewayHandshake::Offer> offer =
      handshake->begin(context_.stream, hello, Bytes(), now);
  if (!offer.ok()) {
    context_.count_drop(offer.error);
    return false;
  }
  if (offer.value != GatewayHandshake::Offer::Challenge) {
    ++context_.counters.hellos_rejected;
    const bool parameters = offer.value == GatewayHandshake::Offer::Parameters;
    send_reject(id, hello, parameters ? RejectReason::Parameters : RejectReason::NoCommonSuite);
    return false;
  }
  limits_.begun(connection.network);
  ++context_.counters.handshakes_begun;
  connection.hello_number = context_.directory.next_hello_number();
  connection.handshake = std::move(handshake);
  const MutableBytes room = context_.output.record_room(id);
  return !room.empty() && commit(id, connection.handshake->write_challenge(room));
}

bool StreamFront::receive_hello_ack(ConnectionId id, Connection& connection, Bytes packet,
                                    Instant now) {
  SessionRecord* session = nullptr;
  const Admission::Origin origin{connection.peer, Medium::Stream, id, nullptr};
  switch (admission_.decide(*connection.handshake, connection.hello_number, packet, origin, now,
                            &session)) {
    case Admission::Verdict::Dropped:
    case Admission::Verdict::Stale:
      return false;
    case Admission::Verdict::Repeated:
      ++context_.counters.repeats_answered;
      [[fallthrough]];
    case Admission::Verdict::Rejected:
      return send_answer(id, connection.handshake->answer()) && !connection.handshake->exhausted();
    case Admission::Verdict::Accepted:
      break;
  }
  connection.session = session->handle;
  awaiting_session_.erase(connection.awaiting);
  if (send_answer(id, connection.handshake->answer())) {
    end_handshake(connection);
    return true;
  }
  sessions_.connection_lost(*session, now);
  return false;
}

void StreamFront::send_reject(ConnectionId id, const Hello& hello, RejectReason reason) {
  const MutableBytes room = context_.output.record_room(id);
  if (!room.empty()) commit(id, write_reject(room, hello, reason));
}

bool StreamFront::send_answer(ConnectionId id, Bytes answer) {
  const MutableBytes room = context_.output.record_room(id);
  if (room.empty() || answer.empty()) return false;
  std::memcpy(room.data, answer.data, answer.size);
  return commit(id, answer.size);
}

bool StreamFront::commit(ConnectionId id, const Result<std::size_t>& size) {
  if (!size.ok()) {
    context_.count_drop(size.error);
    return false;
  }
  context_.output.commit_record(id, size.value);
  context_.count_out(size.value);
  return true;
}

void StreamFront::lost(ConnectionId id, Instant now) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  SessionRecord* session = sessions_.table().find(found->second.session);
  if (session != nullptr) sessions_.connection_lost(*session, now);
  forget(found);
}

void StreamFront::writable(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  SessionRecord* session = sessions_.table().find(found->second.session);
  if (session != nullptr) sessions_.connection_writable(*session);
}

void StreamFront::end_handshake(Connection& connection) {
  if (connection.handshake == nullptr) return;
  limits_.ended(connection.network);
  connection.handshake.reset();
}

void StreamFront::forget(Connections::iterator place) {
  Connection& connection = place->second;
  end_handshake(connection);
  if (connection.session.generation == 0) awaiting_session_.erase(connection.awaiting);
  connections_.erase(place);
}

void StreamFront::close(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  forget(found);
  context_.output.close_connection(id);
}

void StreamFront::stop() {
  while (!awaiting_session_.empty()) close(awaiting_session_.front());
}

void StreamFront::on_deadline(Milliseconds64 now) {
  // USMP3 §4: a handshake not done in 30 s closes the connection.
  while (next_deadline() <= now) {
    ++context_.counters.handshakes_expired;
    close(awaiting_session_.front());
  }
}

Milliseconds64 StreamFront::next_deadline() const {
  if (awaiting_session_.empty()) return UINT64_MAX;
  return connections_.at(awaiting_session_.front()).close_at;
}

}  // namespace usmp::gateway
