// The table of wire 2: session, configuration and stream frames of the published USMP 1.x packages.
#include "random_source.hpp"
#include "usmp/crypto.hpp"
#include "usmp/wire2/device_session.hpp"
#include "usmp/wire2/stream_reader.hpp"
#include "wire_table.hpp"

namespace usmp {
namespace capi {
namespace {

struct Wire2 {
  Wire2() : config(), reader(MutableBytes()) {}

  uint32_t packets_resent() const { return session.frames_repeated(); }
  void close(Instant now) { session.close(now); }

  wire2::DeviceConfig config;
  wire2::DeviceSession session;
  MutableBytes room;
  wire2::StreamReader reader;
};

static_assert(sizeof(Wire2) <= USMP_SESSION_SIZE, "raise USMP_SESSION_SIZE in usmp.h");
static_assert(wire2::kContentSizeMax == USMP_MAX_DATA_LEN &&
                  wire2::kFramesPerMessageMax == USMP_MAX_FRAMES &&
                  wire2::kPayloadSizeMax == USMP_MAX_PAYLOAD &&
                  wire2::kHeaderSize == USMP_HEADER_SIZE && wire2::kVersion == USMP_VERSION &&
                  wire2::kDeviceIdSize == USMP_DEVICE_ID_LEN &&
                  wire2::kSessionIdSize == USMP_SESSION_ID_LEN &&
                  crypto::kKeySize == USMP_SESSION_KEY_LEN,
              "usmp.h and usmp_frame.h repeat these numbers of wire2/limits.hpp");

using Calls = SessionCalls<Wire2>;

usmp_err_t check(const usmp_t& ctx, const usmp_transport_t& transport, const usmp_sizes_t& sizes) {
  if (transport.stream == USMP_TRANSPORT_LINE) return USMP_ERR_WRONG_WIRE;
  return ctx.device_id_len == wire2::kDeviceIdSize && sizes.max_message >= 1 ? USMP_OK
                                                                             : USMP_ERR_INVALID_ARG;
}

size_t room_size(const usmp_sizes_t& sizes) {
  return sizes.max_message < wire2::kMessageSizeMax ? sizes.max_message : wire2::kMessageSizeMax;
}

// What goes out may be larger than what this device takes.
size_t packet_size(const usmp_sizes_t&) { return wire2::kFrameSizeMax; }

void configure(wire2::DeviceConfig& config, const Making& making) {
  const usmp_t& ctx = *making.ctx;
  config.device_id = Bytes(ctx.device_id, ctx.device_id_len);
  config.psk = Bytes(ctx.psk, ctx.psk_len);
  config.random = random_source();
  config.medium = making.medium;
  config.suite = ctx.cipher_suite == USMP_CIPHER_CHACHA20_POLY1305 ? crypto::Suite::ChaCha20Poly1305
                                                                   : crypto::Suite::Aes256Gcm;
  config.keepalive = ctx.keepalive_ms;
}

void* make(Carver& carver, const Making& making) {
  uint8_t* memory = carver.take(sizeof(Wire2));
  const size_t size = room_size(*making.sizes);
  uint8_t* room = carver.take(size);
  if (carver.failed()) return nullptr;
  Wire2* wire = new (Place{memory}) Wire2();
  configure(wire->config, making);
  wire->room = MutableBytes(room, size);
  return wire;
}

Error begin(void* session) {
  Wire2& wire = Calls::whole(session);
  wire.session.~DeviceSession();
  new (Place{&wire.session}) wire2::DeviceSession();
  return wire.session.init(wire.config, wire.room);
}

void end(void* session) { Calls::whole(session).~Wire2(); }

void start_stream(void* session, MutableBytes packet) {
  Calls::whole(session).reader = wire2::StreamReader(packet);
}

Result<MutableBytes> read_stream(void* session, Bytes& input) {
  return Calls::whole(session).reader.read(input);
}

// A frame tells its own length.
Error make_record(MutableBytes) { return Error::None; }

Error rekey(void* session, Instant now) { return Calls::whole(session).session.rekey(now); }

uint32_t rekeys(const void* session) { return Calls::whole(session).session.rekeys(); }

Bytes send_key(const void* session) { return Calls::whole(session).session.send_key(); }

Bytes receive_key(const void* session) { return Calls::whole(session).session.receive_key(); }

void delivered(void* session, Instant now) { Calls::whole(session).session.delivered(now); }

Error drop_reason(const void* session) { return Calls::whole(session).session.drop_reason(); }

constexpr Wire2Calls kWire2Calls = {rekey, rekeys, send_key, receive_key, delivered, drop_reason};

constexpr usmp_wire_s table() {
  usmp_wire_s table = Calls::table();
  table.check = check;
  table.too_large = USMP_ERR_BUFFER_OVERFLOW;
  table.packet_size = packet_size;
  table.make = make;
  table.begin = begin;
  table.end = end;
  table.record_overhead = 0;
  table.start_stream = start_stream;
  table.read_stream = read_stream;
  table.make_record = make_record;
  table.wire2 = &kWire2Calls;
  return table;
}

}  // namespace
}  // namespace capi
}  // namespace usmp

const usmp_wire_t usmp_wire_2 = usmp::capi::table();
