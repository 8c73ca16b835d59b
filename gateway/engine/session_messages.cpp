// Messages to devices: into a session, out of it when they are delivered, and the send buffers that
// it needs meanwhile.
#include <cstring>
#include <memory>
#include <utility>

#include "engine/session_host.hpp"

namespace usmp::gateway {

bool SessionHost::send(SessionRecord& record, HeldMessagePtr& message, Instant now) {
  const EngineConfig& config = context_.config;
  const std::size_t size = message->size();
  if (record.is_retired || record.held_count >= config.held_messages_device ||
      record.held_bytes + size > config.held_bytes_device ||
      context_.counters.message_bytes_held + size > config.held_bytes) {
    return false;
  }
  HeldMessageList one;
  one.push_back(std::move(message));
  hold(record, std::move(one), now);
  return true;
}

void SessionHost::hold(SessionRecord& record, HeldMessageList messages, Instant now) {
  while (HeldMessagePtr message = messages.pop_front()) {
    count_held(record, *message);
    if (record.awaits_handover) {
      record.pending.push_back(std::move(message));
    } else {
      hand_to_session(record, std::move(message), now);
    }
  }
}

void SessionHost::hand_to_session(SessionRecord& record, HeldMessagePtr message, Instant now) {
  switch (record.session.send(message->outgoing(), now)) {
    case HostedSession::Taken::Yes:
      static_cast<void>(message.release());  // the session's, until it gives the node back
      touch(record);
      return;
    case HostedSession::Taken::TooLarge:
      settle(record, std::move(message), Outcome::TooLarge);
      return;
    case HostedSession::Taken::Channel:
      settle(record, std::move(message), Outcome::NoChannel);
      return;
    case HostedSession::Taken::Over:
      record.pending.push_back(std::move(message));  // it is just ending: retire() takes them back
      return;
  }
}

void SessionHost::take_over(SessionRecord& record, HeldMessageList messages, bool complete,
                            Instant now) {
  if (!record.awaits_handover) {
    hold(record, std::move(messages), now);
    return;
  }
  // Older than all that was sent to this session itself.
  HeldMessageList own = std::move(record.pending);
  hold(record, std::move(messages), now);
  record.pending.append(std::move(own));
  if (!complete) return;
  record.awaits_handover = false;
  HeldMessageList all = std::move(record.pending);
  while (HeldMessagePtr message = all.pop_front()) {
    hand_to_session(record, std::move(message), now);
  }
}

void SessionHost::settle_finished(SessionRecord& record) {
  while (Outgoing* node = record.session.take_finished()) {
    const bool delivered = node->delivery == Delivery::Acknowledged;
    settle(record, HeldMessage::from_outgoing(*node),
           delivered ? Outcome::Delivered : Outcome::TooLarge);
  }
}

void SessionHost::settle(SessionRecord& record, HeldMessagePtr message, Outcome outcome) {
  forget_count(record, *message);
  if (outcome == Outcome::Delivered) {
    ++context_.counters.messages_delivered;
    context_.counters.message_bytes_delivered += message->size();
  }
  report(record.device, message->token(), outcome);
}

void SessionHost::count_held(SessionRecord& record, const HeldMessage& message) {
  ++record.held_count;
  record.held_bytes += message.size();
  ++context_.counters.messages_held;
  context_.counters.message_bytes_held += message.size();
}

void SessionHost::forget_count(SessionRecord& record, const HeldMessage& message) {
  --record.held_count;
  record.held_bytes -= message.size();
  --context_.counters.messages_held;
  context_.counters.message_bytes_held -= message.size();
}

void SessionHost::report(const DeviceId& device, std::uint64_t token, Outcome outcome) {
  context_.application.message_settled({device, token, outcome});
}

bool SessionHost::send_datagram(SessionRecord& record, std::uint8_t channel, Bytes content,
                                Instant now) {
  if (record.is_retired) return false;
  // A session has room for one: that before leaves now, if it can.
  if (record.session.datagram_waiting()) transmit(record, now);
  if (record.session.datagram_waiting()) return false;
  // The session borrows the bytes until they are sent, which may be later than this call.
  auto copy = std::make_unique<std::uint8_t[]>(content.size);
  if (content.size != 0) std::memcpy(copy.get(), content.data, content.size);
  const Bytes borrowed(copy.get(), content.size);
  if (!record.session.send_datagram(borrowed, channel, now)) return false;
  record.datagram = std::move(copy);
  ++context_.counters.datagrams_out;
  touch(record);
  return true;
}

bool SessionHost::rekey(SessionRecord& record, Instant now) {
  if (record.is_retired || !record.session.rekey(now)) return false;
  touch(record);
  return true;
}

void SessionHost::lend_send_buffer(SessionRecord& record) {
  if (!record.session.needs_send_buffer()) return;
  SendBuffer buffer;
  if (send_buffers_.lend(&buffer)) {
    record.session.lend_send_buffer(buffer);
    record.awaits_send_buffer = false;
  } else if (!record.awaits_send_buffer) {
    record.awaits_send_buffer = true;
    awaiting_send_buffer_.push_back(record.handle);
  }
}

void SessionHost::send_buffer_freed() {
  while (!awaiting_send_buffer_.empty()) {
    SessionRecord* next = table_.find(awaiting_send_buffer_.front());
    awaiting_send_buffer_.pop_front();
    if (next == nullptr || !next->awaits_send_buffer) continue;
    next->awaits_send_buffer = false;
    touch(*next);
    return;
  }
}

void SessionHost::take_idle_send_buffer(SessionRecord& record) {
  if (!record.session.has_send_buffer() || !record.session.send_buffer_idle()) return;
  send_buffers_.take_back(record.session.take_send_buffer());
  send_buffer_freed();
}

}  // namespace usmp::gateway
