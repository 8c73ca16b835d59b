// Decides on a HELLO_ACK of either wire: asks for the device's key, checks the proof, and only then
// whether this device may come in; makes its session. The same for datagrams, streams and lines.
#ifndef USMP_GATEWAY_ENGINE_ADMISSION_HPP
#define USMP_GATEWAY_ENGINE_ADMISSION_HPP

#include "engine/engine_context.hpp"
#include "engine/session_host.hpp"
#include "usmp/gateway_handshake.hpp"
#include "usmp/wire2/gateway_handshake.hpp"

namespace usmp::gateway {

class Admission {
 public:
  Admission(EngineContext& context, SessionHost& sessions)
      : context_(context), sessions_(sessions) {}

  /// Where a HELLO_ACK came from.
  struct Origin {
    const Address& from;
    Medium medium;
    ConnectionId connection;       // of a stream or a line
    const std::string* line_name;  // outlives the session
  };

  enum class Verdict : std::uint8_t {
    Dropped,   ///< no answer; the handshake stays as it was
    NoKey,     ///< as Dropped: nobody can tell the key now; decide again later
    Repeated,  ///< answered before: the answer stands in handshake.answer()
    Accepted,  ///< a session stands (in `session`): SESSION_OK stands in handshake.answer()
    Rejected,  ///< REJECT 1 stands in handshake.answer(); over if handshake.exhausted()
    Stale,     ///< dropped; forget the handshake
  };

  /// `hello_number`: of the HELLO that began this handshake.
  Verdict decide(GatewayHandshake& handshake, std::uint64_t hello_number, Bytes hello_ack,
                 const Origin& origin, Instant now, SessionRecord** session);

  /// As above for a wire 2 handshake whose receive() gave Claimed. NoKey: nobody can tell the key
  /// now; decide again when HELLO_ACK is repeated. Rejected: it is over, without a word to the
  /// device. Stale: forget it. Accepted: the session sends SESSION_OK, flush() does.
  Verdict decide_wire2(wire2::GatewayHandshake& handshake, std::uint64_t hello_number,
                       const Origin& origin, Instant now, SessionRecord** session);

 private:
  /// What a proof is checked with: the device's key, or a random one of which the same is done.
  struct Candidate {
    DeviceKey key;
    Psk stand_in;
    bool is_known = false;
    Bytes psk() const { return is_known ? key.psk.view() : stand_in.view(); }
  };

  /// False: it cannot be told now.
  bool look_up(const DeviceId& device, Candidate& candidate);
  SessionRecord& add_record(const DeviceId& device, Bytes cid, const Candidate& candidate,
                            const Origin& origin);
  Verdict admit(GatewayHandshake& handshake, std::uint64_t hello_number, const DeviceId& device,
                const Candidate& candidate, const Origin& origin, Instant now,
                SessionRecord** session);
  Verdict admit(SessionRecord& record, Bytes cid, std::uint64_t hello_number, Instant now,
                SessionRecord** session);
  Verdict reject(GatewayHandshake& handshake);

  EngineContext& context_;
  SessionHost& sessions_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_ADMISSION_HPP
