// See step.hpp. The session decides everything that matters; here its packets and events are
// carried between it, the transport and the program.
#include "step.hpp"

#include <string.h>

#include "error_code.hpp"
#include "transport_io.hpp"

namespace usmp {
namespace capi {
namespace {

const char kLogTag[] = "usmp";
/// Bounds of one round, so that a flood of packets keeps no call from returning.
const int kPacketsInMax = 64;
const int kPacketsOutMax = 512;
/// While a transport is being opened it is looked after this often.
const Duration kOpeningInterval = 50;

/// Of a frame of wire 2: behind magic, version and type.
uint32_t seq_of_frame(Bytes frame) {
  return static_cast<uint32_t>(frame.data[4]) | static_cast<uint32_t>(frame.data[5]) << 8 |
         static_cast<uint32_t>(frame.data[6]) << 16 | static_cast<uint32_t>(frame.data[7]) << 24;
}

void note_hint(Engine& engine, usmp_err_t code) {
  if (engine.ctx->hint == code) return;
  engine.ctx->hint = code;
  usmp_log('W', kLogTag, usmp_strerror(code));
}

usmp_err_t established(Engine& engine, Instant now) {
  ++engine.stats.handshakes;
  engine.stats.handshake_ms = now.since(engine.attempt_began);
  engine.ctx->hint = USMP_OK;
  const Bytes id = engine.session.session_id();
  memcpy(engine.ctx->session_id, id.data, USMP_SESSION_ID_LEN);
  usmp_log('I', kLogTag, "session established");
  return USMP_OK;
}

usmp_err_t attempt_failed(Engine& engine, Cause cause) {
  usmp_err_t code = code_of_cause(cause);
  // Silence with a hint why is more than silence.
  if (code == USMP_ERR_TIMEOUT && engine.ctx->hint != USMP_OK) code = engine.ctx->hint;
  engine.ctx->hint = USMP_OK;
  // Silence may mean that the gateway moved: the name is looked up anew, the next address tried.
  // A line leads nowhere else.
  if (is_stream(engine) || (cause == Cause::NoAnswer && !is_line(engine))) {
    close_transport(engine);
    engine.open_wanted = !is_stream(engine);
  }
  usmp_log('W', kLogTag, usmp_strerror(code));
  return code;
}

usmp_err_t ended(Engine& engine, Cause cause, Instant now) {
  if (engine.link == Link::Up) transmit(engine, now);  // our own BYE, if there is one
  abandon_link(engine, now);
  const usmp_err_t code = code_of_cause(cause);
  usmp_log('W', kLogTag, usmp_strerror(code));
  return code;
}

usmp_err_t lost(Engine& engine, Cause cause) {
  if (is_stream(engine)) close_transport(engine);
  engine.drained = false;
  const bool replayed = cause == Cause::StreamBroken && engine.session.number_broke_stream();
  const usmp_err_t code = replayed ? USMP_ERR_REPLAY_DETECTED : USMP_ERR_LOST;
  usmp_log('W', kLogTag, usmp_strerror(code));
  return code;
}

void hand_over_datagrams(Engine& engine) {
  Message datagram;
  while (engine.session.next_datagram(&datagram)) {
    ++engine.stats.messages_received;
    usmp_t* ctx = engine.ctx;
    if (ctx->on_datagram == nullptr) continue;
    ctx->on_datagram(ctx, datagram.content.data, datagram.content.size, datagram.channel);
  }
}

usmp_err_t connection_broke(Engine& engine, usmp_err_t code, Instant now) {
  note_hint(engine, code);
  if (is_line(engine)) {
    lose_line(engine, now);
    return USMP_OK;
  }
  const usmp_err_t told = take_event(engine, engine.session.connection_lost(now), now);
  close_transport(engine);
  // Over datagrams the next handshake has begun already.
  if (!is_stream(engine)) engine.open_wanted = !is_over(engine);
  return told;
}

// The published transports make their own UTACKs, with the keys of the session.
void tell_keys(Engine& engine) {
  usmp_transport_t& transport = engine.ctx->transport;
  if (transport.set_session_keys == nullptr || !engine.session.has_wire2_calls()) return;
  if (!engine.session.established()) {
    engine.keys_told = 0;
    return;
  }
  const uint32_t keys = engine.session.rekeys() + 1;
  if (engine.keys_told == keys) return;
  engine.keys_told = keys;
  transport.set_session_keys(&transport, engine.session.send_key().data,
                             engine.session.receive_key().data);
}

Result<Event> receive_one(Engine& engine, MutableBytes packet, Instant now) {
  ++engine.stats.packets_received;
  usmp_transport_t& transport = engine.ctx->transport;
  if (engine.contract == Contract::Own) return engine.session.receive(packet, now);
  const uint32_t seq = packet.size >= USMP_HEADER_SIZE ? seq_of_frame(packet) : 0;
  const uint32_t received = engine.session.counters().received;
  const Result<Event> result = engine.session.receive(packet, now);
  tell_keys(engine);
  if (transport.confirm_authenticated != nullptr &&
      engine.session.counters().received != received) {
    transport.confirm_authenticated(&transport, seq);
  }
  return result;
}

usmp_err_t receive_packets(Engine& engine, Instant now) {
  for (int count = 0; count < kPacketsInMax && engine.link == Link::Up; ++count) {
    // On a stream what follows a message waits in its packet: the next one would overwrite it.
    if (!engine.session.can_receive()) return USMP_OK;
    MutableBytes packet;
    usmp_err_t code = USMP_OK;
    switch (take_packet(engine, &packet, &code)) {
      case Taken::Nothing:
        return USMP_OK;
      case Taken::Hint:
        note_hint(engine, code);
        return USMP_OK;
      case Taken::Broken:
        return connection_broke(engine, code, now);
      case Taken::Packet:
        break;
    }
    const Result<Event> result = receive_one(engine, packet, now);
    if (!result.ok()) continue;
    const usmp_err_t told = take_event(engine, result.value, now);
    if (told != USMP_OK) return told;
    hand_over_datagrams(engine);
  }
  return USMP_OK;
}

usmp_err_t bring_up(Engine& engine, Instant now) {
  const bool is_first = engine.connect_due;
  const usmp_err_t opened = open_transport(engine, now);
  if (opened != USMP_OK && is_line(engine) && !is_first) {
    note_hint(engine, opened);  // the session goes on when the line is there again
    return USMP_OK;
  }
  if (opened != USMP_OK || engine.link != Link::Up || !engine.connect_due) return opened;
  engine.connect_due = false;
  const usmp_err_t begun = code_of_error(engine.session.connect(now));
  if (begun == USMP_OK) return USMP_OK;
  // The random source or the crypto library failed: as much later as a transport that does not
  // open.
  close_transport(engine);
  engine.connect_due = true;
  engine.open_wanted = true;
  engine.dial_pausing = true;
  engine.dial_at = now + engine.dial_pause;
  return begun;
}

}  // namespace

void abandon_link(Engine& engine, Instant now) {
  close_transport(engine);
  engine.open_wanted = false;
  engine.connect_due = false;
  // A BYE that did not leave will not: nothing is left to be told, the event says nothing new.
  if (engine.session.state() == State::AwaitingByeSent) engine.session.connection_lost(now);
}

usmp_err_t take_event(Engine& engine, const Event& event, Instant now) {
  switch (event.kind) {
    case EventKind::None:
    case EventKind::Moved:
    case EventKind::Woke:
    case EventKind::Asleep:
      return USMP_OK;
    case EventKind::Established:
      return established(engine, now);
    case EventKind::Hint:
      note_hint(engine, code_of_cause(event.cause));
      return USMP_OK;
    case EventKind::AttemptFailed:
      return attempt_failed(engine, event.cause);
    case EventKind::ConnectDue:
      engine.open_wanted = true;
      engine.connect_due = true;
      return USMP_OK;
    case EventKind::Drained:
      engine.drained = true;
      return USMP_OK;
    case EventKind::Lost:
      return lost(engine, event.cause);
    case EventKind::Closed:
      return ended(engine, event.cause, now);
  }
  return USMP_OK;
}

usmp_err_t transmit(Engine& engine, Instant now) {
  if (engine.link != Link::Up) return USMP_OK;
  engine.transmit_due = false;
  const bool has_connection =
      is_stream(engine) || is_line(engine) || engine.contract == Contract::AcknowledgedFrames;
  usmp_err_t sent = send_unsent(engine);
  for (int count = 0; count < kPacketsOutMax && engine.unsent.empty(); ++count) {
    if (sent != USMP_OK && has_connection) break;
    const Result<size_t> size = engine.session.poll_transmit(packet_room(engine), now);
    if (!size.ok()) {
      return size.error == Error::BufferTooSmall ? USMP_ERR_NO_MEMORY : code_of_error(size.error);
    }
    if (size.value == 0) break;
    sent = send_packet(engine, size.value, now);
    tell_keys(engine);
    if (sent != USMP_OK && !has_connection) note_hint(engine, sent);
  }
  if (sent != USMP_OK && has_connection) return connection_broke(engine, sent, now);
  return USMP_OK;
}

usmp_err_t step(Engine& engine) {
  usmp_port_wdt_feed();
  const Instant now = port_now();
  usmp_err_t told = engine.untold;
  engine.untold = USMP_OK;
  const bool held_back = message_outlives_session(engine);
  if (told == USMP_OK && !held_back) told = bring_up(engine, now);
  if (told == USMP_OK && !held_back && engine.link == Link::Up && reads_blindly(engine)) {
    told = transmit(engine, now);  // what is asked for must be asked first
    engine.read_due = engine.readers > 0 || !engine.session.established();
  }
  if (told == USMP_OK && !held_back) told = receive_packets(engine, now);
  if (told == USMP_OK && now.reached(engine.session.next_deadline(now))) {
    told = take_event(engine, engine.session.on_deadline(now), now);
  }
  const usmp_err_t sent = held_back ? USMP_OK : transmit(engine, now);
  if (told == USMP_OK) told = sent;
  collect_finished(engine);
  publish_state(engine, now);
  return told;
}

bool message_outlives_session(const Engine& engine) {
  Message message;
  return !engine.session.established() && engine.session.message(&message);
}

bool is_over(const Engine& engine) {
  switch (engine.session.state()) {
    case State::Idle:
    case State::AwaitingByeSent:
    case State::Closed:
      return !engine.open_wanted && !engine.connect_due;
    case State::Asleep:
      return true;
    case State::AwaitingPauseEnd:
    case State::AwaitingConnection:
    case State::AwaitingChallenge:
    case State::AwaitingSessionOk:
    case State::Established:
      break;
  }
  return false;
}

usmp_err_t tell_end(Engine& engine) {
  const usmp_err_t code = engine.untold;
  engine.untold = USMP_OK;
  return code != USMP_OK ? code : USMP_ERR_NOT_CONNECTED;
}

Duration time_to_next_step(const Engine& engine, Instant now) {
  Duration span = 0;
  const Instant deadline = engine.session.next_deadline(now);
  if (!now.reached(deadline)) span = deadline.since(now);
  if (engine.link == Link::Opening) return span < kOpeningInterval ? span : kOpeningInterval;
  if (engine.open_wanted) {
    const Duration pause =
        engine.dial_pausing && !now.reached(engine.dial_at) ? engine.dial_at.since(now) : 0;
    // What a session has to send cannot leave before.
    if (is_line(engine) && span == 0) return pause;
    return pause < span ? pause : span;
  }
  if (engine.transmit_due && engine.unsent.empty()) return 0;
  if (engine.untold != USMP_OK) return 0;
  // What is there already, unless it waits for the application.
  if (packet_staged(engine) && engine.session.can_receive()) return 0;
  return span;
}

bool wait_until(Engine& engine, Instant deadline) {
  const Instant now = port_now();
  if (now.reached(deadline)) return false;
  const Duration left = deadline.since(now);
  const Duration idle = time_to_next_step(engine, now);
  wait_for_transport(engine, idle < left ? idle : left);
  return true;
}

}  // namespace capi
}  // namespace usmp
