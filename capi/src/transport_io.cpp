// See transport_io.hpp. Streams carry the records of USMP3 §7 (wire 2: its frames), lines its
// frames, datagrams are packets as they are.
#include "transport_io.hpp"

#include "call_lock.hpp"

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

void schedule_dial(Engine& engine, Instant now) {
  const Duration longest = is_line(engine) ? kLinePauseMax : kPauseMax;
  engine.dial_at = now + jittered(engine.dial_pause);
  engine.dial_pausing = true;
  engine.dial_pause = engine.dial_pause > longest / 2 ? longest : engine.dial_pause * 2;
}

/// What wire 2 acknowledges with; the first byte of no other packet.
const uint8_t kUtackMagic = 0xAC;

/// As the transport's recv(). 0 also where it would block, or must not be asked now.
int receive_bytes(Engine& engine, MutableBytes room) {
  usmp_transport_t& transport = engine.ctx->transport;
  if (engine.contract != Contract::Own) {
    Message waiting;
    // What is read is acknowledged by that, and would not come again.
    if (engine.session.message(&waiting)) return 0;
    if (transport.available != nullptr && transport.available(&transport) <= 0) return 0;
    if (transport.available == nullptr && !engine.read_due) return 0;
    engine.read_due = false;
  }
  return transport.recv(&transport, room.data, room.size);
}

// Out of a stream or a line.
Taken take_record(Engine& engine, MutableBytes* packet, usmp_err_t* code) {
  for (;;) {
    if (engine.staged.empty()) {
      const int count = receive_bytes(engine, engine.stage);
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
      const Result<MutableBytes> record = engine.session.read_stream(engine.staged);
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
  int result = 0;
  if (transport.open != nullptr) {
    result = transport.open(&transport);
  } else if (engine.was_closed && transport.reconnect != nullptr) {
    result = transport.reconnect(&transport);
  }
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
  engine.was_closed = false;
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
  engine.was_closed = true;
  engine.link = Link::Down;
  engine.staged = Bytes();
  engine.unsent = Bytes();
  engine.session.start_stream(engine.packet_in);
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
  if (engine.medium != Medium::Udp) return take_record(engine, packet, code);
  const int count = receive_bytes(engine, engine.packet_in);
  if (count < 0) {
    *code = code_of(count);
    return engine.contract == Contract::Own ? Taken::Hint : Taken::Broken;
  }
  if (count == 0) return Taken::Nothing;
  *packet = engine.packet_in.first(static_cast<size_t>(count));
  return Taken::Packet;
}

bool packet_staged(const Engine& engine) { return !engine.staged.empty(); }

MutableBytes packet_room(Engine& engine) {
  return is_stream(engine) ? engine.packet_out.from(engine.session.record_overhead())
                           : engine.packet_out;
}

bool reads_blindly(const Engine& engine) {
  return engine.contract != Contract::Own && engine.ctx->transport.available == nullptr;
}

// A whole frame, as the published transports take it: their result is no size.
usmp_err_t send_frame(Engine& engine, size_t size, Instant now) {
  usmp_transport_t& transport = engine.ctx->transport;
  const Bytes frame = engine.packet_out.first(size);
  const bool acknowledges = engine.contract == Contract::AcknowledgedFrames;
  if (acknowledges && frame.data[0] == kUtackMagic) return USMP_OK;  // it sent one itself
  const int result = transport.send(&transport, frame.data, frame.size);
  if (result < 0) return code_of(result);
  if (acknowledges) engine.session.delivered(now);
  return USMP_OK;
}

usmp_err_t send_packet(Engine& engine, size_t size, Instant now) {
  ++engine.stats.packets_sent;
  if (engine.contract != Contract::Own) return send_frame(engine, size, now);
  if (is_line(engine)) {
    engine.encoder.start(engine.packet_out.first(size));
    return send_unsent(engine);
  }
  if (!is_stream(engine)) {
    usmp_transport_t& transport = engine.ctx->transport;
    const int result = transport.send(&transport, engine.packet_out.data, size);
    return result < 0 ? code_of(result) : USMP_OK;
  }
  const MutableBytes record = engine.packet_out.first(engine.session.record_overhead() + size);
  if (engine.session.make_record(record) != Error::None) return USMP_ERR_TOO_LARGE;
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
    const Unlocked unlocked(*engine.ctx);
    transport.wait(&transport, for_sending ? 1 : 0, span);
  } else {
    const Unlocked unlocked(*engine.ctx);
    usmp_port_delay_ms(span < kBlindWait ? span : kBlindWait);
  }
}

}  // namespace capi
}  // namespace usmp
