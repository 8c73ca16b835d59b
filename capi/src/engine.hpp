// What lies in usmp_t.memory: the session, its buffers, and how far the transport got. Private to
// capi/. Not the protocol, which is core/'s, and no I/O, which is the transport's.
#ifndef USMP_CAPI_ENGINE_HPP
#define USMP_CAPI_ENGINE_HPP

#include "device_link.hpp"
#include "usmp.h"
#include "usmp/framing/serial.hpp"

namespace usmp {
namespace capi {

/// How far the transport is.
enum class Link : uint8_t { Down, Opening, Up };

/// What the transport's functions do.
enum class Contract : uint8_t {
  Own,                 ///< what usmp_transport.h says
  Frames,              ///< published: whole frames of wire 2, that arrive, in order
  AcknowledgedFrames,  ///< published: the same over UDP, with UTACKs made by the transport
};

/// Bytes of a frame that are made at a time, on a line.
static const size_t kLinePieceSize = 64;

struct Engine {
  Engine(usmp_t* owner, const usmp_wire_t& wire);

  usmp_t* const ctx;
  DeviceLink session;
  Medium medium;
  Contract contract;

  MutableBytes packet_in;
  MutableBytes packet_out;  // with room for a stream record's header in front
  MutableBytes stage;       // bytes of a stream or line as they came
  SerialDeframer deframer;
  SerialFrameEncoder encoder;  // of the packet in `packet_out`
  uint8_t line_piece[kLinePieceSize];
  Bytes staged;  // of `stage`: not read yet
  /// Not taken by the transport yet. Stream: of `packet_out`. Line: of `line_piece`; empty only
  /// when the frame is out whole.
  Bytes unsent;

  Link link;
  bool was_closed;      // the transport: where it has no open(), reconnect() brings it back
  bool read_due;        // of a transport that cannot tell whether something is there
  uint8_t readers;      // calls that wait for what comes
  bool transport_lent;  // by the program, until usmp_close(): its ctx may be gone afterwards
  bool open_wanted;     // the transport is to be opened
  bool connect_due;     // session.connect() is to be called when the link is up
  bool dial_pausing;    // opening failed: not before dial_at
  bool drained;
  bool transmit_due;  // something was handed to the session since it was last asked
  usmp_err_t untold;  // what happened in a call that had something else to return; or 0
  Instant dial_at;
  Duration dial_pause;  // the next one
  State last_state;     // of the session, as of the last update
  Instant attempt_began;

  uint32_t keys_told;  // to set_session_keys(): one more than the rekeys before; 0: none yet
  usmp_message_t* finished_first;
  usmp_message_t* finished_last;
  usmp_stats_t stats;
};

/// The engine of a context, nullptr if usmp_connect() was never called on it.
inline Engine* engine_of(usmp_t* ctx) {
  return ctx == nullptr ? nullptr : static_cast<Engine*>(ctx->engine);
}
inline const Engine* engine_of(const usmp_t* ctx) {
  return ctx == nullptr ? nullptr : static_cast<const Engine*>(ctx->engine);
}

/// The port's clock.
inline Instant port_now() { return Instant(usmp_port_millis()); }

inline bool is_stream(const Engine& engine) { return engine.medium == Medium::Stream; }
inline bool is_line(const Engine& engine) { return engine.medium == Medium::Serial; }

/// Makes an engine in ctx->memory, as the context says. INVALID_ARG, NO_MEMORY, WRONG_WIRE.
usmp_err_t make_engine(usmp_t* ctx, const usmp_transport_t& transport, const usmp_sizes_t& sizes);

/// Wipes the session and begins a new, idle one; what it had not delivered goes to `finished`.
usmp_err_t reset_session(Engine& engine);

/// Moves what needs nothing more out of the session into `finished`.
void collect_finished(Engine& engine);
/// The same for everything else that the session still has.
void collect_returned(Engine& engine);

/// Sets what the program may read in usmp_t.
void publish_state(Engine& engine, Instant now);

}  // namespace capi
}  // namespace usmp

#endif  // USMP_CAPI_ENGINE_HPP
