// The parts of an engine put together, and its mail.
#include "engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "engine/admission.hpp"
#include "engine/datagram_front.hpp"
#include "engine/engine_context.hpp"
#include "engine/handshake_limits.hpp"
#include "engine/line_front.hpp"
#include "engine/lockout.hpp"
#include "engine/session_host.hpp"
#include "engine/stream_front.hpp"
#include "engine/wire2_datagram_front.hpp"

namespace usmp::gateway {
namespace {

constexpr Milliseconds64 kWaitMax = 60'000;

}  // namespace

class EngineState : private ConnectionCloser {
 public:
  EngineState(const EngineConfig& config, unsigned thread, Directory& directory, KeySource& keys,
              Output& output, Application& application, Instant now)
      : context(config, thread, directory, keys, output, application, now),
        limits(context.config, context.hash_seed),
        lockout(context.config.lockout_addresses, context.hash_seed),
        sessions(context, *this),
        admission(context, sessions),
        datagrams(context, limits, admission, sessions),
        wire2_datagrams(context, limits, lockout, admission, sessions),
        streams(context, limits, lockout, admission, sessions),
        lines(context, admission, sessions) {}

  void handle(ForwardedPacket& mail, Instant now, std::uint64_t seconds);
  void handle(PostedMessage& mail, Instant now);
  void handle(PostedDatagram& mail, Instant now);
  void handle(Handover& mail, Instant now);
  void handle(Replaced& mail, Instant now);
  void handle(CredentialsChanged& mail, Instant now);
  void handle(MessageSettled& mail);
  void handle(const SessionOrder& mail, Instant now);

  /// To the directory; what that cannot keep is reported as Returned.
  void give_back(const DeviceId& device, HeldMessageList messages);

  /// The session of a device on this thread; nullptr: none.
  SessionRecord* find(const DeviceId& device);
  Milliseconds64 next_deadline(Milliseconds64 now) const;

  EngineContext context;
  HandshakeLimits limits;
  Lockout lockout;
  SessionHost sessions;
  Admission admission;
  DatagramFront datagrams;
  Wire2DatagramFront wire2_datagrams;
  StreamFront streams;
  LineFront lines;

 private:
  void session_over(ConnectionId connection) override { streams.session_over(connection); }
};

SessionRecord* EngineState::find(const DeviceId& device) {
  Directory::Owner owner;
  if (!context.directory.find(device, &owner) || owner.thread != context.thread) return nullptr;
  return sessions.table().find(owner.session);
}

Milliseconds64 EngineState::next_deadline(Milliseconds64 now) const {
  return std::min({sessions.next_deadline(now), datagrams.handshakes().next_deadline(),
                   wire2_datagrams.next_deadline(), streams.next_deadline(),
                   lines.next_deadline()});
}

void EngineState::handle(ForwardedPacket& forwarded, Instant now, std::uint64_t seconds) {
  const MutableBytes packet(forwarded.packet.data(), forwarded.packet.size());
  datagrams.receive(packet, forwarded.from, true, now, seconds);
}

void EngineState::handle(PostedMessage& posted, Instant now) {
  // To the session that it was posted to, though that is replaced and not told yet: it hands over
  // all its messages in one. If it is over, another one of this thread took its place.
  SessionRecord* record = sessions.table().find(posted.session);
  if (record == nullptr || record->is_retired) {
    if (posted.is_for_session_only) {
      sessions.report(posted.device, posted.message->token(), Outcome::Returned);
      return;
    }
    record = find(posted.device);
  }
  if (record != nullptr) {
    const std::uint64_t token = posted.message->token();
    if (!sessions.send(*record, posted.message, now)) {
      sessions.report(posted.device, token, Outcome::Full);
    }
    return;
  }
  // The session went meanwhile: the directory keeps it, or knows where the device is now.
  HeldMessageList messages;
  messages.push_back(std::move(posted.message));
  give_back(posted.device, std::move(messages));
}

void EngineState::handle(PostedDatagram& posted, Instant now) {
  SessionRecord* record = find(posted.device);
  if (record == nullptr) return;
  const Bytes content(posted.content.data(), posted.content.size());
  sessions.send_datagram(*record, posted.channel, content, now);
}

void EngineState::handle(Handover& handover, Instant now) {
  SessionRecord* record = sessions.table().find(handover.session);
  if (record != nullptr && !record->is_retired) {
    sessions.take_over(*record, std::move(handover.messages), handover.complete, now);
  } else {
    // Replaced itself before this came. If its own handover is on the way already these come behind
    // it: a device that changes threads twice between two looks at the mail may see them late.
    give_back(handover.device, std::move(handover.messages));
  }
}

void EngineState::handle(Replaced& replaced, Instant now) {
  HeldMessageList messages;
  SessionRecord* record = sessions.table().find(replaced.session);
  if (record != nullptr && !record->is_retired) messages = sessions.supersede(*record, now);
  context.directory.post(replaced.successor_thread,
                         Handover{replaced.device, replaced.successor, std::move(messages), true});
}

void EngineState::handle(CredentialsChanged& changed, Instant now) {
  datagrams.handshakes().forget_device(changed.device);
  lines.forget_device(changed.device);
  SessionRecord* record = find(changed.device);
  if (record == nullptr || record->is_retired) return;
  if (record->key_generation >= changed.generation) return;  // made with the new key already
  ++context.counters.sessions_revoked;
  sessions.close(*record, ByeReason::Revoked, !changed.is_revoked, now);
}

void EngineState::handle(MessageSettled& settled) {
  sessions.report(settled.device, settled.token, settled.outcome);
}

void EngineState::handle(const SessionOrder& order, Instant now) {
  SessionRecord* record = sessions.table().find(order.session);
  if (record == nullptr || record->is_retired) return;
  switch (order.kind) {
    case SessionOrder::Kind::Resume:
      sessions.resume(*record, now);
      return;
    case SessionOrder::Kind::Ping:
      sessions.ping(*record, now);
      return;
    case SessionOrder::Kind::Rekey:
      sessions.rekey(*record, now);
      return;
    case SessionOrder::Kind::Close:
      sessions.close(*record, ByeReason::Done, true, now);
      return;
  }
}

void EngineState::give_back(const DeviceId& device, HeldMessageList messages) {
  context.directory.give_back(device, &messages);
  while (HeldMessagePtr message = messages.pop_front()) {
    sessions.report(device, message->token(), Outcome::Returned);
  }
}

Engine::Engine(const EngineConfig& config, unsigned thread, Directory& directory, KeySource& keys,
               Output& output, Application& application, Instant now)
    : state_(std::make_unique<EngineState>(config, thread, directory, keys, output, application,
                                           now)) {}

Engine::~Engine() = default;

void Engine::receive_datagram(MutableBytes packet, const Address& from, Instant now,
                              std::uint64_t seconds) {
  ++state_->context.counters.packets_in;
  state_->context.counters.bytes_in += packet.size;
  // USMP3 §1: no version 2 frame or UTACK starts with 0x3_.
  if (!packet.empty() && wire2::is_wire2(packet[0])) {
    state_->wire2_datagrams.receive(packet, from, now, seconds);
  } else {
    state_->datagrams.receive(packet, from, false, now, seconds);
  }
}

bool Engine::open_connection(ConnectionId connection, const Address& peer, Instant now) {
  return state_->streams.open(connection, peer, now);
}

void Engine::receive_record(ConnectionId connection, MutableBytes packet, Instant now) {
  ++state_->context.counters.packets_in;
  state_->context.counters.bytes_in += packet.size;
  state_->streams.receive(connection, packet, now);
}

void Engine::connection_lost(ConnectionId connection, Instant now) {
  state_->streams.lost(connection, now);
}

bool Engine::open_line(ConnectionId line, std::string name) {
  return state_->lines.open(line, std::move(name));
}

void Engine::receive_frame(ConnectionId line, MutableBytes packet, Instant now) {
  ++state_->context.counters.packets_in;
  state_->context.counters.bytes_in += packet.size;
  state_->lines.receive(line, packet, now);
}

void Engine::connection_writable(ConnectionId connection) {
  if (is_line(connection)) {
    state_->lines.writable(connection);
  } else {
    state_->streams.writable(connection);
  }
}

unsigned Engine::owner_of(Bytes packet) const { return state_->datagrams.owner_of(packet); }

bool Engine::flush(Instant now) {
  state_->context.monotonic.follow(now);
  return state_->sessions.flush(now);
}

bool Engine::send(const DeviceId& device, std::uint8_t channel, Bytes content, std::uint64_t token,
                  Instant now) {
  SessionRecord* record = state_->find(device);
  if (record == nullptr) return state_->context.directory.send(device, channel, content, token);
  return reply(record->handle, channel, content, token, now);
}

bool Engine::reply(SessionHandle session, std::uint8_t channel, Bytes content, std::uint64_t token,
                   Instant now) {
  SessionRecord* record = state_->sessions.table().find(session);
  if (record == nullptr) return false;
  HeldMessagePtr message = HeldMessage::make(content, channel, token);
  return state_->sessions.send(*record, message, now);
}

bool Engine::reply_datagram(SessionHandle session, std::uint8_t channel, Bytes content,
                            Instant now) {
  SessionRecord* record = state_->sessions.table().find(session);
  return record != nullptr && state_->sessions.send_datagram(*record, channel, content, now);
}

bool Engine::send_datagram(const DeviceId& device, std::uint8_t channel, Bytes content,
                           Instant now) {
  SessionRecord* record = state_->find(device);
  if (record == nullptr) return state_->context.directory.send_datagram(device, channel, content);
  return state_->sessions.send_datagram(*record, channel, content, now);
}

void Engine::pause(SessionHandle session) {
  SessionRecord* record = state_->sessions.table().find(session);
  if (record != nullptr) state_->sessions.pause(*record);
}

void Engine::take_mail(Instant now, std::uint64_t seconds) {
  EngineState& state = *state_;
  Directory& directory = state.context.directory;
  directory.take_mail(state.context.thread);
  for (Mail mail; directory.next_mail(state.context.thread, &mail);) {
    std::visit(
        [&](auto& letter) {
          using Letter = std::decay_t<decltype(letter)>;
          if constexpr (std::is_same_v<Letter, ForwardedPacket>) {
            state.handle(letter, now, seconds);
          } else if constexpr (std::is_same_v<Letter, MessageSettled>) {
            state.handle(letter);
          } else {
            state.handle(letter, now);
          }
        },
        mail);
  }
}

Instant Engine::next_deadline(Instant now) const {
  const Milliseconds64 now_ms = state_->context.monotonic.at(now);
  const Milliseconds64 deadline = state_->next_deadline(now_ms);
  if (deadline <= now_ms) return now;
  return now + static_cast<Duration>(std::min(deadline - now_ms, kWaitMax));
}

void Engine::on_deadline(Instant now) {
  EngineContext& context = state_->context;
  const Milliseconds64 now_ms = context.monotonic.follow(now);
  context.counters.handshakes_expired += state_->datagrams.handshakes().expire(now_ms);
  state_->wire2_datagrams.on_deadline(now);
  state_->streams.ask_again(now);
  state_->streams.on_deadline(now_ms);
  context.counters.handshakes_expired += state_->lines.expire(now_ms);
  state_->sessions.on_deadline(now);
}

bool Engine::close_session(const DeviceId& device, ByeReason reason, Instant now) {
  SessionRecord* record = state_->find(device);
  if (record == nullptr) return false;
  state_->sessions.close(*record, reason, reason != ByeReason::Revoked, now);
  return true;
}

void Engine::stop(Instant now) {
  state_->context.stopping = true;
  state_->datagrams.handshakes().clear();
  state_->wire2_datagrams.stop();
  state_->streams.stop();
  state_->lines.stop();
  state_->sessions.stop(now);
}

bool Engine::rekey(const DeviceId& device, Instant now) {
  SessionRecord* record = state_->find(device);
  return record != nullptr && state_->sessions.rekey(*record, now);
}

unsigned Engine::thread() const { return state_->context.thread; }

std::size_t Engine::session_count() const { return state_->context.counters.sessions; }

EngineCounters Engine::counters() const {
  EngineCounters counters = state_->context.counters;
  counters.handshakes_expired += state_->datagrams.handshakes().pushed_out();
  counters.handshakes_unfinished = state_->limits.count() + state_->lines.unfinished_count();
  counters.connections = state_->streams.count();
  return counters;
}

}  // namespace usmp::gateway
