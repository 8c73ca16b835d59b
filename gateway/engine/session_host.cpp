// Life of sessions: adopted from a handshake, replaced, closed, retired, removed. Packets and
// deadlines are in session_traffic.cpp, messages to devices in session_messages.cpp.
#include "engine/session_host.hpp"

#include <algorithm>
#include <utility>

namespace usmp::gateway {
namespace {

std::uint16_t lookaheads_of_thread(const Directory& directory) {
  // USMP3 §3: a thousand times a second in all.
  return static_cast<std::uint16_t>(
      std::max<unsigned>(1, kLookaheadsPerSecondAll / directory.threads()));
}

Cause cause_of(ByeReason reason) {
  switch (reason) {
    case ByeReason::Done:
      return Cause::ByeDone;
    case ByeReason::ProtocolError:
      return Cause::ByeProtocolError;
    case ByeReason::Idle:
      return Cause::ByeIdle;
    case ByeReason::Replaced:
      return Cause::ByeReplaced;
    case ByeReason::Revoked:
      return Cause::ByeRevoked;
    case ByeReason::GoingDown:
      return Cause::ByeGoingDown;
  }
  return Cause::ByeOther;
}

}  // namespace

SessionHost::SessionHost(EngineContext& context, ConnectionCloser& closer)
    : context_(context),
      closer_(closer),
      lookahead_(lookaheads_of_thread(context.directory)),
      udp_buffers_(context.config.udp_limits, context.config.receive_buffers_max),
      stream_buffers_(context.config.stream_limits, context.config.stream_buffers_max),
      line_buffers_(context.config.line_limits, context.config.lines_max),
      wire2_buffers_({kMaxPacketMin, wire2::kMessageSizeMax, 1}, context.config.wire2_buffers_max),
      send_buffers_(context.config.send_window, context.config.send_buffers_max),
      table_(context.hash_seed) {}

bool SessionHost::adopt(SessionRecord& record, std::uint64_t hello_number, Instant now) {
  HeldMessageList held;
  Directory::Owner former;
  const Directory::Owner owner{context_.thread, record.handle, hello_number};
  const Directory::Claim claim = context_.directory.claim(record.device, owner, &held, &former);
  if (claim == Directory::Claim::Stale) return false;
  ++context_.counters.sessions;
  if (record.session.wire() == WireVersion::V2) ++context_.counters.sessions_wire2;
  tell(record, SessionChange::Established, Cause::None);
  // USMP3 §2: a finished handshake replaces the device's older session, which gets BYE 3.
  if (claim == Directory::Claim::Replaces) replace(former, record, now);
  // USMP3 §5: whole messages still held for the device go out in the new session.
  hold(record, std::move(held), now);
  touch(record);
  return true;
}

void SessionHost::replace(const Directory::Owner& former, SessionRecord& successor, Instant now) {
  ++context_.counters.sessions_replaced;
  if (former.thread != context_.thread) {
    // What is sent from now on waits for what that thread still has, so that it stays in order.
    successor.awaits_handover = true;
    context_.directory.post(former.thread, Replaced{successor.device, former.session,
                                                    context_.thread, successor.handle});
    return;
  }
  SessionRecord* old = table_.find(former.session);
  if (old != nullptr && !old->is_retired) hold(successor, supersede(*old, now), now);
}

HeldMessageList SessionHost::supersede(SessionRecord& record, Instant now) {
  deliver_rest(record, now);
  record.session.close(ByeReason::Replaced, now);
  HeldMessageList messages;
  take_back_all(record, &messages);
  retire(record, Cause::ByeReplaced);
  return messages;
}

void SessionHost::discard(SessionRecord& record, Bytes cid) { table_.remove(record, cid); }

void SessionHost::bind_address(SessionRecord& record, Instant now) {
  // A BYE to the former one would go to where the new one is: who is there has begun anew.
  SessionRecord* former = table_.find_address(record.peer);
  if (former != nullptr) connection_lost(*former, now);
  table_.bind_address(record);
}

void SessionHost::close(SessionRecord& record, ByeReason reason, bool keep_messages, Instant now) {
  if (record.is_retired) return;
  deliver_rest(record, now);
  record.session.close(reason, now);
  retire(record, cause_of(reason), keep_messages);
}

void SessionHost::connection_lost(SessionRecord& record, Instant now) {
  deliver_rest(record, now);
  record.session.connection_lost(now);
  if (!record.is_retired) retire(record, Cause::ConnectionLost);
  remove(record);
}

void SessionHost::stop(Instant now) {
  for (std::uint32_t slot = 0; slot < table_.slot_count(); ++slot) {
    SessionRecord* record = table_.at(slot);
    if (record != nullptr) close(*record, ByeReason::GoingDown, false, now);
  }
}

// The session is over for the directory and the application; only a BYE may still leave.
void SessionHost::retire(SessionRecord& record, Cause cause, bool keep_messages) {
  record.is_retired = true;
  HeldMessageList messages;
  take_back_all(record, &messages);
  context_.directory.release(record.device, context_.thread, record.handle,
                             keep_messages && !context_.stopping, &messages);
  --context_.counters.sessions;
  if (record.session.wire() == WireVersion::V2) --context_.counters.sessions_wire2;
  ++context_.counters.sessions_closed;
  if (cause == Cause::ByeIdle) ++context_.counters.sessions_idle;
  touch(record);
  tell(record, SessionChange::Closed, cause);
  while (HeldMessagePtr message = messages.pop_front()) {
    report(record.device, message->token(), Outcome::Returned);
  }
}

void SessionHost::take_back_all(SessionRecord& record, HeldMessageList* messages) {
  settle_finished(record);
  while (Outgoing* node = record.session.take_back()) {
    HeldMessagePtr message = HeldMessage::from_outgoing(*node);
    forget_count(record, *message);
    messages->push_back(std::move(message));
  }
  while (HeldMessagePtr message = record.pending.pop_front()) {
    forget_count(record, *message);
    messages->push_back(std::move(message));
  }
}

void SessionHost::remove(SessionRecord& record) {
  if (record.session.has_receive_buffer()) {
    pool_of(record).take_back(record.session.take_receive_buffer());
  }
  if (record.session.has_send_buffer()) {
    send_buffers_.take_back(record.session.take_send_buffer());
    send_buffer_freed();
  }
  deadlines_.disarm(record.handle.slot);
  table_.remove(record, record.session.cid());
}

void SessionHost::tell(SessionRecord& record, SessionChange change, Cause cause) {
  context_.application.session_changed(
      {record.device, record.handle, record.session.session_id(), change, cause, record.address(),
       record.medium, record.session.wire(),
       record.line_name != nullptr ? std::string_view(*record.line_name) : std::string_view(),
       record.session.max_message(), context_.thread});
}

}  // namespace usmp::gateway
