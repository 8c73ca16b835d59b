// Makes the engine of a context in the context's own memory, and empties it again.
#include "engine.hpp"

#include <string.h>

#include "usmp/crypto.hpp"

namespace usmp {
namespace capi {

/// Where to construct, for the operator below: <new> is not there on every device compiler.
struct Place {
  void* memory;
};

}  // namespace capi
}  // namespace usmp

inline void* operator new(size_t, usmp::capi::Place place) noexcept { return place.memory; }
// Never runs, because nothing here throws; it pairs with the above.
inline void operator delete(void*, usmp::capi::Place) noexcept {}

namespace usmp {
namespace capi {
namespace {

static_assert(sizeof(Engine) <= USMP_ENGINE_SIZE, "raise USMP_ENGINE_SIZE in usmp.h");
static_assert(sizeof(Outgoing) <= USMP_NODE_POINTERS * sizeof(void*), "raise USMP_NODE_POINTERS");
static_assert(alignof(Outgoing) <= alignof(void*), "a message's node is aligned like a pointer");
static_assert(sizeof(ChunkState) <= 16 && sizeof(PlaceState) <= 4, "see USMP_MEMORY_SIZE");
static_assert(kSavedStateSizeMax == USMP_SAVED_STATE_MAX && kPskSizeMin == USMP_PSK_LEN_MIN &&
                  kPskSizeMax == USMP_PSK_LEN_MAX && kDeviceIdSizeMax == USMP_DEVICE_ID_MAX,
              "usmp.h repeats these numbers of limits.hpp");

/// Hands out pieces of the context's memory, front to back.
class Carver {
 public:
  explicit Carver(MutableBytes memory) : left_(memory), failed_(false) {}

  uint8_t* take(size_t size) {
    const size_t align = sizeof(uint64_t);
    const size_t off = static_cast<size_t>(reinterpret_cast<uintptr_t>(left_.data) % align);
    const size_t skip = off == 0 ? 0 : align - off;
    if (failed_ || left_.size < skip || left_.size - skip < size) {
      failed_ = true;
      return nullptr;
    }
    uint8_t* piece = left_.data + skip;
    left_ = left_.from(skip + size);
    return piece;
  }
  bool failed() const { return failed_; }

 private:
  MutableBytes left_;
  bool failed_;
};

bool fill_random(void*, uint8_t* out, size_t size) { return usmp_port_random(out, size) == 0; }

uint8_t suites_of(const usmp_t& ctx) {
  uint8_t suites = 0;
  if (ctx.cipher_suite != USMP_CIPHER_CHACHA20_POLY1305 &&
      crypto::suite_available(crypto::Suite::Aes256Gcm)) {
    suites = static_cast<uint8_t>(suites | kSuiteBitAes256Gcm);
  }
  if (ctx.cipher_suite != USMP_CIPHER_AES256_GCM &&
      crypto::suite_available(crypto::Suite::ChaCha20Poly1305)) {
    suites = static_cast<uint8_t>(suites | kSuiteBitChaCha20Poly1305);
  }
  return suites;
}

bool arguments_fit(const usmp_t& ctx, const usmp_transport_t& transport,
                   const usmp_sizes_t& sizes) {
  return transport.send != nullptr && transport.recv != nullptr &&
         transport.stream <= USMP_TRANSPORT_LINE && ctx.psk != nullptr &&
         ctx.psk_len >= kPskSizeMin && ctx.psk_len <= kPskSizeMax &&
         ctx.device_id_len <= kDeviceIdSizeMax &&
         ctx.cipher_suite <= USMP_CIPHER_CHACHA20_POLY1305 && sizes.max_packet >= kMaxPacketMin &&
         sizes.max_message >= 1 && sizes.window >= 1;
}

usmp_err_t set_device_id(usmp_t* ctx) {
  if (ctx->device_id_len != 0) return USMP_OK;
  if (usmp_port_get_device_id(ctx->device_id, USMP_DEVICE_ID_LEN) != 0) return USMP_ERR_INVALID_ARG;
  ctx->device_id_len = USMP_DEVICE_ID_LEN;
  return USMP_OK;
}

Medium medium_of(const usmp_transport_t& transport) {
  if (transport.stream == USMP_TRANSPORT_STREAM) return Medium::Stream;
  return transport.stream == USMP_TRANSPORT_LINE ? Medium::Serial : Medium::Udp;
}

void configure(Engine& engine, const usmp_sizes_t& sizes) {
  const usmp_t& ctx = *engine.ctx;
  DeviceConfig& config = engine.config;
  config.device_id = Bytes(ctx.device_id, ctx.device_id_len);
  config.psk = Bytes(ctx.psk, ctx.psk_len);
  config.random.fill = fill_random;
  config.random.context = nullptr;
  config.limits.max_packet = sizes.max_packet;
  config.limits.max_message = sizes.max_message;
  config.limits.window = sizes.window;
  config.medium = medium_of(ctx.transport);
  config.suites = suites_of(ctx);
  config.cid_size = 0;  // a connected socket or line of its own names the session
  config.early_data = ctx.early_data;
  config.keepalive = ctx.keepalive_ms;
}

usmp_err_t carve(Engine& engine, Carver& carver, const usmp_sizes_t& sizes) {
  const size_t places = sizes.window - 1u;
  const size_t packet = sizes.max_packet > kChallengeSizeMax ? sizes.max_packet : kChallengeSizeMax;
  uint8_t* chunks = carver.take(sizes.window * sizeof(ChunkState));
  uint8_t* place_states = carver.take(places * sizeof(PlaceState));
  uint8_t* room = carver.take(sizes.max_message);
  uint8_t* place_bytes = carver.take(places * chunk_size_max(sizes.max_packet));
  uint8_t* in = carver.take(packet);
  uint8_t* out = carver.take(packet + kStreamRecordOverhead);
  uint8_t* stage = engine.config.medium == Medium::Udp ? in : carver.take(packet);
  if (carver.failed()) return USMP_ERR_NO_MEMORY;
  engine.send_buffer = SendBuffer(reinterpret_cast<ChunkState*>(chunks), sizes.window);
  engine.receive_buffer =
      ReceiveBuffer(room, place_bytes, reinterpret_cast<PlaceState*>(place_states));
  engine.packet_in = MutableBytes(in, packet);
  engine.packet_out = MutableBytes(out, packet + kStreamRecordOverhead);
  engine.stage = MutableBytes(stage, packet);
  engine.reader = StreamRecordReader(engine.packet_in);
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
  if (message == engine.waited_for) return;
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

Engine::Engine(usmp_t* owner)
    : ctx(owner),
      config(),
      session(),
      reader(MutableBytes()),
      deframer(MutableBytes()),
      encoder(),
      line_piece(),
      link(Link::Down),
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
      waited_for(nullptr),
      finished_first(nullptr),
      finished_last(nullptr),
      stats() {}

usmp_err_t make_engine(usmp_t* ctx, const usmp_transport_t& transport, const usmp_sizes_t& sizes) {
  if (ctx == nullptr || !arguments_fit(*ctx, transport, sizes)) return USMP_ERR_INVALID_ARG;
  const usmp_err_t named = set_device_id(ctx);
  if (named != USMP_OK) return named;
  Carver carver(MutableBytes(ctx->memory.bytes, sizes.memory_size));
  uint8_t* memory = carver.take(sizeof(Engine));
  if (memory == nullptr) return USMP_ERR_NO_MEMORY;
  usmp_message_t* finished_first = nullptr;
  usmp_message_t* finished_last = nullptr;
  if (Engine* former = engine_of(ctx)) {
    collect_finished(*former);
    collect_returned(*former);
    finished_first = former->finished_first;
    finished_last = former->finished_last;
    former->~Engine();  // wipes what the older session left
  }
  ctx->transport = transport;
  ctx->hint = USMP_OK;
  Engine* engine = new (Place{memory}) Engine(ctx);
  ctx->engine = engine;
  engine->finished_first = finished_first;
  engine->finished_last = finished_last;
  configure(*engine, sizes);
  const usmp_err_t carved = carve(*engine, carver, sizes);
  if (carved != USMP_OK) return carved;
  return reset_session(*engine);
}

usmp_err_t reset_session(Engine& engine) {
  collect_finished(engine);
  collect_returned(engine);
  engine.session.~DeviceSession();
  new (Place{&engine.session}) DeviceSession();
  engine.drained = false;
  engine.connect_due = false;
  engine.open_wanted = false;
  const Error error = engine.session.init(engine.config, engine.send_buffer, engine.receive_buffer);
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
