// Sleep and wake (USMP3 §5) for the program. Where the state is kept is the program's matter.
#include "engine.hpp"
#include "error_code.hpp"
#include "step.hpp"
#include "transport_io.hpp"

namespace usmp {
namespace capi {
namespace {

/// An acknowledgement that is owed goes out within kAckDelay: so long a session may become idle.
const Duration kIdleWaitMax = 4 * kAckDelay;

}  // namespace
}  // namespace capi
}  // namespace usmp

using usmp::capi::Engine;
using usmp::capi::engine_of;

bool usmp_drained(const usmp_t* ctx) {
  const Engine* engine = engine_of(ctx);
  return engine != nullptr && ctx->established && engine->drained;
}

usmp_err_t usmp_sleep(usmp_t* ctx, uint8_t* out, size_t max_len, size_t* len) {
  if (ctx == nullptr || out == nullptr || len == nullptr) return USMP_ERR_INVALID_ARG;
  *len = 0;
  Engine* engine = engine_of(ctx);
  if (engine == nullptr || !ctx->established) return USMP_ERR_NOT_CONNECTED;
  const usmp::Instant deadline = usmp::capi::port_now() + usmp::capi::kIdleWaitMax;
  // On a line the last ACK may still be on its way out.
  while (!engine->session.can_sleep() || !engine->unsent.empty()) {
    const usmp_err_t code = usmp::capi::step(*engine);
    if (code != USMP_OK) return code;
    if (!ctx->established) return USMP_ERR_NOT_CONNECTED;
    if (engine->session.can_sleep() && engine->unsent.empty()) break;
    if (!usmp::capi::wait_until(*engine, deadline)) return USMP_ERR_NOT_IDLE;
  }
  const usmp::Result<size_t> size =
      engine->session.save(usmp::MutableBytes(out, max_len), usmp::capi::port_now());
  if (!size.ok()) return usmp::capi::code_of_error(size.error);
  *len = size.value;
  usmp::capi::close_transport(*engine);
  engine->transport_lent = false;
  usmp::capi::publish_state(*engine, usmp::capi::port_now());
  return USMP_OK;
}

usmp_err_t usmp_wake_sized(usmp_t* ctx, const usmp_transport_t* transport, uint8_t* saved,
                           size_t len, uint32_t slept_s, usmp_sizes_t sizes) {
  if (ctx == nullptr || transport == nullptr || saved == nullptr) return USMP_ERR_INVALID_ARG;
  // USMP3 §4: §5 does not apply to streams.
  if (transport->stream == USMP_TRANSPORT_STREAM) return USMP_ERR_INVALID_ARG;
  usmp_close(ctx);
  const usmp_transport_t chosen = *transport;
  const usmp_err_t made = usmp::capi::make_engine(ctx, chosen, sizes);
  if (made != USMP_OK) return made;
  Engine* engine = engine_of(ctx);
  const usmp::Instant now = usmp::capi::port_now();
  const usmp::Error woken = engine->session.wake(usmp::MutableBytes(saved, len), slept_s, now);
  engine->transport_lent = woken == usmp::Error::None;
  engine->open_wanted = engine->transport_lent;
  usmp::capi::publish_state(*engine, now);
  return usmp::capi::code_of_error(woken);
}
