// Makes the engine of a context in the context's own memory, and empties it again.
#include "engine.hpp"

#include <string.h>

#include "usmp/crypto.hpp"

namespace usmp {
namespace capi {

namespace {

static_assert(sizeof(Engine) <= USMP_ENGINE_SIZE, "raise USMP_ENGINE_SIZE in usmp.h");
static_assert(sizeof(Outgoing) <= USMP_NODE_POINTERS * sizeof(void*), "raise USMP_NODE_POINTERS");
static_assert(alignof(Outgoing) <= alignof(void*), "a message's node is aligned like a pointer");
bool arguments_fit(const usmp_t& ctx, const usmp_transport_t& transport) {
  return transport.send != nullptr && transport.recv != nullptr &&
         transport.stream <= USMP_TRANSPORT_LINE && ctx.psk != nullptr &&
         ctx.psk_len >= USMP_PSK_LEN_MIN && ctx.psk_len <= USMP_PSK_LEN_MAX &&
         ctx.device_id_len <= USMP_DEVICE_ID_MAX &&
         ctx.cipher_suite <= USMP_CIPHER_CHACHA20_POLY1305;
}

usmp_err_t set_device_id(usmp_t* ctx) {
  if (ctx->device_id_len != 0) return USMP_OK;
  if (usmp_port_get_device_id(ctx->device_id, USMP_DEVICE_ID_LEN) != 0) return USMP_ERR_INVALID_ARG;
  ctx->device_id_len = USMP_DEVICE_ID_LEN;
  return USMP_OK;
}

// A program of the published API knows no open(); its transports are of wire 2.
Contract contract_of(const usmp_wire_t& wire, const usmp_transport_t& transport) {
  if (wire.wire2 == nullptr || transport.open != nullptr || transport.stream != 0) {
    return Contract::Own;
  }
  return transport.confirm_authenticated != nullptr ? Contract::AcknowledgedFrames
                                                    : Contract::Frames;
}

Medium medium_of(Contract contract, const usmp_transport_t& transport) {
  if (contract == Contract::Frames) return Medium::Stream;
  if (transport.stream == USMP_TRANSPORT_STREAM) return Medium::Stream;
  return transport.stream == USMP_TRANSPORT_LINE ? Medium::Serial : Medium::Udp;
}

usmp_err_t carve(Engine& engine, Carver& carver, const usmp_sizes_t& sizes) {
  const Making making = {engine.ctx, &sizes, engine.medium};
  if (!engine.session.make(carver, making)) return USMP_ERR_NO_MEMORY;
  const size_t packet = engine.session.packet_size(sizes);
  const size_t overhead = engine.session.record_overhead();
  uint8_t* in = carver.take(packet);
  uint8_t* out = carver.take(packet + overhead);
  uint8_t* stage = engine.medium == Medium::Udp ? in : carver.take(packet);
  if (carver.failed()) return USMP_ERR_NO_MEMORY;
  engine.packet_in = MutableBytes(in, packet);
  engine.packet_out = MutableBytes(out, packet + overhead);
  engine.stage = MutableBytes(stage, packet);
  engine.session.start_stream(engine.packet_in);
  engine.deframer = SerialDeframer(engine.packet_in);
  return USMP_OK;
}

usmp_delivery_t delivery_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::Queued:
      return USMP_DELIVERY_QUEUED;
    case Delivery::Acknowledged:
      return USMP_DELIVERY_ACKNOWLEDGED;
    case Delivery::Refused:
      return USMP_DELIVERY_REFUSED;
    case Delivery::Returned:
      return USMP_DELIVERY_RETURNED;
  }
  return USMP_DELIVERY_RETURNED;
}

void finish(Engine& engine, Outgoing* node, usmp_delivery_t delivery) {
  usmp_message_t* message = static_cast<usmp_message_t*>(node->user);
  message->delivery = delivery;
  message->node[0] = nullptr;
  if (delivery == USMP_DELIVERY_ACKNOWLEDGED) ++engine.stats.messages_acknowledged;
  if (message->user == &engine) return;  // a call waits for it
  // The node is free again: its first pointer links the finished ones.
  if (engine.finished_last != nullptr) {
    engine.finished_last->node[0] = message;
  } else {
    engine.finished_first = message;
  }
  engine.finished_last = message;
}

usmp_state_t state_of(const Engine& engine, Instant now) {
  switch (engine.session.state()) {
    case State::AwaitingPauseEnd:
      return USMP_STATE_PAUSED;
    case State::AwaitingChallenge:
      return USMP_STATE_AWAITING_CHALLENGE;
    case State::AwaitingSessionOk:
      return USMP_STATE_AWAITING_SESSION_OK;
    case State::Established:
      return USMP_STATE_ESTABLISHED;
    case State::Asleep:
      return USMP_STATE_ASLEEP;
    case State::Idle:
    case State::AwaitingConnection:
    case State::AwaitingByeSent:
    case State::Closed:
      break;
  }
  if (!engine.open_wanted) {
    return engine.session.state() == State::Idle ? USMP_STATE_IDLE : USMP_STATE_ERROR;
  }
  const bool pausing = engine.dial_pausing && !now.reached(engine.dial_at);
  return pausing ? USMP_STATE_PAUSED : USMP_STATE_CONNECTING_SOCKET;
}

}  // namespace

Engine::Engine(usmp_t* owner, const usmp_wire_t& wire)
    : ctx(owner),
      session(wire),
      medium(Medium::Udp),
      contract(Contract::Own),
      deframer(MutableBytes()),
      encoder(),
      line_piece(),
      link(Link::Down),
      was_closed(false),
      read_due(false),
      readers(0),
      transport_lent(false),
      open_wanted(false),
      connect_due(false),
      dial_pausing(false),
      drained(false),
      transmit_due(false),
      untold(USMP_OK),
      dial_at(0),
      dial_pause(kPauseFirst),
      last_state(State::Idle),
      attempt_began(0),
      keys_told(0),
      finished_first(nullptr),
      finished_last(nullptr),
      stats() {}

usmp_err_t make_engine(usmp_t* ctx, const usmp_transport_t& transport, const usmp_sizes_t& sizes) {
  if (!arguments_fit(*ctx, transport)) return USMP_ERR_INVALID_ARG;
  const usmp_wire_t& wire = ctx->wire != nullptr ? *ctx->wire : *sizes.wire;
  const usmp_err_t named = set_device_id(ctx);
  if (named != USMP_OK) return named;
  const usmp_err_t checked = wire.check(*ctx, transport, sizes);
  if (checked != USMP_OK) return checked;
  Carver carver(MutableBytes(ctx->memory.bytes, sizes.memory_size));
  uint8_t* memory = carver.take(sizeof(Engine));
  if (memory == nullptr) return USMP_ERR_NO_MEMORY;
  usmp_message_t* finished_first = nullptr;
  usmp_message_t* finished_last = nullptr;
  if (Engine* former = engine_of(ctx)) {
    if (former->session.made()) {
      collect_finished(*former);
      collect_returned(*former);
    }
    finished_first = former->finished_first;
    finished_last = former->finished_last;
    former->~Engine();  // wipes what the older session left
  }
  ctx->transport = transport;
  ctx->hint = USMP_OK;
  Engine* engine = new (Place{memory}) Engine(ctx, wire);
  ctx->engine = engine;
  engine->finished_first = finished_first;
  engine->finished_last = finished_last;
  engine->contract = contract_of(wire, transport);
  engine->medium = medium_of(engine->contract, transport);
  const usmp_err_t carved = carve(*engine, carver, sizes);
  if (carved != USMP_OK) {
    engine->~Engine();
    ctx->engine = nullptr;
    return carved;
  }
  return reset_session(*engine);
}

usmp_err_t reset_session(Engine& engine) {
  collect_finished(engine);
  collect_returned(engine);
  engine.drained = false;
  engine.connect_due = false;
  engine.open_wanted = false;
  engine.keys_told = 0;
  const Error error = engine.session.begin();
  return error == Error::None ? USMP_OK : USMP_ERR_INVALID_ARG;
}

void collect_finished(Engine& engine) {
  while (Outgoing* node = engine.session.take_finished()) {
    finish(engine, node, delivery_of(node->delivery));
  }
}

void collect_returned(Engine& engine) {
  while (Outgoing* node = engine.session.take_back()) {
    finish(engine, node, USMP_DELIVERY_RETURNED);
  }
}

void publish_state(Engine& engine, Instant now) {
  usmp_t& ctx = *engine.ctx;
  const State state = engine.session.state();
  if (state == State::AwaitingChallenge && engine.last_state != State::AwaitingChallenge) {
    engine.attempt_began = now;
  }
  engine.last_state = state;
  ctx.state = state_of(engine, now);
  ctx.established = state == State::Established;
}

}  // namespace capi
}  // namespace usmp
