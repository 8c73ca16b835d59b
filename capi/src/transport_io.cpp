// See transport_io.hpp. Streams carry the records of USMP3 §7, lines its frames, datagrams are
// packets as they are.
#include "transport_io.hpp"

namespace usmp {
namespace capi {
namespace {

/// Between two looks at a transport that cannot be waited for.
const Duration kBlindWait = 2;
/// A blocking call gives the port a sign of life at least this often.
const Duration kWaitMax = 500;
/// An adapter that is plugged in again is noticed within this time.
const Duration kLinePauseMax = 4000;

usmp_err_t code_of(int result) {
  return result == -1 ? USMP_ERR_TRANSPORT_FAILED : static_cast<usmp_err_t>(result);
}

/// Random within ±20 %; without a random source exact, which costs nothing but politeness.
Duration jittered(Duration span) {
  uint8_t byte = 128;
  if (usmp_port_random(&byte, 1) != 0) byte = 128;
  const Duration width = span / 100 * kJitterPercent * 2;
  return span - width / 2 + width / 255 * byte;
}

bool is_stream(const Engine& engine) { return engine.config.medium == Medium::Stream; }
bool is_line(const Engine& engine) { return engine.config.medium == Medium::Serial; }

void schedule_dial(Engine& engine, Instant now) {
  const Duration longest = is_line(engine) ? kLinePauseMax : kPauseMax;
  engine.dial_at = now + jittered(engine.dial_pause);
  engine.dial_pausing = true;
  engine.dial_pause = engine.dial_pause > longest / 2 ? longest : engine.dial_pause * 2;
}

// Out of a stream or a line.
Taken take_record(Engine& engine, MutableBytes* packet, usmp_err_t* code) {
  usmp_transport_t& transport = engine.ctx->transport;
  for (;;) {
    if (engine.staged.empty()) {
      const int count = transport.recv(&transport, engine.stage.data, engine.stage.size);
      if (count < 0) {
        *code = code_of(count);
        return Taken::Broken;
      }
      if (count == 0) return Taken::Nothing;
      engine.staged = engine.stage.first(static_cast<size_t>(count));
    }
    if (is_line(engine)) {
      *packet = engine.deframer.read(engine.staged);
    } else {
      const Result<MutableBytes> record = engine.reader.read(engine.staged);
      if (!record.ok()) {
        *code = USMP_ERR_PROTOCOL;
        return Taken::Broken;
      }
      *packet = record.value;
    }
    if (!packet->empty()) return Taken::Packet;
  }
}

}  // namespace

usmp_err_t open_transport(Engine& engine, Instant now) {
  if (engine.link == Link::Up || !engine.open_wanted) return USMP_OK;
  if (engine.dial_pausing && !now.reached(engine.dial_at)) return USMP_OK;
  usmp_transport_t& transport = engine.ctx->transport;
  const int result = transport.open != nullptr ? transport.open(&transport) : 0;
  if (result == USMP_TRANSPORT_OPENING) {
    engine.link = Link::Opening;
    return USMP_OK;
  }
  if (result < 0) {
    close_transport(engine);
    engine.open_wanted = true;
    schedule_dial(engine, port_now());
    return code_of(result);
  }
  engine.link = Link::Up;
  engine.open_wanted = false;
  engine.dial_pausing = false;
  engine.dial_pause = kPauseFirst;
  if (is_line(engine)) {
    engine.encoder.line_opened();
    engine.ctx->hint = USMP_OK;
  }
  return USMP_OK;
}

void close_transport(Engine& engine) {
  usmp_transport_t& transport = engine.ctx->transport;
  if (engine.transport_lent && transport.close != nullptr) transport.close(&transport);
  engine.link = Link::Down;
  engine.staged = Bytes();
  engine.unsent = Bytes();
  engine.reader = StreamRecordReader(engine.packet_in);
  engine.stats.frames_dropped += frames_dropped(engine);
  engine.deframer = SerialDeframer(engine.packet_in);
}

uint32_t frames_dropped(const Engine& engine) {
  const SerialDrops& drops = engine.deframer.drops();
  return drops.cobs_error + drops.crc_mismatch + drops.oversize;
}

void lose_line(Engine& engine, Instant now) {
  close_transport(engine);
  engine.open_wanted = true;
  schedule_dial(engine, now);
}

Taken take_packet(Engine& engine, MutableBytes* packet, usmp_err_t* code) {
  usmp_transport_t& transport = engine.ctx->transport;
  if (engine.config.medium != Medium::Udp) return take_record(engine, packet, code);
  const int count = transport.recv(&transport, engine.packet_in.data, engine.packet_in.size);
  if (count < 0) {
    *code = code_of(count);
    return Taken::Hint;
  }
  if (count == 0) return Taken::Nothing;
  *packet = engine.packet_in.first(static_cast<size_t>(count));
  return Taken::Packet;
}

bool packet_staged(const Engine& engine) { return !engine.staged.empty(); }

MutableBytes packet_room(Engine& engine) {
  return is_stream(engine) ? engine.packet_out.from(kStreamRecordOverhead) : engine.packet_out;
}

usmp_err_t send_packet(Engine& engine, size_t size) {
  if (is_line(engine)) {
    engine.encoder.start(engine.packet_out.first(size));
    return send_unsent(engine);
  }
  if (!is_stream(engine)) {
    usmp_transport_t& transport = engine.ctx->transport;
    const int result = transport.send(&transport, engine.packet_out.data, size);
    return result < 0 ? code_of(result) : USMP_OK;
  }
  const MutableBytes record = engine.packet_out.first(kStreamRecordOverhead + size);
  if (stream_record_in_place(record) != Error::None) return USMP_ERR_TOO_LARGE;
  engine.unsent = record;
  return send_unsent(engine);
}

usmp_err_t send_unsent(Engine& engine) {
  usmp_transport_t& transport = engine.ctx->transport;
  for (;;) {
    if (engine.unsent.empty() && is_line(engine)) {
      engine.unsent =
          Bytes(engine.line_piece, engine.encoder.next(MutableBytes(engine.line_piece)));
    }
    if (engine.unsent.empty()) return USMP_OK;
    const int count = transport.send(&transport, engine.unsent.data, engine.unsent.size);
    if (count < 0) return code_of(count);
    if (count == 0) return USMP_OK;
    engine.unsent = engine.unsent.from(static_cast<size_t>(count));
  }
}

void wait_for_transport(Engine& engine, Duration ms) {
  usmp_port_wdt_feed();
  if (ms == 0) return;
  usmp_transport_t& transport = engine.ctx->transport;
  const Duration span = ms < kWaitMax ? ms : kWaitMax;
  if (engine.link != Link::Down && transport.wait != nullptr) {
    const bool for_sending = engine.link == Link::Opening || !engine.unsent.empty();
    transport.wait(&transport, for_sending ? 1 : 0, span);
  } else {
    usmp_port_delay_ms(span < kBlindWait ? span : kBlindWait);
  }
}

}  // namespace capi
}  // namespace usmp
