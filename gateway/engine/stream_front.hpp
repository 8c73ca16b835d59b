// The stream connections of an engine: each makes one handshake and has one session, or is closed
// (USMP3 §2, §4: on a stream). Bytes become records in the loop, not here.
#ifndef USMP_GATEWAY_ENGINE_STREAM_FRONT_HPP
#define USMP_GATEWAY_ENGINE_STREAM_FRONT_HPP

#include <list>
#include <memory>
#include <unordered_map>

#include "engine/admission.hpp"
#include "engine/engine_context.hpp"
#include "engine/handshake_limits.hpp"
#include "engine/session_host.hpp"

namespace usmp::gateway {

class StreamFront {
 public:
  StreamFront(EngineContext& context, HandshakeLimits& limits, Admission& admission,
              SessionHost& sessions);

  bool open(ConnectionId connection, const Address& peer, Instant now);
  void receive(ConnectionId connection, MutableBytes packet, Instant now);
  void lost(ConnectionId connection, Instant now);
  void writable(ConnectionId connection);
  /// A session is over and its BYE is out.
  void session_over(ConnectionId connection) { close(connection); }
  /// Closes connections that have no session; the others close with theirs.
  void stop();

  /// Closes connections whose handshake is not done in 30 s.
  void on_deadline(Milliseconds64 now);
  /// UINT64_MAX: none.
  Milliseconds64 next_deadline() const;
  std::size_t count() const { return connections_.size(); }

 private:
  struct Connection {
    Address peer{};
    NetworkKey network{};
    std::unique_ptr<GatewayHandshake> handshake;  // from HELLO to SESSION_OK
    std::uint64_t hello_number = 0;
    SessionHandle session;
    Milliseconds64 close_at = 0;                 // while it has no session
    std::list<ConnectionId>::iterator awaiting;  // its place in awaiting_session_, likewise
  };
  using Connections = std::unordered_map<ConnectionId, Connection>;

  bool receive_hello(ConnectionId id, Connection& connection, Bytes packet, Instant now);
  bool receive_hello_ack(ConnectionId id, Connection& connection, Bytes packet, Instant now);
  void send_reject(ConnectionId id, const Hello& hello, RejectReason reason);
  bool send_answer(ConnectionId id, Bytes answer);
  bool commit(ConnectionId id, const Result<std::size_t>& size);
  void end_handshake(Connection& connection);
  void forget(Connections::iterator connection);
  void close(ConnectionId connection);

  EngineContext& context_;
  HandshakeLimits& limits_;
  Admission& admission_;
  SessionHost& sessions_;
  Connections connections_;
  std::list<ConnectionId> awaiting_session_;  // in the order in which they were opened
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_STREAM_FRONT_HPP
