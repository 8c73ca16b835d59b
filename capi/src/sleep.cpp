// Sleep and wake (USMP3 §5) for the program. Where the state is kept is the program's matter.
#include "call_lock.hpp"
#include "engine.hpp"
#include "error_code.hpp"
#include "step.hpp"
#include "transport_io.hpp"

namespace usmp {
namespace capi {
namespace {

/// An acknowledgement that is owed goes out within kAckDelay: so long a session may become idle.
const Duration kIdleWaitMax = 4 * kAckDelay;

usmp_err_t fall_asleep(usmp_t* ctx, MutableBytes out, size_t* len) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr || !ctx->established) return USMP_ERR_NOT_CONNECTED;
  if (!engine->session.has_wire3_calls()) return USMP_ERR_WRONG_WIRE;
  const Instant deadline = port_now() + kIdleWaitMax;
  // On a line the last ACK may still be on its way out.
  while (!engine->session.can_sleep() || !engine->unsent.empty()) {
    const usmp_err_t code = step(*engine);
    if (code != USMP_OK) return code;
    if (!ctx->established) return USMP_ERR_NOT_CONNECTED;
    if (engine->session.can_sleep() && engine->unsent.empty()) break;
    if (!wait_until(*engine, deadline)) return USMP_ERR_NOT_IDLE;
  }
  const Result<size_t> size = engine->session.save(out, port_now());
  if (!size.ok()) return code_of_error(size.error);
  *len = size.value;
  close_transport(*engine);
  engine->transport_lent = false;
  publish_state(*engine, port_now());
  return USMP_OK;
}

usmp_err_t wake_up(usmp_t* ctx, const usmp_transport_t& transport, MutableBytes saved,
                   uint32_t slept_s, const usmp_sizes_t& sizes) {
  // USMP3 §4: §5 does not apply to streams.
  if (transport.stream == USMP_TRANSPORT_STREAM) return USMP_ERR_INVALID_ARG;
  const usmp_transport_t chosen = transport;
  usmp_close(ctx);
  if (!make_lock(*ctx)) return USMP_ERR_MUTEX_FAILED;
  const usmp_err_t made = make_engine(ctx, chosen, sizes);
  if (made != USMP_OK) return made;
  Engine* engine = engine_of(ctx);
  if (!engine->session.has_wire3_calls()) return USMP_ERR_WRONG_WIRE;
  const Instant now = port_now();
  const Error woken = engine->session.wake(saved, slept_s, now);
  engine->transport_lent = woken == Error::None;
  engine->open_wanted = engine->transport_lent;
  publish_state(*engine, now);
  return code_of_error(woken);
}

}  // namespace
}  // namespace capi
}  // namespace usmp

bool usmp_drained(const usmp_t* ctx) {
  const usmp::capi::Engine* engine = usmp::capi::engine_of(ctx);
  return engine != nullptr && ctx->established && engine->drained;
}

usmp_err_t usmp_sleep(usmp_t* ctx, uint8_t* out, size_t max_len, size_t* len) {
  if (out == nullptr || len == nullptr) return USMP_ERR_INVALID_ARG;
  *len = 0;
  const usmp::MutableBytes room(out, max_len);
  return usmp::capi::locked(ctx, [=] { return usmp::capi::fall_asleep(ctx, room, len); });
}

usmp_err_t usmp_wake_sized(usmp_t* ctx, const usmp_transport_t* transport, uint8_t* saved,
                           size_t len, uint32_t slept_s, usmp_sizes_t sizes) {
  if (ctx == nullptr || transport == nullptr || saved == nullptr) return USMP_ERR_INVALID_ARG;
  const usmp::MutableBytes state(saved, len);
  return usmp::capi::told(*ctx, usmp::capi::wake_up(ctx, *transport, state, slept_s, sizes));
}
