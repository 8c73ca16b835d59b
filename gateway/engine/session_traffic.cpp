// Packets into sessions and out of them, and their deadlines. A packet is opened, its messages are
// told to the application at once, and only flush() answers: so ACKs ride on answers.
#include <algorithm>
#include <utility>

#include "engine/session_host.hpp"

namespace usmp::gateway {
namespace {

// A session that still wants something right after it was served is looked at again so much later:
// a fault of one session must not make the loop spin.
constexpr Milliseconds64 kArmDelayMin = 1;
// The same for one whose connection takes nothing: connection_writable() comes before.
constexpr Milliseconds64 kBlockedArmDelay = 1000;
// One that is over is looked at so often, until it may be forgotten.
constexpr Milliseconds64 kRetiredArmDelayMax = 1000;
// Sessions served in one on_deadline(), so that packets do not wait for long behind it.
constexpr unsigned kDueServedMax = 1024;

}  // namespace

void SessionHost::receive(SessionRecord& record, MutableBytes packet, const Address& from,
                          Instant now) {
  if (record.is_retired) {
    receive_parting(record, packet, from, now);
    return;
  }
  lend_receive_buffer(record);
  if (record.is_stream() && !record.session.has_receive_buffer()) {
    // A stream does not resend: a chunk without a place to go would be lost unnoticed.
    ++context_.counters.dropped_no_room;
    record.session.connection_lost(now);
    retire(record, Cause::StreamBroken);
    return;
  }
  const Address none{};
  const Result<Event> result =
      record.session.receive(packet, record.is_stream() ? none : from, lookahead_, now);
  if (!result.ok()) context_.count_drop(result.error);
  // Messages before the end of the session: they came before its BYE.
  if (result.ok()) deliver_all(record, from, now);
  if (result.ok() && result.value.kind == EventKind::Closed) deliver_rest(record, now);
  if (result.ok()) handle_event(record, result.value);
  take_idle_receive_buffer(record);  // for the next packet's session, while it is in the cache
  if (record.is_retired) return;
  settle_finished(record);
  touch(record);
}

// The session is over; only what belongs to its end is still of use.
void SessionHost::receive_parting(SessionRecord& record, MutableBytes packet, const Address& from,
                                  Instant now) {
  if (!record.is_named_by_address()) {
    ++context_.counters.dropped_unexpected;
    return;
  }
  const Result<Event> result = record.session.receive(packet, from, lookahead_, now);
  if (!result.ok()) context_.count_drop(result.error);
  touch(record);
}

void SessionHost::deliver_all(SessionRecord& record, const Address& from, Instant now) {
  Message message{};
  for (;;) {
    while (record.session.next_datagram(&message)) deliver(record, message, true, from, now);
    // A stream's packet is there for this call only: what it holds is delivered, and no more read.
    if (record.is_paused && !record.is_stream()) return;
    if (!record.session.message(&message)) return;
    deliver(record, message, false, from, now);
    const Event event = record.session.release_message(now);
    if (event.kind == EventKind::Closed) {
      handle_event(record, event);
      return;
    }
  }
}

void SessionHost::deliver(SessionRecord& record, const Message& message, bool is_datagram,
                          const Address& from, Instant now) {
  EngineCounters& counters = context_.counters;
  ++(is_datagram ? counters.datagrams_in : counters.messages_in);
  counters.message_bytes_in += message.content.size;
  context_.application.message_arrived({record.device, record.handle, record.session.session_id(),
                                        message.content, message.channel, is_datagram, from, now});
}

void SessionHost::pause(SessionRecord& record) {
  if (record.is_paused || record.is_retired) return;
  record.is_paused = true;
  if (record.is_stream()) context_.output.pause_connection(record.connection);
}

void SessionHost::resume(SessionRecord& record, Instant now) {
  if (!record.is_paused) return;
  record.is_paused = false;
  if (record.is_stream()) {
    context_.output.resume_connection(record.connection);
    return;
  }
  deliver_all(record, record.address(), now);
  touch(record);  // the window is open again: the device has to hear of it
}

// The session ends: what it has acknowledged is the application's, with room for it or not.
void SessionHost::deliver_rest(SessionRecord& record, Instant now) {
  if (!record.is_paused || record.is_stream() || record.is_retired) return;
  Message message{};
  while (record.session.message(&message)) {
    deliver(record, message, false, record.address(), now);
    if (record.session.release_message(now).kind == EventKind::Closed) return;
  }
}

void SessionHost::ping(SessionRecord& record, Instant now) {
  if (record.session.ping(now)) touch(record);
}

void SessionHost::handle_event(SessionRecord& record, Event event) {
  if (record.is_retired) return;
  switch (event.kind) {
    case EventKind::Moved:
      tell(record, SessionChange::Moved, Cause::None);
      return;
    case EventKind::Woke:
      tell(record, SessionChange::Woke, Cause::None);
      return;
    case EventKind::Asleep:
      tell(record, SessionChange::Asleep, Cause::None);
      return;
    case EventKind::Closed:
    case EventKind::Lost:
    case EventKind::AttemptFailed:
      retire(record, event.cause);
      return;
    case EventKind::None:
    case EventKind::Established:
    case EventKind::Hint:
    case EventKind::ConnectDue:
    case EventKind::Drained:
      return;
  }
}

bool SessionHost::flush(Instant now) {
  // Only those that are there now: what the application sends when told of a delivery goes next
  // time, or it could keep us here for ever.
  const std::size_t count = dirty_.size();
  std::size_t done = 0;
  output_full_ = false;
  for (; done < count; ++done) {
    SessionRecord* record = table_.find(dirty_[done]);
    if (record == nullptr) continue;
    record->is_dirty = false;
    if (!transmit(*record, now)) {
      record->is_dirty = true;
      output_full_ = true;
      break;
    }
    after_transmit(*record, now);
  }
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(done));
  return !output_full_;
}

// False: Output has no room for datagrams.
bool SessionHost::transmit(SessionRecord& record, Instant now) {
  lend_send_buffer(record);
  return record.medium == Medium::Udp ? transmit_datagrams(record, now)
                                      : transmit_records(record, now);
}

bool SessionHost::transmit_datagrams(SessionRecord& record, Instant now) {
  for (;;) {
    const MutableBytes room = context_.output.datagram_room();
    if (room.empty()) return false;
    Address to = record.peer;
    const Result<std::size_t> size = record.session.poll_transmit(room, &to, now);
    if (!size.ok()) context_.count_drop(size.error);
    if (!size.ok() || size.value == 0) return true;
    context_.output.commit_datagram(size.value, to);
    context_.count_out(size.value);
  }
}

bool SessionHost::transmit_records(SessionRecord& record, Instant now) {
  record.is_blocked = false;
  for (;;) {
    const MutableBytes room = context_.output.record_room(record.connection);
    record.is_blocked = room.empty();
    if (record.is_blocked) return true;
    Address to;
    const Result<std::size_t> size = record.session.poll_transmit(room, &to, now);
    if (!size.ok()) context_.count_drop(size.error);
    if (!size.ok() || size.value == 0) return true;
    context_.output.commit_record(record.connection, size.value);
    context_.count_out(size.value);
  }
}

void SessionHost::after_transmit(SessionRecord& record, Instant now) {
  const std::uint32_t resent = record.session.resent();
  context_.counters.chunks_resent += resent - record.resent_counted;
  record.resent_counted = resent;
  const State state = record.session.state();
  if (state == State::Closed && !record.is_retired) {
    retire(record, Cause::NumbersSpent);
  }
  // Its BYE is out, or cannot be written. At the end no connection is waited for.
  const bool bye_waits = record.is_blocked && state != State::Closed && !context_.stopping;
  const bool is_parting = record.is_named_by_address() && record.is_retired && !context_.stopping &&
                          record.session.is_parting(now);
  if (record.is_retired && !bye_waits && !is_parting) {
    const bool is_stream = record.is_stream();
    const ConnectionId connection = record.connection;
    remove(record);
    if (is_stream) closer_.session_over(connection);
    return;
  }
  settle_finished(record);
  take_idle_receive_buffer(record);
  take_idle_send_buffer(record);
  if (record.datagram != nullptr && !record.session.datagram_waiting()) record.datagram.reset();
  arm(record, now);
}

void SessionHost::connection_writable(SessionRecord& record) {
  record.is_blocked = false;
  touch(record);
}

Milliseconds64 SessionHost::next_deadline(Milliseconds64 now) const {
  if (!dirty_.empty() && !output_full_) return now;
  return deadlines_.empty() ? UINT64_MAX : deadlines_.soonest();
}

void SessionHost::on_deadline(Instant now) {
  const Milliseconds64 now_ms = context_.monotonic.follow(now);
  for (unsigned served = 0; served < kDueServedMax; ++served) {
    if (deadlines_.empty() || deadlines_.soonest() > now_ms) return;
    SessionRecord& record = *table_.at(deadlines_.soonest_slot());
    deadlines_.disarm(record.handle.slot);
    if (record.is_retired && record.is_named_by_address()) {
      static_cast<void>(record.session.on_deadline(now));  // repeats its BYE, or gives it up
      touch(record);
      continue;
    }
    // Packets since then may have moved it back: that was not worth touching the heap. Or it was
    // the moment when a chunk may go that waited for DATAGRAMs, and is none any more now that it
    // has come: so what the session has to send is looked at in any case.
    if (!record.is_retired && now.reached(record.session.next_deadline(now))) {
      handle_event(record, record.session.on_deadline(now));
    }
    touch(record);
  }
}

void SessionHost::arm(SessionRecord& record, Instant now) {
  const Milliseconds64 now_ms = context_.monotonic.at(now);
  const Instant deadline = record.session.next_deadline(now);
  Milliseconds64 delay = deadline.reached(now) ? deadline.since(now) : 0;
  const Milliseconds64 least = record.is_blocked ? kBlockedArmDelay : kArmDelayMin;
  if (delay < least) delay = least;
  if (record.is_retired) delay = std::min(delay, kRetiredArmDelayMax);
  deadlines_.arm(record.handle.slot, now_ms + delay);
}

void SessionHost::touch(SessionRecord& record) {
  if (record.is_dirty) return;
  record.is_dirty = true;
  dirty_.push_back(record.handle);
}

ReceiveBufferPool& SessionHost::pool_of(const SessionRecord& record) {
  if (record.session.wire() == WireVersion::V2) return wire2_buffers_;
  if (record.is_stream()) return stream_buffers_;
  return is_slow_line(record.medium) ? line_buffers_ : udp_buffers_;
}

void SessionHost::lend_receive_buffer(SessionRecord& record) {
  if (record.session.has_receive_buffer()) return;
  ReceiveBuffer buffer;
  if (pool_of(record).lend(&buffer)) {
    record.session.lend_receive_buffer(buffer);
  }
}

void SessionHost::take_idle_receive_buffer(SessionRecord& record) {
  if (!record.session.has_receive_buffer() || !record.session.receive_buffer_idle()) return;
  pool_of(record).take_back(record.session.take_receive_buffer());
}

}  // namespace usmp::gateway
