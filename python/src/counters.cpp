// Counters of a server as a dict, and what a session's silence may be.
#include <algorithm>
#include <cmath>

#include "bindings.hpp"

namespace usmp::python {

namespace {

// The deadline of a session may not be further than the clock can tell.
constexpr Duration kWire2TimeoutMax = 7u * 24 * 3600 * 1000;

}  // namespace

nanobind::dict dict_of(const gateway::EngineCounters& counters) {
  nanobind::dict dict;
#define USMP_COUNTER(name) dict[#name] = counters.name
  USMP_COUNTER(packets_in);
  USMP_COUNTER(bytes_in);
  USMP_COUNTER(packets_out);
  USMP_COUNTER(bytes_out);
  USMP_COUNTER(handshakes_begun);
  USMP_COUNTER(handshakes_finished);
  USMP_COUNTER(handshakes_rejected);
  USMP_COUNTER(handshakes_expired);
  USMP_COUNTER(hellos_rejected);
  USMP_COUNTER(hellos_busy);
  USMP_COUNTER(retries);
  USMP_COUNTER(repeats_answered);
  USMP_COUNTER(resets);
  USMP_COUNTER(sessions_replaced);
  USMP_COUNTER(sessions_revoked);
  USMP_COUNTER(sessions_idle);
  USMP_COUNTER(sessions_closed);
  USMP_COUNTER(wire2_retries);
  USMP_COUNTER(wire2_utacks);
  USMP_COUNTER(wire2_lockouts);
  USMP_COUNTER(wire2_refused);
  USMP_COUNTER(dropped_malformed);
  USMP_COUNTER(dropped_unauthentic);
  USMP_COUNTER(dropped_replayed);
  USMP_COUNTER(dropped_unexpected);
  USMP_COUNTER(dropped_unknown_cid);
  USMP_COUNTER(dropped_early);
  USMP_COUNTER(dropped_stale);
  USMP_COUNTER(dropped_no_key);
  USMP_COUNTER(dropped_no_room);
  USMP_COUNTER(dropped_failed);
  USMP_COUNTER(messages_in);
  USMP_COUNTER(message_bytes_in);
  USMP_COUNTER(datagrams_in);
  USMP_COUNTER(messages_delivered);
  USMP_COUNTER(message_bytes_delivered);
  USMP_COUNTER(datagrams_out);
  USMP_COUNTER(chunks_resent);
  USMP_COUNTER(packets_forwarded);
  USMP_COUNTER(line_frames_in);
  USMP_COUNTER(line_frames_out);
  USMP_COUNTER(line_cobs_errors);
  USMP_COUNTER(line_crc_errors);
  USMP_COUNTER(line_oversize);
  USMP_COUNTER(line_losses);
  USMP_COUNTER(sessions);
  USMP_COUNTER(sessions_wire2);
  USMP_COUNTER(handshakes_unfinished);
  USMP_COUNTER(connections);
  USMP_COUNTER(lines);
  USMP_COUNTER(messages_held);
  USMP_COUNTER(message_bytes_held);
#undef USMP_COUNTER
  return dict;
}

void set_session_timeout(gateway::EngineConfig& config, double seconds) {
  // The wire has whole seconds, which the device hears of: it sends PINGs three times as often.
  const double bounded = std::clamp(std::ceil(seconds), 1.0, 4294967295.0);
  config.idle_s = static_cast<std::uint32_t>(bounded);
  const double ms = std::clamp(seconds * 1000, 1.0, static_cast<double>(kWire2TimeoutMax));
  config.wire2_timeout = static_cast<Duration>(ms);
}

}  // namespace usmp::python
