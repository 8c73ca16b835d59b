// Everything that would be dropped on a datagram medium closes the connection here.
#include "engine/stream_front.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace usmp::gateway {

StreamFront::StreamFront(EngineContext& context, HandshakeLimits& limits, Lockout& lockout,
                         Admission& admission, SessionHost& sessions)
    : context_(context),
      limits_(limits),
      lockout_(lockout),
      admission_(admission),
      sessions_(sessions) {}

bool StreamFront::open(ConnectionId id, const Address& peer, Instant now) {
  if (context_.stopping || connections_.size() >= context_.config.sessions_max) return false;
  const auto [place, is_new] = connections_.try_emplace(id);
  if (!is_new) return false;
  Connection& connection = place->second;
  connection.peer = peer;
  connection.network = network_key(peer);
  await_session(id, connection, awaiting_session_,
                context_.monotonic.follow(now) + context_.config.stream_handshake_max);
  return true;
}

// Puts the connection at the end of a row, out of the one that it is in.
void StreamFront::await_session(ConnectionId id, Connection& connection,
                                std::list<ConnectionId>& row, Milliseconds64 close_at) {
  if (connection.row != nullptr) connection.row->erase(connection.awaiting);
  connection.row = &row;
  connection.awaiting = row.insert(row.end(), id);
  connection.close_at = close_at;
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
  const PacketKind kind = classify_packet(packet, 0, &cid);
  bool stays = false;
  // USMP3 §7: versions 2 and 3 are told apart by the first byte.
  if (connection.handshake == nullptr && !packet.empty() && wire2::is_wire2(packet[0])) {
    stays = receive_wire2(id, connection, packet, now);
  } else if (kind == PacketKind::Hello && connection.handshake == nullptr &&
             connection.wire2_handshake == nullptr) {
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
  if (is_beyond_limits(connection)) {
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

bool StreamFront::is_beyond_limits(const Connection& connection) {
  const bool is_beyond = limits_.beyond_hard(connection.network) ||
                         sessions_.table().count() >= context_.config.sessions_max;
  if (is_beyond) ++context_.counters.hellos_busy;
  return is_beyond;
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
    case Admission::Verdict::NoKey:
      connection.hello_ack.assign(packet.data, packet.data + packet.size);
      return await_key(id, now);
    case Admission::Verdict::Repeated:
      ++context_.counters.repeats_answered;
      [[fallthrough]];
    case Admission::Verdict::Rejected:
      return send_answer(id, connection.handshake->answer()) && !connection.handshake->exhausted();
    case Admission::Verdict::Accepted:
      break;
  }
  has_session(connection, *session);
  if (send_answer(id, connection.handshake->answer())) {
    end_handshake(connection);
    return true;
  }
  sessions_.connection_lost(*session, now);
  return false;
}

void StreamFront::has_session(Connection& connection, const SessionRecord& session) {
  connection.session = session.handle;
  connection.row->erase(connection.awaiting);
  connection.row = nullptr;
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
  if (connection.handshake == nullptr && connection.wire2_handshake == nullptr) return;
  limits_.ended(connection.network);
  connection.handshake.reset();
  connection.wire2_handshake.reset();
}

void StreamFront::forget(Connections::iterator place) {
  Connection& connection = place->second;
  end_handshake(connection);
  if (connection.row != nullptr) connection.row->erase(connection.awaiting);
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
  while (!awaiting_wire2_session_.empty()) close(awaiting_wire2_session_.front());
}

void StreamFront::on_deadline(Milliseconds64 now) {
  // USMP3 §4: a handshake not done in 30 s closes the connection.
  // USMP2 §Handshake: 10 s for one handshake
  for (const std::list<ConnectionId>* row : {&awaiting_session_, &awaiting_wire2_session_}) {
    while (deadline_of(*row) <= now) {
      ++context_.counters.handshakes_expired;
      close(row->front());
    }
  }
}

// True: the connection stays.
bool StreamFront::await_key(ConnectionId id, Instant now) {
  context_.output.pause_connection(id);
  awaiting_key_.push_back({id, context_.monotonic.follow(now) + kKeyAskInterval});
  return true;
}

void StreamFront::ask_again(Instant now) {
  const Milliseconds64 now_ms = context_.monotonic.follow(now);
  while (!awaiting_key_.empty() && awaiting_key_.front().ask_at <= now_ms) {
    const ConnectionId id = awaiting_key_.front().connection;
    awaiting_key_.pop_front();
    const auto found = connections_.find(id);
    if (found == connections_.end() || found->second.session.generation != 0) continue;
    Connection& connection = found->second;
    bool stays = false;
    if (connection.wire2_handshake != nullptr) {
      stays = decide_wire2(id, connection, now);
    } else if (connection.handshake != nullptr) {
      const std::vector<std::uint8_t> hello_ack = std::move(connection.hello_ack);
      stays = receive_hello_ack(id, connection, Bytes(hello_ack.data(), hello_ack.size()), now);
    }
    if (!stays) {
      close(id);
    } else if (awaiting_key_.empty() || awaiting_key_.back().connection != id) {
      context_.output.resume_connection(id);
    }
  }
}

Milliseconds64 StreamFront::next_deadline() const {
  const Milliseconds64 ask_at = awaiting_key_.empty() ? UINT64_MAX : awaiting_key_.front().ask_at;
  return std::min({deadline_of(awaiting_session_), deadline_of(awaiting_wire2_session_), ask_at});
}

Milliseconds64 StreamFront::deadline_of(const std::list<ConnectionId>& row) const {
  return row.empty() ? UINT64_MAX : connections_.at(row.front()).close_at;
}

}  // namespace usmp::gateway
