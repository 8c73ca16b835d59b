// The packets and the application of a simulated device: what is done after each call of its
// session.
#include <algorithm>
#include <string>

#include "device.hpp"
#include "usmp/challenge_reader.hpp"
#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr std::uint8_t kChallengeByte = 0x32;
constexpr std::size_t kPieceSizeMax = 40;
constexpr unsigned kPacketsPerCallMax = 20'000;  // on a stream all that waits may go at once

}  // namespace

void Device::packet_arrived(Packet packet) {
  if (power_ != Power::On || packet.empty() || is_stream(plan_.medium)) return;
  packet_ = std::move(packet);
  const Result<Event> result = receive(MutableBytes(packet_.data(), packet_.size()));
  if (result.ok()) {
    take_datagrams();
    handle(result.value);
  }
  service();
}

Result<Event> Device::receive(MutableBytes packet) {
  if (plan_.in_pieces && packet[0] == kChallengeByte &&
      session_->state() == State::AwaitingChallenge) {
    return receive_in_pieces(packet);
  }
  return session_->receive(packet, instant());
}

// As a device does that has no buffer for a CHALLENGE.
Result<Event> Device::receive_in_pieces(MutableBytes packet) {
  ChallengeReader reader;
  const Error error = session_->wire3()->start_challenge(reader);
  if (error != Error::None) return error;
  for (Bytes rest = packet; !rest.empty();) {
    const std::size_t count = std::min<std::size_t>(rest.size, rng_.between(1, kPieceSizeMax));
    reader.update(rest.first(count));
    rest = rest.from(count);
  }
  return session_->wire3()->receive_challenge(reader, instant());
}

void Device::handle(Event event) {
  ++events_[static_cast<std::size_t>(event.kind)];
  surroundings_.trace.event(surroundings_.queue.now(), index_, "device", event);
  switch (event.kind) {
    case EventKind::AttemptFailed:
    case EventKind::Lost:
    case EventKind::Closed:
      last_cause_ = event.cause;
      session_over(event);
      return;
    case EventKind::ConnectDue:
      connect();
      return;
    case EventKind::None:
    case EventKind::Established:
    case EventKind::Hint:
    case EventKind::Drained:
    case EventKind::Moved:
    case EventKind::Woke:
    case EventKind::Asleep:
      return;
  }
}

// What the session sends from now on belongs to the session of this name.
void Device::note_session() {
  const SessionId id = session_id();
  if (id == known_session_) return;
  known_session_ = id;
  if (!is_session(id)) return;
  surroundings_.ledger.flow(index_, Direction::ToGateway).session_begun(id, outbox_.handed_in());
}

void Device::service() {
  if (in_service_ || power_ != Power::On) return;
  in_service_ = true;
  note_session();
  while (take_message()) {
  }
  if (is_stream(plan_.medium)) read_stream();
  outbox_.take_finished(*session_);
  outbox_.hand_in(*session_, known_session_, instant());
  note_session();
  transmit();
  outbox_.take_finished(*session_);
  in_service_ = false;
  if (wants_sleep_ && outbox_.empty() && session_->can_sleep()) {
    fall_asleep();
  } else {
    arm();
  }
}

// The application takes the message that waits, if it has time for it. False: nothing was taken.
bool Device::take_message() {
  Message message;
  if (!session_->message(&message)) return false;
  const Time now = surroundings_.queue.now();
  if (!message_seen_) {
    message_seen_ = true;
    take_at_ = now + (calm_ ? 0 : rng_.between(0, plan_.take_delay_max));
  }
  if (take_at_ > now && !calm_) return false;
  message_seen_ = false;
  surroundings_.ledger.flow(index_, Direction::ToDevice)
      .delivered(session_id(), message.content, message.channel);
  const Event event = session_->release_message(instant());
  take_datagrams();
  handle(event);
  return true;
}

// When a session is over its application still has what was acknowledged, if it takes it now.
void Device::take_all_messages() {
  take_at_ = 0;
  message_seen_ = true;
  Message message;
  while (session_->message(&message)) {
    surroundings_.ledger.flow(index_, Direction::ToDevice)
        .delivered(known_session_, message.content, message.channel);
    static_cast<void>(session_->release_message(instant()));
  }
  message_seen_ = false;
}

void Device::take_datagrams() {
  Message datagram;
  while (session_->next_datagram(&datagram)) {
    surroundings_.ledger.flow(index_, Direction::ToDevice)
        .datagram_delivered(session_id(), datagram.content, datagram.channel);
  }
}

Result<size_t> Device::poll(std::vector<std::uint8_t>& out) {
  if (!plan_.in_pieces) {
    out.resize(session_->packet_size_max());
    const Result<size_t> size =
        session_->poll_transmit(MutableBytes(out.data(), out.size()), instant());
    out.resize(size.value);
    return size;
  }
  out.clear();
  std::vector<std::uint8_t> piece(
      std::max(session_->wire3()->agreement().max_packet, plan_.limits.max_packet));
  bool last = false;
  while (!last) {
    const Result<size_t> size = session_->wire3()->poll_transmit_piece(
        MutableBytes(piece.data(), piece.size()), &last, instant());
    if (!size.ok()) return size;
    out.insert(out.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size.value));
  }
  return out.size();
}

void Device::transmit() {
  std::vector<std::uint8_t> out;
  for (unsigned count = 0; count < kPacketsPerCallMax; ++count) {
    if (is_stream(plan_.medium) && !stream_has_room()) return;
    const Result<size_t> size = poll(out);
    if (!size.ok()) {
      throw Violation("device " + std::to_string(index_) + ": poll_transmit() gave error " +
                      std::to_string(static_cast<unsigned>(size.error)));
    }
    if (size.value == 0) return;
    const Bytes packet(out.data(), size.value);
    if (is_stream(plan_.medium)) {
      write_record(packet);
    } else {
      surroundings_.network.from_device(index_, packet, session_->established());
    }
  }
  throw Violation("device " + std::to_string(index_) + ": poll_transmit() never ends");
}

void Device::arm() {
  if (power_ != Power::On) return;
  const Time now = surroundings_.queue.now();
  Time next = clock_.when(session_->next_deadline(instant()), now);
  if (message_seen_) next = std::min(next, take_at_);
  // On a stream that takes no more the session waits for on_writable, not for its deadline of now.
  if (is_stream(plan_.medium) && !stream_has_room()) next = std::max(next, now + kSecond);
  alarm_.set(next);
}

void Device::on_alarm() {
  if (power_ != Power::On) return;
  handle(session_->on_deadline(instant()));
  service();
}

void Device::send(std::size_t size, std::uint8_t channel) {
  outbox_.add(size, channel);
  service();
}

void Device::send_datagram(std::size_t size) {
  if (power_ != Power::On || !session_->established()) return;
  size = std::max(Flow::kDatagramSizeMin, std::min(size, session_->datagram_size_max()));
  if (size > session_->datagram_size_max()) return;
  Flow& flow = surroundings_.ledger.flow(index_, Direction::ToGateway);
  const std::uint8_t channel = static_cast<std::uint8_t>(rng_.below(4));
  datagram_ = flow.datagram_content(flow.compose_datagram(size, channel));
  const Error error =
      session_->send_datagram(Bytes(datagram_.data(), datagram_.size()), channel, instant());
  if (error != Error::None && error != Error::Congested) {
    throw Violation("send_datagram() gave an error that it does not document");
  }
  service();
}

void Device::rekey() {
  if (power_ != Power::On) return;
  if (session_->rekey(instant()) == Error::None) service();
}

void Device::ping() {
  if (power_ != Power::On) return;
  if (session_->ping(instant()) == Error::None) service();
}

}  // namespace usmp::sim
