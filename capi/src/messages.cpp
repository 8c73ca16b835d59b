// Messages and datagrams, there and back, blocking and not.
#include <string.h>

#include "call_lock.hpp"
#include "engine.hpp"
#include "error_code.hpp"
#include "step.hpp"
#include "transport_io.hpp"

namespace usmp {
namespace capi {
namespace {

Instant deadline_after(uint32_t timeout_ms, uint32_t default_ms) {
  const Duration span = timeout_ms != 0 ? timeout_ms : default_ms;
  return port_now() + (span < kDeadlineMax ? span : kDeadlineMax);
}

/// The core's node in a message: it lies in memory that is the program's.
Outgoing* node_of(usmp_message_t* message) { return reinterpret_cast<Outgoing*>(message->node); }

usmp_err_t hand_over(Engine& engine, usmp_message_t* message) {
  message->delivery = USMP_DELIVERY_QUEUED;
  Outgoing* node = node_of(message);
  memset(message->node, 0, sizeof message->node);
  node->content = Bytes(static_cast<const uint8_t*>(message->data), message->len);
  node->channel = message->channel;
  node->user = message;
  const usmp_err_t code = code_of_error(engine.session.send(*node, port_now()));
  if (code != USMP_OK) return code;
  engine.drained = false;
  engine.transmit_due = true;
  ++engine.stats.messages_sent;
  return USMP_OK;
}

/// The session is ended, because a message that was begun cannot be taken out of a living one.
void give_up_session(Engine& engine) {
  engine.session.close(port_now());
  transmit(engine, port_now());
  abandon_link(engine, port_now());
  collect_finished(engine);
  collect_returned(engine);
  publish_state(engine, port_now());
}

/// Blocks until `message` needs nothing more. OK, or why it does not get there.
usmp_err_t await_delivery(Engine& engine, usmp_message_t* message, Instant deadline) {
  bool queued = false;
  for (;;) {
    if (!queued && is_over(engine)) return tell_end(engine);
    if (!queued && (engine.ctx->established || engine.ctx->early_data)) {
      const usmp_err_t taken = hand_over(engine, message);
      if (taken != USMP_OK && taken != USMP_ERR_NOT_CONNECTED) return taken;
      queued = taken == USMP_OK;
    }
    const usmp_err_t code = step(engine);
    if (queued && message->delivery != USMP_DELIVERY_QUEUED) return USMP_OK;
    // An attempt that failed is followed by another; only the end is the end.
    if (is_over(engine) || message_outlives_session(engine)) {
      if (queued) give_up_session(engine);
      return code != USMP_OK ? code : USMP_ERR_LOST;
    }
    if (!wait_until(engine, deadline)) {
      const usmp_err_t hint = engine.ctx->hint;
      if (queued) give_up_session(engine);
      return hint != USMP_OK ? hint : USMP_ERR_TIMEOUT;
    }
  }
}

usmp_err_t send_blocking(usmp_t* ctx, uint8_t channel, const void* data, size_t len) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr) return USMP_ERR_NOT_CONNECTED;
  if (channel != 0 && !engine->session.has_wire3_calls()) return USMP_ERR_WRONG_WIRE;
  usmp_message_t message = usmp_message_t();
  message.data = data;
  message.len = len;
  message.channel = channel;
  message.user = engine;  // which no message of the program has: it is not put into `finished`
  const usmp_err_t code =
      await_delivery(*engine, &message, deadline_after(ctx->timeout_ms, USMP_TIMEOUT_MS));
  if (code != USMP_OK) return code;
  switch (message.delivery) {
    case USMP_DELIVERY_ACKNOWLEDGED:
      return USMP_OK;
    case USMP_DELIVERY_REFUSED:
      return USMP_ERR_TOO_LARGE;
    case USMP_DELIVERY_QUEUED:
    case USMP_DELIVERY_RETURNED:
      break;
  }
  return USMP_ERR_LOST;
}

usmp_err_t send_lossy(usmp_t* ctx, uint8_t channel, Bytes content) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr || !ctx->established) return USMP_ERR_NOT_CONNECTED;
  if (!engine->session.has_wire3_calls()) return USMP_ERR_WRONG_WIRE;
  const usmp_err_t stepped = step(*engine);
  if (!ctx->established) return stepped != USMP_OK ? stepped : USMP_ERR_NOT_CONNECTED;
  // It leaves with the next packet or not at all: afterwards the bytes are the program's again.
  if (engine->link != Link::Up || !engine->unsent.empty()) return USMP_ERR_CONGESTED;
  const Instant now = port_now();
  const usmp_err_t code = code_of_error(engine->session.send_datagram(content, channel, now));
  return code == USMP_OK ? transmit(*engine, now) : code;
}

usmp_message_t* pop_finished(Engine& engine) {
  usmp_message_t* message = engine.finished_first;
  if (message == nullptr) return nullptr;
  engine.finished_first = static_cast<usmp_message_t*>(message->node[0]);
  if (engine.finished_first == nullptr) engine.finished_last = nullptr;
  message->node[0] = nullptr;
  return message;
}

void let_go_of_message(Engine& engine) {
  ++engine.stats.messages_received;
  const Instant now = port_now();
  const Event event = engine.session.release_message(now);
  // What goes wrong behind the message is told by the next call: this one has its message.
  usmp_err_t code = take_event(engine, event, now);
  if (code == USMP_OK) code = transmit(engine, now);
  if (code != USMP_OK) engine.untold = code;
  collect_finished(engine);
  publish_state(engine, now);
}

usmp_err_t take_message(Engine& engine, const Message& message, void* out, size_t max_len,
                        size_t* len, uint8_t* channel) {
  *len = message.content.size;
  if (message.content.size > max_len) return USMP_ERR_BUFFER_OVERFLOW;
  if (message.content.size > 0) memcpy(out, message.content.data, message.content.size);
  if (channel != nullptr) *channel = message.channel;
  let_go_of_message(engine);
  return USMP_OK;
}

usmp_err_t release_message(usmp_t* ctx) {
  if (!usmp_message_waits(ctx)) return USMP_ERR_NOT_CONNECTED;
  let_go_of_message(*engine_of(ctx));
  return USMP_OK;
}

// A transport that may block is read while a call waits for something.
class Reading {
 public:
  explicit Reading(Engine& engine) : engine_(engine) { ++engine.readers; }
  ~Reading() { --engine_.readers; }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  Engine& engine_;
};

usmp_err_t receive_blocking(usmp_t* ctx, MutableBytes out, size_t* len, uint8_t* channel,
                            uint32_t timeout_ms) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr) return USMP_ERR_NOT_CONNECTED;
  const Reading reading(*engine);
  const Instant deadline = port_now() + timeout_ms;
  for (;;) {
    Message message;
    if (engine->session.message(&message)) {
      return take_message(*engine, message, out.data, out.size, len, channel);
    }
    if (is_over(*engine)) return tell_end(*engine);
    const usmp_err_t code = step(*engine);
    if (engine->session.message(&message)) continue;
    if (code != USMP_OK) return code;
    if (!wait_until(*engine, deadline)) return USMP_ERR_TIMEOUT;
  }
}

usmp_err_t ask_for_life(usmp_t* ctx) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr) return USMP_ERR_NOT_CONNECTED;
  engine->transmit_due = true;
  return code_of_error(engine->session.ping(port_now()));
}

usmp_err_t ping_blocking(usmp_t* ctx) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr || !ctx->established) return USMP_ERR_NOT_CONNECTED;
  const Reading reading(*engine);
  const Instant deadline = deadline_after(ctx->timeout_ms, USMP_TIMEOUT_MS);
  const uint32_t heard = engine->session.counters().received;
  const usmp_err_t asked = ask_for_life(ctx);
  if (asked != USMP_OK) return asked;
  for (;;) {
    const usmp_err_t code = step(*engine);
    if (code != USMP_OK) return code;
    if (engine->session.counters().received != heard) return USMP_OK;
    if (!ctx->established) return USMP_ERR_LOST;
    // Nothing is taken in before the program takes this: it is a sign of life.
    if (usmp_message_waits(ctx) && !engine->session.can_receive()) return USMP_OK;
    if (!wait_until(*engine, deadline)) return USMP_ERR_TIMEOUT;
  }
}

usmp_err_t change_keys(usmp_t* ctx) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr || !ctx->established) return USMP_ERR_NOT_CONNECTED;
  if (!engine->session.has_wire2_calls()) return USMP_ERR_WRONG_WIRE;
  const usmp_err_t asked = code_of_error(engine->session.rekey(port_now()));
  return asked == USMP_OK ? step(*engine) : asked;
}

}  // namespace
}  // namespace capi
}  // namespace usmp

using usmp::capi::Engine;
using usmp::capi::engine_of;
using usmp::capi::locked;

usmp_err_t usmp_send(usmp_t* ctx, const void* data, size_t len) {
  const usmp_err_t code = usmp_send_on(ctx, 0, data, len);
  if (code != USMP_ERR_TOO_LARGE) return code;
  return usmp::capi::told(*ctx, engine_of(ctx)->session.too_large());
}

usmp_err_t usmp_send_on(usmp_t* ctx, uint8_t channel, const void* data, size_t len) {
  if (data == nullptr && len > 0) return USMP_ERR_INVALID_ARG;
  return locked(ctx, [=] { return usmp::capi::send_blocking(ctx, channel, data, len); });
}

usmp_err_t usmp_submit(usmp_t* ctx, usmp_message_t* message) {
  if (message == nullptr || (message->data == nullptr && message->len > 0)) {
    return USMP_ERR_INVALID_ARG;
  }
  return locked(ctx, [=] {
    Engine* engine = engine_of(ctx);
    if (engine == nullptr) return USMP_ERR_NOT_CONNECTED;
    if (message->channel != 0 && !engine->session.has_wire3_calls()) return USMP_ERR_WRONG_WIRE;
    return usmp::capi::hand_over(*engine, message);
  });
}

usmp_message_t* usmp_take_finished(usmp_t* ctx) {
  Engine* engine = engine_of(ctx);
  if (engine == nullptr) return nullptr;
  const usmp::capi::CallLock lock(*ctx);
  return lock.held() ? usmp::capi::pop_finished(*engine) : nullptr;
}

bool usmp_all_acknowledged(const usmp_t* ctx) {
  const Engine* engine = engine_of(ctx);
  return engine == nullptr || (engine->session.send_idle() && engine->unsent.empty());
}

usmp_err_t usmp_send_datagram(usmp_t* ctx, uint8_t channel, const void* data, size_t len) {
  if (data == nullptr && len > 0) return USMP_ERR_INVALID_ARG;
  const usmp::Bytes content(static_cast<const uint8_t*>(data), len);
  return locked(ctx, [=] { return usmp::capi::send_lossy(ctx, channel, content); });
}

size_t usmp_datagram_max(const usmp_t* ctx) {
  return usmp_is_connected(ctx) ? engine_of(ctx)->session.datagram_size_max() : 0;
}

bool usmp_message_waits(const usmp_t* ctx) {
  const Engine* engine = engine_of(ctx);
  usmp::Message message;
  return engine != nullptr && engine->session.message(&message);
}

const void* usmp_peek(const usmp_t* ctx, size_t* len, uint8_t* channel) {
  const Engine* engine = engine_of(ctx);
  usmp::Message message;
  if (len == nullptr || engine == nullptr || !engine->session.message(&message)) return nullptr;
  *len = message.content.size;
  if (channel != nullptr) *channel = message.channel;
  // An empty message lies nowhere, and is one all the same.
  return message.content.data != nullptr ? static_cast<const void*>(message.content.data) : "";
}

usmp_err_t usmp_release(usmp_t* ctx) {
  return locked(ctx, [ctx] { return usmp::capi::release_message(ctx); });
}

usmp_err_t usmp_recv_on(usmp_t* ctx, void* out, size_t max_len, size_t* len, uint8_t* channel,
                        uint32_t timeout_ms) {
  if (len == nullptr || (out == nullptr && max_len > 0)) return USMP_ERR_INVALID_ARG;
  *len = 0;
  const usmp::MutableBytes room(static_cast<uint8_t*>(out), max_len);
  return locked(ctx,
                [=] { return usmp::capi::receive_blocking(ctx, room, len, channel, timeout_ms); });
}

int usmp_recv(usmp_t* ctx, void* out, size_t max_len) {
  if (ctx == nullptr) return USMP_ERR_INVALID_ARG;
  const uint32_t timeout_ms =
      ctx->recv_timeout_ms != 0 ? ctx->recv_timeout_ms : USMP_RECV_TIMEOUT_MS;
  size_t len = 0;
  const usmp_err_t code = usmp_recv_on(ctx, out, max_len, &len, nullptr, timeout_ms);
  if (code == USMP_ERR_TIMEOUT) return 0;
  return code == USMP_OK ? static_cast<int>(len) : static_cast<int>(code);
}

usmp_err_t usmp_ping_async(usmp_t* ctx) {
  return locked(ctx, [ctx] { return usmp::capi::ask_for_life(ctx); });
}

usmp_err_t usmp_ping(usmp_t* ctx) {
  return locked(ctx, [ctx] { return usmp::capi::ping_blocking(ctx); });
}

usmp_err_t usmp_rekey(usmp_t* ctx) {
  return locked(ctx, [ctx] { return usmp::capi::change_keys(ctx); });
}
