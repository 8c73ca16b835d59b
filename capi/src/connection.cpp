// usmp_connect and its family, usmp_close, usmp_step and what belongs to waiting outside.
#include "call_lock.hpp"
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
  engine.session.close(port_now());
  do {
    if (engine.link != Link::Up) break;
    send_unsent(engine);
    if (engine.unsent.empty()) {
      const Result<size_t> size = engine.session.poll_transmit(packet_room(engine), port_now());
      if (!size.ok() || size.value == 0) break;
      if (send_packet(engine, size.value, port_now()) != USMP_OK) break;
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

usmp_err_t start(usmp_t* ctx, const usmp_transport_t& transport, const usmp_sizes_t& sizes) {
  const usmp_transport_t chosen = transport;  // which may be that of ctx itself
  usmp_close(ctx);
  if (!make_lock(*ctx)) return USMP_ERR_MUTEX_FAILED;
  const usmp_err_t made = make_engine(ctx, chosen, sizes);
  if (made != USMP_OK) return made;
  begin(*engine_of(ctx));
  publish_state(*engine_of(ctx), port_now());
  return USMP_OK;
}

usmp_err_t start_again(usmp_t* ctx) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr) return USMP_ERR_NOT_CONNECTED;
  if (usmp_message_waits(ctx)) return USMP_ERR_NOT_IDLE;       // a new session needs its room
  if (!ctx->established && !is_over(*engine)) return USMP_OK;  // is being made already
  if (engine->session.state() == State::Asleep) return USMP_ERR_NOT_CONNECTED;
  say_bye(*engine);
  abandon_link(*engine, port_now());
  begin(*engine);
  publish_state(*engine, port_now());
  return USMP_OK;
}

usmp_err_t step_once(usmp_t* ctx) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr) return USMP_ERR_NOT_CONNECTED;
  return is_over(*engine) ? tell_end(*engine) : step(*engine);
}

usmp_err_t change_keepalive(usmp_t* ctx, Duration span) {
  if (span >= kDeadlineMax) return USMP_ERR_INVALID_ARG;
  ctx->keepalive_ms = span;
  Engine* engine = engine_of(ctx);
  if (engine != nullptr && engine->session.made()) engine->session.set_keepalive(span);
  return USMP_OK;
}

}  // namespace
}  // namespace capi
}  // namespace usmp

using usmp::capi::Engine;
using usmp::capi::engine_of;
using usmp::capi::locked;
using usmp::capi::told;

usmp_err_t usmp_connect_async_sized(usmp_t* ctx, const usmp_transport_t* transport,
                                    usmp_sizes_t sizes) {
  if (ctx == nullptr || transport == nullptr) return USMP_ERR_INVALID_ARG;
  return told(*ctx, usmp::capi::start(ctx, *transport, sizes));
}

usmp_err_t usmp_connect_sized(usmp_t* ctx, const usmp_transport_t* transport, usmp_sizes_t sizes) {
  const usmp_err_t begun = usmp_connect_async_sized(ctx, transport, sizes);
  if (begun != USMP_OK) return begun;
  return locked(ctx, [ctx] { return usmp::capi::await_session(*engine_of(ctx)); });
}

usmp_err_t usmp_reconnect_async(usmp_t* ctx) {
  return locked(ctx, [ctx] { return usmp::capi::start_again(ctx); });
}

usmp_err_t usmp_reconnect(usmp_t* ctx) {
  const usmp_err_t begun = usmp_reconnect_async(ctx);
  if (begun != USMP_OK) return begun;
  return locked(ctx, [ctx] { return usmp::capi::await_session(*engine_of(ctx)); });
}

void usmp_close(usmp_t* ctx) {
  if (ctx == nullptr) return;
  if (Engine* engine = engine_of(ctx)) {
    const usmp::capi::CallLock lock(*ctx);
    usmp::capi::stop(*engine);
  }
  usmp::capi::destroy_lock(*ctx);
}

usmp_err_t usmp_step(usmp_t* ctx) {
  return locked(ctx, [ctx] { return usmp::capi::step_once(ctx); });
}

usmp_err_t usmp_keepalive_tick(usmp_t* ctx) {
  const usmp_err_t code = usmp_step(ctx);
  if (code != USMP_OK) return code;
  return ctx->established ? USMP_OK : told(*ctx, USMP_ERR_NOT_CONNECTED);
}

usmp_err_t usmp_set_keepalive(usmp_t* ctx, uint32_t keepalive_ms) {
  return locked(ctx, [=] { return usmp::capi::change_keepalive(ctx, keepalive_ms); });
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
  out->chunks_resent = engine->session.packets_resent();
  out->rto_ms = engine->session.rto();
  out->frames_dropped += usmp::capi::frames_dropped(*engine);
}
