// The table of wire 3: session, configuration, buffers and stream records of spec/usmp-3.md.
#include "random_source.hpp"
#include "usmp/crypto.hpp"
#include "usmp/device_session.hpp"
#include "usmp/framing/stream_record.hpp"
#include "wire_table.hpp"

namespace usmp {
namespace capi {
namespace {

struct Wire3 {
  Wire3() : config(), reader(MutableBytes()) {}

  uint32_t packets_resent() const { return session.chunks_resent(); }
  void close(Instant now) { session.close(ByeReason::Done, now); }

  DeviceConfig config;
  DeviceSession session;
  SendBuffer send_buffer;
  ReceiveBuffer receive_buffer;
  StreamRecordReader reader;
};

static_assert(sizeof(Wire3) <= USMP_SESSION_SIZE, "raise USMP_SESSION_SIZE in usmp.h");
static_assert(sizeof(ChunkState) <= 16 && sizeof(PlaceState) <= 4, "see USMP_MEMORY_SIZE");
static_assert(kSavedStateSizeMax == USMP_SAVED_STATE_MAX && kPskSizeMin == USMP_PSK_LEN_MIN &&
                  kPskSizeMax == USMP_PSK_LEN_MAX && kDeviceIdSizeMax == USMP_DEVICE_ID_MAX,
              "usmp.h repeats these numbers of limits.hpp");

using Calls = SessionCalls<Wire3>;

usmp_err_t check(const usmp_t&, const usmp_transport_t&, const usmp_sizes_t& sizes) {
  return sizes.max_packet >= kMaxPacketMin && sizes.max_message >= 1 && sizes.window >= 1
             ? USMP_OK
             : USMP_ERR_INVALID_ARG;
}

size_t packet_size(const usmp_sizes_t& sizes) {
  return sizes.max_packet > kChallengeSizeMax ? sizes.max_packet : kChallengeSizeMax;
}

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

void configure(DeviceConfig& config, const Making& making) {
  const usmp_t& ctx = *making.ctx;
  config.device_id = Bytes(ctx.device_id, ctx.device_id_len);
  config.psk = Bytes(ctx.psk, ctx.psk_len);
  config.random = random_source();
  config.limits.max_packet = making.sizes->max_packet;
  config.limits.max_message = making.sizes->max_message;
  config.limits.window = making.sizes->window;
  config.medium = making.medium;
  config.suites = suites_of(ctx);
  config.cid_size = 0;  // a connected socket or line of its own names the session
  config.early_data = ctx.early_data;
  config.keepalive = ctx.keepalive_ms;
}

void* make(Carver& carver, const Making& making) {
  const usmp_sizes_t& sizes = *making.sizes;
  const size_t places = sizes.window - 1u;
  uint8_t* memory = carver.take(sizeof(Wire3));
  uint8_t* chunks = carver.take(sizes.window * sizeof(ChunkState));
  uint8_t* place_states = carver.take(places * sizeof(PlaceState));
  uint8_t* room = carver.take(sizes.max_message);
  uint8_t* place_bytes = carver.take(places * chunk_size_max(sizes.max_packet));
  if (carver.failed()) return nullptr;
  Wire3* wire = new (Place{memory}) Wire3();
  configure(wire->config, making);
  wire->send_buffer = SendBuffer(reinterpret_cast<ChunkState*>(chunks), sizes.window);
  wire->receive_buffer =
      ReceiveBuffer(room, place_bytes, reinterpret_cast<PlaceState*>(place_states));
  return wire;
}

Error begin(void* session) {
  Wire3& wire = Calls::whole(session);
  wire.session.~DeviceSession();
  new (Place{&wire.session}) DeviceSession();
  return wire.session.init(wire.config, wire.send_buffer, wire.receive_buffer);
}

void end(void* session) { Calls::whole(session).~Wire3(); }

void start_stream(void* session, MutableBytes packet) {
  Calls::whole(session).reader = StreamRecordReader(packet);
}

Result<MutableBytes> read_stream(void* session, Bytes& input) {
  return Calls::whole(session).reader.read(input);
}

bool next_datagram(void* session, Message* out) {
  return Calls::whole(session).session.next_datagram(out);
}

Error send_datagram(void* session, Bytes content, uint8_t channel, Instant now) {
  return Calls::whole(session).session.send_datagram(content, channel, now);
}

size_t datagram_size_max(const void* session) {
  return Calls::whole(session).session.datagram_size_max();
}

bool can_sleep(const void* session) { return Calls::whole(session).session.can_sleep(); }

Result<size_t> save(void* session, MutableBytes out, Instant now) {
  return Calls::whole(session).session.save(out, now);
}

Error wake(void* session, MutableBytes saved, uint32_t slept_s, Instant now) {
  return Calls::whole(session).session.wake(saved, slept_s, now);
}

constexpr Wire3Calls kWire3Calls = {next_datagram, send_datagram, datagram_size_max,
                                    can_sleep,     save,          wake};

constexpr usmp_wire_s table() {
  usmp_wire_s table = Calls::table();
  table.check = check;
  table.too_large = USMP_ERR_TOO_LARGE;
  table.packet_size = packet_size;
  table.make = make;
  table.begin = begin;
  table.end = end;
  table.record_overhead = kStreamRecordOverhead;
  table.start_stream = start_stream;
  table.read_stream = read_stream;
  table.make_record = stream_record_in_place;
  table.wire3 = &kWire3Calls;
  return table;
}

}  // namespace
}  // namespace capi
}  // namespace usmp

const usmp_wire_t usmp_wire_3 = usmp::capi::table();
