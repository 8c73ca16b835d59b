// What an engine does with a wire 2 datagram before a session has it: HELLO with its cookie, limits
// and lockout, HELLO_ACK, session frames to the session of their address.
#ifndef USMP_GATEWAY_ENGINE_WIRE2_DATAGRAM_FRONT_HPP
#define USMP_GATEWAY_ENGINE_WIRE2_DATAGRAM_FRONT_HPP

#include "engine/admission.hpp"
#include "engine/engine_context.hpp"
#include "engine/lockout.hpp"
#include "engine/session_host.hpp"
#include "engine/wire2_handshake_table.hpp"

namespace usmp::gateway {

class Wire2DatagramFront {
 public:
  Wire2DatagramFront(EngineContext& context, HandshakeLimits& limits, Lockout& lockout,
                     Admission& admission, SessionHost& sessions);

  void receive(MutableBytes packet, const Address& from, Instant now, std::uint64_t seconds);
  /// Ends all handshakes.
  void stop() { handshakes_.clear(); }

  void on_deadline(Instant now);
  /// UINT64_MAX: none.
  Milliseconds64 next_deadline() const { return handshakes_.next_deadline(); }

 private:
  void receive_hello(Bytes packet, const Address& from, Instant now, std::uint64_t seconds);
  bool admit_hello(const wire2::Hello& hello, const Address& from, Instant now,
                   std::uint64_t seconds);
  void begin(const wire2::Hello& hello, const Address& from, Instant now);
  void receive_handshake(MutableBytes packet, const Address& from, Instant now);
  void decide(Wire2HandshakeRecord& record, Instant now);
  void receive_session(MutableBytes packet, const Address& from, Instant now);
  void send_retry(const wire2::Hello& hello, const Address& from, std::uint64_t seconds);
  void transmit(Wire2HandshakeRecord& record, Instant now);
  void arm(const Wire2HandshakeRecord& record, Instant now);
  MutableBytes room();
  bool commit(const Result<std::size_t>& size, const Address& to);

  EngineContext& context_;
  HandshakeLimits& limits_;
  Lockout& lockout_;
  Admission& admission_;
  SessionHost& sessions_;
  Wire2HandshakeTable handshakes_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_WIRE2_DATAGRAM_FRONT_HPP
