// The session at the gateway's end of a line, with its application and its lent buffers.
#include <algorithm>
#include <cstring>
#include <string>

#include "line_end.hpp"
#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr unsigned kPacketsPerCallMax = 20'000;

}  // namespace

void LineEnd::data_arrived(Datagram& datagram, Bytes cid) {
  const bool ours = session_ != nullptr && cid.size == session_->agreement().own_cid.size &&
                    std::memcmp(cid.data, session_->agreement().own_cid.bytes, cid.size) == 0;
  if (!ours) {
    // Early data of a handshake that is not finished is dropped, without RESET.
    const bool unfinished =
        std::any_of(records_.begin(), records_.end(), [cid](const auto& record) {
          const Bytes own = record->handshake.cid();
          return own.size == cid.size && std::memcmp(own.data, cid.data, cid.size) == 0;
        });
    if (!unfinished) reset(cid);
    return;
  }
  lend_buffers();
  const Result<Event> result =
      session_->receive(MutableBytes(datagram.bytes.data(), datagram.bytes.size()), datagram.from,
                        lookahead_, instant());
  if (!result.ok()) return;
  take_datagrams();
  handle(result.value);
}

void LineEnd::lend_buffers() {
  if (session_ == nullptr) return;
  if (!session_->has_receive_buffer()) {
    session_->lend_receive_buffer(
        ReceiveBuffer(room_.data(), places_.data(), place_states_.data()));
  }
  if (!session_->has_send_buffer()) {
    session_->lend_send_buffer(SendBuffer(chunks_.data(), plan_.gateway.send_window));
  }
}

// An idle session has no buffers: to show that nothing of it is in them they are overwritten.
void LineEnd::take_idle_buffers() {
  if (session_->has_receive_buffer() && session_->receive_buffer_idle()) {
    static_cast<void>(session_->take_receive_buffer());
    std::fill(room_.begin(), room_.end(), std::uint8_t{0xEE});
    std::fill(places_.begin(), places_.end(), std::uint8_t{0xEE});
    std::memset(place_states_.data(), 0xEE, place_states_.size() * sizeof(PlaceState));
  }
  if (session_->has_send_buffer() && session_->send_buffer_idle()) {
    static_cast<void>(session_->take_send_buffer());
    std::memset(chunks_.data(), 0xEE, chunks_.size() * sizeof(ChunkState));
  }
}

void LineEnd::handle(Event event) {
  ++events_[static_cast<std::size_t>(event.kind)];
  surroundings_.trace.event(surroundings_.queue.now(), device_, "gateway", event);
  if (event.kind != EventKind::Closed) return;
  if (event.cause == Cause::ByeProtocolError) {
    throw Violation("gateway: a session between honest ends ended by ByeProtocolError");
  }
  session_over();
}

// The BYE goes out, and what the session did not deliver waits for the next one.
void LineEnd::session_over() {
  take_all_messages();
  transmit();
  outbox_.take_back(*session_);
  session_.reset();
  alarm_.clear();
}

void LineEnd::service() {
  if (session_ == nullptr) return;
  while (session_ != nullptr && take_message()) {
  }
  if (session_ == nullptr) return;
  outbox_.take_finished(*session_);
  if (outbox_.waits()) lend_buffers();
  outbox_.hand_in(*session_, session_id(), instant());
  lend_buffers();
  transmit();
  outbox_.take_finished(*session_);
  take_idle_buffers();
  arm();
}

bool LineEnd::take_message() {
  Message message;
  if (!session_->message(&message)) return false;
  const Time now = surroundings_.queue.now();
  if (!message_seen_) {
    message_seen_ = true;
    take_at_ = now + (calm_ ? 0 : rng_.between(0, plan_.gateway.take_delay_max));
  }
  if (take_at_ > now && !calm_) return false;
  message_seen_ = false;
  surroundings_.ledger.flow(device_, Direction::ToGateway)
      .delivered(session_id(), message.content, message.channel);
  handle(session_->release_message(instant()));
  return true;
}

void LineEnd::take_all_messages() {
  Message message;
  while (session_->message(&message)) {
    surroundings_.ledger.flow(device_, Direction::ToGateway)
        .delivered(session_id(), message.content, message.channel);
    static_cast<void>(session_->release_message(instant()));
  }
  message_seen_ = false;
}

void LineEnd::take_datagrams() {
  Message datagram;
  while (session_->next_datagram(&datagram)) {
    surroundings_.ledger.flow(device_, Direction::ToGateway)
        .datagram_delivered(session_id(), datagram.content, datagram.channel);
  }
}

void LineEnd::transmit() {
  std::vector<std::uint8_t> out(std::max<std::size_t>(session_->agreement().max_packet, 64));
  for (unsigned count = 0; count < kPacketsPerCallMax; ++count) {
    Address to{};
    const Result<size_t> size =
        session_->poll_transmit(MutableBytes(out.data(), out.size()), &to, instant());
    if (!size.ok()) throw Violation("gateway: poll_transmit() gave an error");
    if (size.value == 0) return;
    answer(Bytes(out.data(), size.value), to);
  }
  throw Violation("gateway: poll_transmit() never ends");
}

void LineEnd::arm() {
  const Time now = surroundings_.queue.now();
  Time next = clock_.when(session_->next_deadline(instant()), now);
  if (message_seen_) next = std::min(next, take_at_);
  alarm_.set(next);
}

void LineEnd::send(std::size_t size, std::uint8_t channel) {
  outbox_.add(size, channel);
  service();
}

void LineEnd::send_datagram(std::size_t size) {
  if (session_ == nullptr || !session_->established() || session_->datagram_waiting()) return;
  size = std::max(Flow::kDatagramSizeMin, std::min(size, session_->datagram_size_max()));
  if (size > session_->datagram_size_max()) return;
  Flow& flow = surroundings_.ledger.flow(device_, Direction::ToDevice);
  const auto channel = static_cast<std::uint8_t>(rng_.below(4));
  datagram_ = flow.datagram_content(flow.compose_datagram(size, channel));
  const Error error =
      session_->send_datagram(Bytes(datagram_.data(), datagram_.size()), channel, instant());
  if (error != Error::None && error != Error::Congested) {
    throw Violation("send_datagram() gave an error that it does not document");
  }
  service();
}

}  // namespace usmp::sim
