// The serial lines of an engine: each carries one device at a time and names its session, so cids
// are empty here (USMP3 §7). Bytes become frames in the loop, not here.
#ifndef USMP_GATEWAY_ENGINE_LINE_FRONT_HPP
#define USMP_GATEWAY_ENGINE_LINE_FRONT_HPP

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/admission.hpp"
#include "engine/engine_context.hpp"
#include "engine/session_host.hpp"

namespace usmp::gateway {

/// Handshakes that a line has at a time, finished ones that wait for repeats among them; the oldest
/// gives way. A device has one, and one more after it was reset.
inline constexpr std::size_t kLineHandshakesMax = 4;
/// New handshakes that a line may begin in a second, beyond: REJECT 3. A device begins one in
/// seconds; whatever else talks on a line does not keep the others from their thread.
inline constexpr unsigned kLineHellosPerSecondMax = 10;

class LineFront {
 public:
  LineFront(EngineContext& context, Admission& admission, SessionHost& sessions)
      : context_(context), admission_(admission), sessions_(sessions) {}

  /// False: there are lines_max already.
  bool open(ConnectionId line, std::string name);
  void receive(ConnectionId line, MutableBytes packet, Instant now);
  void writable(ConnectionId line);
  /// Forgets what this device has finished.
  void forget_device(const DeviceId& device);
  void stop();

  /// Forgets handshakes that are 30 s old. The count of those that were unfinished.
  std::size_t expire(Milliseconds64 now);
  /// UINT64_MAX: none.
  Milliseconds64 next_deadline() const;
  std::size_t unfinished_count() const;

 private:
  struct Handshake {
    GatewayHandshake handshake;
    std::uint64_t hello_number = 0;
    Milliseconds64 forget_at = 0;
    std::optional<DeviceId> device;  // accepted
    bool is_finished = false;        // only its answer is kept
  };
  /// So many in the second that began at `since`.
  struct Rate {
    Milliseconds64 since = 0;
    unsigned count = 0;

    bool allow(unsigned per_second, Milliseconds64 now);
  };
  struct Line {
    ConnectionId id = 0;
    std::string name;
    std::vector<std::unique_ptr<Handshake>> handshakes;  // in the order in which they began
    SessionHandle session;
    Rate hellos;
    Rate resets;
  };

  void receive_hello(Line& line, Bytes packet, Instant now);
  void begin(Line& line, Hello& hello, Instant now);
  void receive_hello_ack(Line& line, Bytes packet, Instant now);
  void accepted(Line& line, Handshake& handshake, const SessionRecord& session, Instant now);
  void receive_data(Line& line, MutableBytes packet, Instant now);
  void send_challenge(const Line& line, const Handshake& handshake);
  void send_reject(const Line& line, const Hello& hello, RejectReason reason);
  void send_answer(const Line& line, Bytes answer);
  MutableBytes room(const Line& line);
  void commit(const Line& line, const Result<std::size_t>& size);

  EngineContext& context_;
  Admission& admission_;
  SessionHost& sessions_;
  std::unordered_map<ConnectionId, Line> lines_;  // a Line stays where it is
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_LINE_FRONT_HPP
