// What an engine does with a wire 3 datagram before a session has it: HELLO and its load limits,
// HELLO_ACK, data packets to their sessions or threads, RESET for those that nobody knows.
#ifndef USMP_GATEWAY_ENGINE_DATAGRAM_FRONT_HPP
#define USMP_GATEWAY_ENGINE_DATAGRAM_FRONT_HPP

#include "engine/admission.hpp"
#include "engine/engine_context.hpp"
#include "engine/handshake_table.hpp"
#include "engine/reset_limiter.hpp"
#include "engine/session_host.hpp"

namespace usmp::gateway {

class DatagramFront {
 public:
  DatagramFront(EngineContext& context, HandshakeLimits& limits, Admission& admission,
                SessionHost& sessions);

  /// `forwarded`: another thread passed it on; it is not passed on again.
  void receive(MutableBytes packet, const Address& from, bool forwarded, Instant now,
               std::uint64_t seconds);
  /// The thread that gave the packet's cid; our own for what has none.
  unsigned owner_of(Bytes packet) const;

  HandshakeTable& handshakes() { return handshakes_; }
  const HandshakeTable& handshakes() const { return handshakes_; }

 private:
  void receive_hello(Bytes packet, const Address& from, Instant now, std::uint64_t seconds);
  bool admit_hello(const Hello& hello, const Address& from, std::uint64_t seconds);
  void begin(Hello& hello, const Address& from, Instant now);
  void receive_hello_ack(Bytes packet, Bytes cid, const Address& from, Instant now);
  void receive_data(MutableBytes packet, Bytes cid, const Address& from, Instant now);
  void send_challenge(const HandshakeRecord& record);
  void send_retry(const Hello& hello, const Address& from, std::uint64_t seconds);
  void send_reject(const Hello& hello, const Address& from, RejectReason reason);
  void send_reset(Bytes cid, const Address& from, Instant now);
  void send_answer(Bytes answer, const Address& to);
  void commit(const Result<std::size_t>& size, const Address& to);
  MutableBytes room();
  bool make_cid(Cid* cid);
  unsigned owner_of_cid(Bytes cid) const;

  EngineContext& context_;
  HandshakeLimits& limits_;
  Admission& admission_;
  SessionHost& sessions_;
  HandshakeTable handshakes_;
  ResetLimiter resets_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_DATAGRAM_FRONT_HPP
