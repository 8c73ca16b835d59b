// See send_window.hpp.
#include "usmp/detail/send_window.hpp"

namespace usmp {

namespace {

// ChunkState::status
const uint8_t kInFlight = 1;    // sent, and not taken for lost
const uint8_t kAcked = 2;       // named by an ACK
const uint8_t kAgain = 4;       // counts as unsent, to be sent again
const uint8_t kAnew = 8;        // its times and counts begin again with the next sending
const uint8_t kJustAcked = 16;  // newly acknowledged by the ACK being read

const uint8_t kCountMax = 255;

// Numbers of chunks and sendings compare modulo 2^16 as signed differences (§4).
int16_t distance(uint16_t from, uint16_t to) { return static_cast<int16_t>(to - from); }

}  // namespace

void SendWindow::init() {
  buffer_ = SendBuffer();
  head_ = unfinished_ = sending_ = tail_ = nullptr;
  resent_total_ = 0;
  timer_.reset(Medium::Stream);
  congestion_.reset(Medium::Stream);
  una_slot_ = 0;
  chunk_size_ = 1;
  order_ = recovery_ = edge_ = 0;
  stream_ = false;
  stop();
}

void SendWindow::stop() {
  message_size_max_ = 0;
  limits_proven_ = true;
  una_ = next_new_ = 0;
  in_flight_ = 0;
  again_ = 0;
  recovering_ = false;
  paused_ = false;
  timer_.stop();
  drop_numbers();
}

void SendWindow::start(Medium medium, uint16_t chunk_size, uint16_t message_size_max,
                       uint8_t credit) {
  resume(medium, chunk_size, message_size_max, credit, 0);
}

void SendWindow::resume(Medium medium, uint16_t chunk_size, uint16_t message_size_max,
                        uint8_t credit, uint16_t next_chunk) {
  stream_ = is_stream(medium);
  chunk_size_ = chunk_size;
  message_size_max_ = message_size_max;
  una_ = next_new_ = next_chunk;
  edge_ = static_cast<uint16_t>(next_chunk + credit);
  order_ = recovery_ = 0;
  una_slot_ = 0;
  in_flight_ = 0;
  again_ = 0;
  recovering_ = false;
  paused_ = false;
  timer_.reset(medium);
  congestion_.reset(medium);
  drop_numbers();
  number_messages();
}

void SendWindow::confirm_limits() {
  limits_proven_ = true;
  number_messages();
}

SendBuffer SendWindow::take_buffer() {
  const SendBuffer taken = buffer_;
  buffer_ = SendBuffer();
  return taken;
}

void SendWindow::enqueue(Outgoing& message) {
  message.next = nullptr;
  message.chunk_count = 0;
  message.delivery = Delivery::Queued;
  if (tail_ != nullptr) tail_->next = &message;
  tail_ = &message;
  if (head_ == nullptr) head_ = &message;
  if (unfinished_ == nullptr) unfinished_ = &message;
  if (sending_ == nullptr && message_size_max_ != 0) {
    sending_ = &message;
    number_messages();
  }
}

Outgoing* SendWindow::take_finished() {
  if (head_ == unfinished_) return nullptr;
  return take_back();
}

Outgoing* SendWindow::take_back() {
  Outgoing* const taken = head_;
  if (taken == nullptr) return nullptr;
  head_ = taken->next;
  if (head_ == nullptr) tail_ = nullptr;
  if (taken == unfinished_) unfinished_ = head_;
  if (taken == sending_) sending_ = head_;
  if (taken->delivery == Delivery::Queued) taken->delivery = Delivery::Returned;
  taken->next = nullptr;
  return taken;
}

// At most chunk_count steps, so that one turn of the ring is enough: a small processor has no
// division.
uint8_t SendWindow::slot_after(uint16_t steps) const {
  const uint16_t slot = static_cast<uint16_t>(una_slot_ + steps);
  const uint8_t count = buffer_.chunk_count;
  return static_cast<uint8_t>(slot < count ? slot : slot - count);
}

ChunkState& SendWindow::state_of(uint16_t chunk) const {
  return buffer_.chunks[slot_after(static_cast<uint16_t>(chunk - una_))];
}

// The message that waits to be cut next gets its numbers; those too large for the peer are refused.
void SendWindow::number_messages() {
  while (sending_ != nullptr && sending_->chunk_count == 0) {
    if (sending_->content.size <= message_size_max_) {
      sending_->first_chunk = next_new_;
      const size_t full = sending_->content.size / chunk_size_;
      const bool rest = full * chunk_size_ < sending_->content.size || full == 0;
      sending_->chunk_count = static_cast<uint16_t>(full + (rest ? 1 : 0));
    } else if (!limits_proven_) {
      break;
    } else {
      sending_->delivery = Delivery::Refused;
      sending_ = sending_->next;
    }
  }
  finish_acknowledged();
}

void SendWindow::drop_numbers() {
  for (Outgoing* message = unfinished_; message != nullptr; message = message->next) {
    message->chunk_count = 0;
  }
  // Without a session nothing has a number, and nothing is refused yet.
  sending_ = message_size_max_ == 0 ? nullptr : unfinished_;
}

void SendWindow::finish_acknowledged() {
  while (unfinished_ != nullptr) {
    Outgoing& message = *unfinished_;
    if (message.delivery != Delivery::Refused) {
      if (message.chunk_count == 0 || &message == sending_) return;
      const uint16_t end = static_cast<uint16_t>(message.first_chunk + message.chunk_count);
      if (distance(end, una_) < 0) return;
      message.delivery = Delivery::Acknowledged;
    }
    unfinished_ = message.next;
  }
}

bool SendWindow::next_to_send(uint16_t* chunk) const {
  if (again_ > 0) {
    for (uint16_t number = una_; number != next_new_; ++number) {
      if (state_of(number).status & kAgain) {
        *chunk = number;
        return true;
      }
    }
  }
  *chunk = next_new_;
  if (!has_new()) return false;
  if (stream()) return true;
  if (static_cast<uint16_t>(next_new_ - una_) >= buffer_.chunk_count) return false;
  return distance(next_new_, edge_) > 0;
}

bool SendWindow::ready(Instant now) const {
  if (paused_) return false;
  uint16_t chunk;
  if (!next_to_send(&chunk)) return false;
  return stream() || congestion_.open(in_flight_, timer_.smoothed(), now);
}

bool SendWindow::waits_for_datagrams(Instant now, Instant* until) const {
  uint16_t chunk;
  if (paused_ || stream() || !next_to_send(&chunk)) return false;
  return congestion_.shut_by_datagrams(in_flight_, timer_.smoothed(), now, until);
}

Chunk SendWindow::chunk_at(const Outgoing& message, uint16_t number) const {
  const uint16_t index = static_cast<uint16_t>(number - message.first_chunk);
  const size_t offset = static_cast<size_t>(index) * chunk_size_;
  const size_t left = message.content.size - offset;
  Chunk chunk;
  chunk.content = Bytes(message.content.data + offset, left < chunk_size_ ? left : chunk_size_);
  chunk.number = number;
  chunk.channel = message.channel;
  chunk.first = index == 0;
  chunk.last = index + 1 == message.chunk_count;
  return chunk;
}

Chunk SendWindow::peek() const {
  uint16_t number = next_new_;
  next_to_send(&number);
  const Outgoing* message = unfinished_;
  while (static_cast<uint16_t>(number - message->first_chunk) >= message->chunk_count) {
    message = message->next;
  }
  return chunk_at(*message, number);
}

bool SendWindow::mark_sent(Instant now) {
  uint16_t number = next_new_;
  next_to_send(&number);
  const bool fresh = number == next_new_;
  if (!stream()) {
    ChunkState& state = state_of(number);
    if (fresh) {
      state.first_order = order_;
      state.resent_count = 0;
      state.first_sent = now;
    } else {
      if (state.status & kAnew) state.first_sent = now;
      if (state.resent_count < kCountMax) ++state.resent_count;
      ++resent_total_;
      --again_;
    }
    state.last_sent = now;
    state.last_order = order_++;
    state.later_acks = 0;
    state.status = kInFlight;
    ++in_flight_;
    if (!timer_.running()) timer_.start(now);
  }
  if (fresh) {
    ++next_new_;
    if (stream()) una_ = next_new_;
    const uint16_t end = static_cast<uint16_t>(sending_->first_chunk + sending_->chunk_count);
    if (next_new_ == end) {
      sending_ = sending_->next;
      number_messages();
    }
  }
  return again_ == 0 && sending_ == nullptr;
}

bool SendWindow::names_unsent(const Ack& ack) const {
  if (distance(next_new_, ack.next) > 0) return true;
  for (uint8_t bit = 0; bit < 32; ++bit) {
    if ((ack.bits >> bit) == 0) break;
    const uint16_t chunk = static_cast<uint16_t>(ack.next + 1 + bit);
    if ((ack.bits & (uint32_t(1) << bit)) && distance(next_new_, chunk) >= 0) return true;
  }
  return false;
}

// Marks a chunk as there. True if that is new.
bool SendWindow::account(uint16_t chunk) {
  ChunkState& state = state_of(chunk);
  if (state.status & kAcked) return false;
  if (state.status & kInFlight) --in_flight_;
  if (state.status & kAgain) --again_;
  state.status = static_cast<uint8_t>(kAcked | kJustAcked | (state.status & kAnew));
  return true;
}

void SendWindow::acknowledge(const Ack& ack, Instant now) {
  if (distance(una_, ack.next) < 0) return;  // USMP3 §4: `next` does not go back
  const uint16_t before = in_flight_;
  uint16_t new_count = 0;
  for (uint16_t chunk = una_; chunk != ack.next; ++chunk) {
    if (account(chunk)) ++new_count;
  }
  for (uint8_t bit = 0; bit < 32 && (ack.bits >> bit) != 0; ++bit) {
    if ((ack.bits & (uint32_t(1) << bit)) == 0) continue;
    if (account(static_cast<uint16_t>(ack.next + 1 + bit))) ++new_count;
  }
  if (new_count > 0) {
    take_sample(now);
    detect_losses(before);
    for (uint16_t count = 0; count < new_count && !recovering_; ++count) {
      congestion_.acknowledged(before >= congestion_.chunks());
    }
  }
  advance_to(ack.next);
  const uint16_t edge = static_cast<uint16_t>(ack.next + ack.credit);
  if (distance(edge_, edge) > 0) edge_ = edge;  // USMP3 §4: next + credit never goes back
  if (new_count > 0) timer_.progress();
  if (una_ == next_new_ && !starved()) {
    timer_.stop();
  } else if (new_count > 0 || !timer_.running()) {
    timer_.start(now);  // RFC 6298 5.3
  }
  finish_acknowledged();
}

void SendWindow::advance_to(uint16_t next) {
  if (next == una_) return;
  una_slot_ = slot_after(static_cast<uint16_t>(next - una_));
  una_ = next;
}

// USMP3 §4: the sample is the chunk sent last among those newly acknowledged, if it was sent once.
void SendWindow::take_sample(Instant now) {
  const ChunkState* latest = nullptr;
  for (uint16_t chunk = una_; chunk != next_new_; ++chunk) {
    const ChunkState& state = state_of(chunk);
    if ((state.status & kJustAcked) == 0) continue;
    if (latest == nullptr || distance(latest->last_order, state.last_order) > 0) latest = &state;
  }
  if (latest == nullptr || (latest->status & kAnew) != 0) return;
  if (latest->resent_count == 0) timer_.sample(now.since(latest->last_sent));
}

// USMP3 §4: a chunk is resent when three chunks first sent after its latest sending are there.
void SendWindow::detect_losses(uint16_t in_flight_before) {
  bool loss = false;
  uint16_t newest_first = 0;
  bool any = false;
  for (uint16_t chunk = una_; chunk != next_new_; ++chunk) {
    const ChunkState& state = state_of(chunk);
    if ((state.status & kJustAcked) == 0) continue;
    if (!any || distance(newest_first, state.first_order) > 0) newest_first = state.first_order;
    any = true;
    // Something sent after the last loss event arrived: the next loss is another event.
    if (recovering_ && distance(recovery_, state.first_order) >= 0) recovering_ = false;
  }
  for (uint16_t chunk = una_; chunk != next_new_; ++chunk) {
    ChunkState& state = state_of(chunk);
    if ((state.status & kInFlight) == 0) continue;
    if (distance(state.last_order, newest_first) <= 0) continue;
    for (uint16_t other = una_; other != next_new_; ++other) {
      const ChunkState& acked = state_of(other);
      if ((acked.status & kJustAcked) && distance(state.last_order, acked.first_order) > 0 &&
          state.later_acks < kLaterAcksForLoss) {
        ++state.later_acks;
      }
    }
    if (state.later_acks < kLaterAcksForLoss) continue;
    state.status = kAgain;
    --in_flight_;
    ++again_;
    loss = true;
  }
  for (uint16_t chunk = una_; chunk != next_new_; ++chunk) {
    state_of(chunk).status &= static_cast<uint8_t>(~kJustAcked);
  }
  if (loss && !recovering_) {
    congestion_.loss(in_flight_before);
    recovering_ = true;
    recovery_ = order_;
  }
}

bool SendWindow::starved() const {
  return !stream() && has_new() && una_ == next_new_ && distance(next_new_, edge_) <= 0;
}

void SendWindow::mark_all_again(uint8_t extra) {
  for (uint16_t chunk = una_; chunk != next_new_; ++chunk) {
    ChunkState& state = state_of(chunk);
    if (state.status & kAcked) continue;
    if ((state.status & kAgain) == 0) ++again_;
    state.status = static_cast<uint8_t>(kAgain | extra | (state.status & kAnew));
    if (state.status & kAnew) state.resent_count = 0;
    state.later_acks = 0;
  }
  in_flight_ = 0;
  recovering_ = false;
}

bool SendWindow::on_timeout(Instant now) {
  timer_.expire();
  if (una_ != next_new_) {
    // USMP3 §4: every chunk neither acknowledged nor named in bits counts as unsent.
    congestion_.timeout(in_flight_);
    mark_all_again(0);
    return false;
  }
  if (!starved()) return false;
  timer_.start(now);
  return true;  // USMP3 §4: with credit 0 a sender probes with PING at RTO
}

void SendWindow::watch_credit(Instant now) {
  if (starved() && !timer_.running() && !paused_) timer_.start(now);
}

bool SendWindow::resent_often() const {
  return una_ != next_new_ && !stream() && !paused_ && state_of(una_).resent_count >= kLostResends;
}

Instant SendWindow::hopeless_at() const { return state_of(una_).first_sent + kLostAfter; }

bool SendWindow::hopeless(Instant now) const {
  return resent_often() && now.reached(hopeless_at());
}

void SendWindow::go_on(Medium medium, Instant now) {
  paused_ = false;
  timer_.reset(medium);  // USMP3 §4: RTO 1 s, and both counts anew
  mark_all_again(kAnew);
  watch_credit(now);  // the ACK that gave credit may have been lost before the device slept
}

void SendWindow::new_path(Medium medium) { congestion_.reset(medium); }

bool SendWindow::datagram_fits(Instant now) const {
  return congestion_.open(in_flight_, timer_.smoothed(), now);
}

void SendWindow::datagram_sent(Instant now) { congestion_.datagram_sent(timer_.smoothed(), now); }

}  // namespace usmp
