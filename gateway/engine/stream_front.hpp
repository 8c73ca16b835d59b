// The stream connections of an engine: each makes one handshake and has one session, or is closed
// (USMP3 §2, §4: on a stream). The first packet tells which wire: wire 2 is in
// stream_front_wire2.cpp. Bytes become records or frames in the loop, not here.
#ifndef USMP_GATEWAY_ENGINE_STREAM_FRONT_HPP
#define USMP_GATEWAY_ENGINE_STREAM_FRONT_HPP

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/admission.hpp"
#include "engine/engine_context.hpp"
#include "engine/handshake_limits.hpp"
#include "engine/lockout.hpp"
#include "engine/session_host.hpp"

namespace usmp::gateway {

class StreamFront {
 public:
  StreamFront(EngineContext& context, HandshakeLimits& limits, Lockout& lockout,
              Admission& admission, SessionHost& sessions);

  bool open(ConnectionId connection, const Address& peer, Instant now);
  void receive(ConnectionId connection, MutableBytes packet, Instant now);
  void lost(ConnectionId connection, Instant now);
  void writable(ConnectionId connection);
  /// A session is over and its BYE is out.
  void session_over(ConnectionId connection) { close(connection); }
  /// Closes connections that have no session; the others close with theirs.
  void stop();

  /// Closes connections whose handshake is not done in 30 s, on wire 2 in 10 s from its HELLO on.
  void on_deadline(Milliseconds64 now);
  /// Asks again for the keys of handshakes that wait for one, where it is time to.
  void ask_again(Instant now);
  /// UINT64_MAX: none.
  Milliseconds64 next_deadline() const;
  std::size_t count() const { return connections_.size(); }

 private:
  struct Connection {
    Address peer{};
    NetworkKey network{};
    std::unique_ptr<GatewayHandshake> handshake;  // from HELLO to SESSION_OK
    std::unique_ptr<wire2::GatewayHandshake> wire2_handshake;
    std::uint64_t hello_number = 0;
    SessionHandle session;
    std::vector<std::uint8_t> hello_ack;         // of wire 3, while it waits for a key
    Milliseconds64 close_at = 0;                 // while it has no session
    std::list<ConnectionId>* row = nullptr;      // which of the two, likewise
    std::list<ConnectionId>::iterator awaiting;  // and its place there
  };
  /// A handshake whose key nobody could tell; nothing more is read of its connection meanwhile.
  struct AwaitingKey {
    ConnectionId connection;
    Milliseconds64 ask_at;
  };
  using Connections = std::unordered_map<ConnectionId, Connection>;

  bool receive_hello(ConnectionId id, Connection& connection, Bytes packet, Instant now);
  bool receive_hello_ack(ConnectionId id, Connection& connection, Bytes packet, Instant now);
  bool receive_wire2(ConnectionId id, Connection& connection, MutableBytes packet, Instant now);
  bool receive_wire2_hello(ConnectionId id, Connection& connection, Bytes packet, Instant now);
  bool decide_wire2(ConnectionId id, Connection& connection, Instant now);
  bool await_key(ConnectionId id, Instant now);
  bool is_beyond_limits(const Connection& connection);
  void await_session(ConnectionId id, Connection& connection, std::list<ConnectionId>& row,
                     Milliseconds64 close_at);
  void has_session(Connection& connection, const SessionRecord& session);
  Milliseconds64 deadline_of(const std::list<ConnectionId>& row) const;
  void send_reject(ConnectionId id, const Hello& hello, RejectReason reason);
  bool send_answer(ConnectionId id, Bytes answer);
  bool commit(ConnectionId id, const Result<std::size_t>& size);
  void end_handshake(Connection& connection);
  void forget(Connections::iterator connection);
  void close(ConnectionId connection);

  EngineContext& context_;
  HandshakeLimits& limits_;
  Lockout& lockout_;
  Admission& admission_;
  SessionHost& sessions_;
  Connections connections_;
  // Connections without a session, each in one of these, in the order of their deadlines.
  std::list<ConnectionId> awaiting_session_;
  std::list<ConnectionId> awaiting_wire2_session_;
  std::deque<AwaitingKey> awaiting_key_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_STREAM_FRONT_HPP
