// What an engine has counted since it began; for logs, `--stats` and a metrics page.
#ifndef USMP_GATEWAY_ENGINE_ENGINE_COUNTERS_HPP
#define USMP_GATEWAY_ENGINE_ENGINE_COUNTERS_HPP

#include <cstdint>

namespace usmp::gateway {

struct EngineCounters {
  std::uint64_t packets_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t packets_out = 0;
  std::uint64_t bytes_out = 0;

  std::uint64_t handshakes_begun = 0;     ///< CHALLENGE made
  std::uint64_t handshakes_finished = 0;  ///< SESSION_OK
  std::uint64_t handshakes_rejected = 0;  ///< REJECT 1
  std::uint64_t handshakes_expired = 0;   ///< not finished in time, or pushed out
  std::uint64_t hellos_rejected = 0;      ///< REJECT 2 and 4
  std::uint64_t hellos_busy = 0;          ///< REJECT 3
  std::uint64_t retries = 0;
  std::uint64_t repeats_answered = 0;  ///< HELLO or HELLO_ACK again
  std::uint64_t resets = 0;
  std::uint64_t sessions_replaced = 0;
  std::uint64_t sessions_revoked = 0;
  std::uint64_t sessions_idle = 0;  ///< BYE 2
  std::uint64_t sessions_closed = 0;

  // Wire 2, beside what it has in common with wire 3.
  std::uint64_t wire2_retries = 0;   ///< HELLO_RETRY
  std::uint64_t wire2_utacks = 0;    ///< UTACKs received
  std::uint64_t wire2_lockouts = 0;  ///< failures that locked their address out
  std::uint64_t wire2_refused = 0;   ///< HELLOs of an address that is locked out

  // Packets dropped, by reason.
  std::uint64_t dropped_malformed = 0;
  std::uint64_t dropped_unauthentic = 0;
  std::uint64_t dropped_replayed = 0;
  std::uint64_t dropped_unexpected = 0;
  std::uint64_t dropped_unknown_cid = 0;  ///< on wire 2: of an unknown address
  std::uint64_t dropped_early = 0;        ///< data for a handshake that is not finished
  std::uint64_t dropped_stale = 0;        ///< HELLO_ACK older than the session (USMP3 §2, Order)
  std::uint64_t dropped_no_key = 0;       ///< the key source could not tell
  std::uint64_t dropped_no_room = 0;      ///< no room in Output for an answer, or in a mailbox
  std::uint64_t dropped_failed = 0;       ///< random source or crypto library failed

  std::uint64_t messages_in = 0;
  std::uint64_t message_bytes_in = 0;
  std::uint64_t datagrams_in = 0;
  std::uint64_t messages_delivered = 0;  ///< to devices, acknowledged
  std::uint64_t message_bytes_delivered = 0;
  std::uint64_t datagrams_out = 0;
  std::uint64_t chunks_resent = 0;
  std::uint64_t packets_forwarded = 0;  ///< to the thread that owns the session

  // Serial lines; the loop counts these. Frames dropped are not among packets_in.
  std::uint64_t line_frames_in = 0;
  std::uint64_t line_frames_out = 0;
  std::uint64_t line_cobs_errors = 0;  ///< ended inside a COBS block: bytes were lost
  std::uint64_t line_crc_errors = 0;   ///< another CRC: bytes were damaged
  std::uint64_t line_oversize = 0;     ///< longer than any packet: a 0x00 was lost, or noise
  std::uint64_t line_losses = 0;       ///< the adapter went away, or the server's connection broke

  // As it is now.
  std::uint64_t sessions = 0;
  std::uint64_t sessions_wire2 = 0;  ///< of these
  std::uint64_t handshakes_unfinished = 0;
  std::uint64_t connections = 0;
  std::uint64_t lines = 0;  ///< serial lines that are open
  std::uint64_t messages_held = 0;
  std::uint64_t message_bytes_held = 0;

  /// Adds those of another thread.
  void add(const EngineCounters& other);
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_ENGINE_COUNTERS_HPP
