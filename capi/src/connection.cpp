// usmp_connect and its family, usmp_close, usmp_step and what belongs to waiting outside.
#include "engine.hpp"
#include "error_code.hpp"
#include "step.hpp"
#include "transport_io.hpp"

namespace usmp {
namespace capi {
namespace {

/// How long usmp_close() tries to get its BYE into a stream that takes nothing.
const Duration kCloseWaitMax = 500;

Duration timeout_of(const usmp_t& ctx) {
  const Duration span = ctx.timeout_ms != 0 ? ctx.timeout_ms : USMP_TIMEOUT_MS;
  return span < kDeadlineMax ? span : kDeadlineMax;
}

void begin(Engine& engine) {
  engine.transport_lent = true;
  engine.open_wanted = true;
  engine.connect_due = true;
  engine.dial_pausing = false;
  engine.dial_pause = kPauseFirst;
  engine.ctx->hint = USMP_OK;
  engine.untold = USMP_OK;
}

/// BYE, if there is a session, and as much of it as the transport takes in a moment.
void say_bye(Engine& engine) {
  const Instant deadline = port_now() + kCloseWaitMax;
  engine.session.close(ByeReason::Done, port_now());
  do {
    if (engine.link != Link::Up) break;
    send_unsent(engine);
    if (engine.unsent.empty()) {
      const Result<size_t> size = engine.session.poll_transmit(packet_room(engine), port_now());
      if (!size.ok() || size.value == 0) break;
      ++engine.stats.packets_sent;
      if (send_packet(engine, size.value) != USMP_OK) break;
    }
  } while (!engine.unsent.empty() && wait_until(engine, deadline));
}

/// Ends everything; the context can begin anew.
void stop(Engine& engine) {
  say_bye(engine);
  abandon_link(engine, port_now());
  engine.transport_lent = false;
  reset_session(engine);
  publish_state(engine, port_now());
}

/// Blocks until a session stands, or the first attempt failed.
usmp_err_t await_session(Engine& engine) {
  const Instant deadline = port_now() + timeout_of(*engine.ctx);
  usmp_err_t code = USMP_OK;
  while (code == USMP_OK) {
    if (message_outlives_session(engine)) return USMP_ERR_NOT_IDLE;
    code = step(engine);
    if (engine.ctx->established) return USMP_OK;
    if (code != USMP_OK || wait_until(engine, deadline)) continue;
    code = engine.ctx->hint != USMP_OK ? engine.ctx->hint : USMP_ERR_TIMEOUT;
  }
  stop(engine);
  engine.ctx->state = USMP_STATE_ERROR;
  return code;
}

}  // namespace
}  // namespace capi
}  // namespace usmp

using usmp::capi::Engine;
using usmp::capi::engine_of;

usmp_err_t usmp_connect_async_sized(usmp_t* ctx, const usmp_transport_t* transport,
                                    usmp_sizes_t sizes) {
  if (ctx == nullptr || transport == nullptr) return USMP_ERR_INVALID_ARG;
  usmp_close(ctx);
  const usmp_transport_t chosen = *transport;  // which may be that of ctx itself
  const usmp_err_t made = usmp::capi::make_engine(ctx, chosen, sizes);
  if (made != USMP_OK) return made;
  usmp::capi::begin(*engine_of(ctx));
  usmp::capi::publish_state(*engine_of(ctx), usmp::capi::port_now());
  return USMP_OK;
}

usmp_err_t usmp_connect_sized(usmp_t* ctx, const usmp_transport_t* transport, usmp_sizes_t sizes) {
  const usmp_err_t begun = usmp_connect_async_sized(ctx, transport, sizes);
  return begun == USMP_OK ? usmp::capi::await_session(*engine_of(ctx)) : begun;
}

usmp_err_t usmp_reconnect_async(usmp_t* ctx) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr) return USMP_ERR_NOT_CONNECTED;
  if (usmp_message_waits(ctx)) return USMP_ERR_NOT_IDLE;  // a new session needs its room
  if (!ctx->established && !usmp::capi::is_over(*engine)) return USMP_OK;  // is being made already
  if (engine->session.state() == usmp::State::Asleep) return USMP_ERR_NOT_CONNECTED;
  usmp::capi::say_bye(*engine);
  usmp::capi::abandon_link(*engine, usmp::capi::port_now());
  usmp::capi::begin(*engine);
  usmp::capi::publish_state(*engine, usmp::capi::port_now());
  return USMP_OK;
}

usmp_err_t usmp_reconnect(usmp_t* ctx) {
  const usmp_err_t begun = usmp_reconnect_async(ctx);
  return begun == USMP_OK ? usmp::capi::await_session(*engine_of(ctx)) : begun;
}

void usmp_close(usmp_t* ctx) {
  if (Engine* engine = engine_of(ctx)) usmp::capi::stop(*engine);
}

usmp_err_t usmp_step(usmp_t* ctx) {
  if (ctx == nullptr) return USMP_ERR_INVALID_ARG;
  Engine* engine = engine_of(ctx);
  if (engine == nullptr) return USMP_ERR_NOT_CONNECTED;
  if (usmp::capi::is_over(*engine)) return usmp::capi::tell_end(*engine);
  return usmp::capi::step(*engine);
}

usmp_err_t usmp_keepalive_tick(usmp_t* ctx) {
  const usmp_err_t code = usmp_step(ctx);
  if (code != USMP_OK) return code;
  return ctx->established ? USMP_OK : USMP_ERR_NOT_CONNECTED;
}

int usmp_poll_fd(usmp_t* ctx) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr || engine->link == usmp::capi::Link::Down) return -1;
  return ctx->transport.fd != nullptr ? ctx->transport.fd(&ctx->transport) : -1;
}

bool usmp_wants_to_send(const usmp_t* ctx) {
  const Engine* engine = engine_of(ctx);
  return engine != nullptr &&
         (engine->link == usmp::capi::Link::Opening || !engine->unsent.empty());
}

uint32_t usmp_next_timeout_ms(const usmp_t* ctx) {
  const Engine* engine = engine_of(ctx);
  if (engine == nullptr || usmp::capi::is_over(*engine)) return usmp::kDeadlineMax;
  return usmp::capi::time_to_next_step(*engine, usmp::capi::port_now());
}

void usmp_get_stats(const usmp_t* ctx, usmp_stats_t* out) {
  const Engine* engine = engine_of(ctx);
  *out = usmp_stats_t();
  if (engine == nullptr) return;
  *out = engine->stats;
  out->packets_dropped = engine->session.counters().dropped;
  out->chunks_resent = engine->session.chunks_resent();
  out->rto_ms = engine->session.rto();
  out->frames_dropped += usmp::capi::frames_dropped(*engine);
}
