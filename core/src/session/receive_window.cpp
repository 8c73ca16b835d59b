// See receive_window.hpp. `taken_` <= `next_`: what lies between is in order, in places, behind a
// message that the application has not taken yet.
#include "usmp/detail/receive_window.hpp"

#include <string.h>

#include "base/assert.hpp"

namespace usmp {

namespace {

// PlaceState::flags
const uint8_t kPresent = 1;
const uint8_t kFirst = 2;
const uint8_t kLast = 4;

const uint8_t kChunksPerAck = 2;

int16_t distance(uint16_t from, uint16_t to) { return static_cast<int16_t>(to - from); }

}  // namespace

void ReceiveWindow::init() {
  buffer_ = ReceiveBuffer();
  const ReceiveLimits limits = {kMaxPacketMin, 1, 1};
  start(Medium::Stream, limits, 0, 0);
}

void ReceiveWindow::start(Medium medium, const ReceiveLimits& limits, uint8_t cid_size,
                          uint16_t next_chunk) {
  stream_ = is_stream(medium);
  max_message_ = limits.max_message;
  chunk_size_ = static_cast<uint16_t>(chunk_size_max(limits.max_packet, cid_size));
  window_ = limits.window;
  next_ = taken_ = next_chunk;
  room_size_ = 0;
  told_credit_ = window_;
  told_edge_ = static_cast<uint16_t>(next_chunk + window_);
  taken_slot_ = 0;
  held_count_ = 0;
  unacked_count_ = 0;
  channel_ = 0;
  assembling_ = false;
  waiting_ = false;
  owed_ = false;
  at_once_ = false;
  ack_deadline_ = Instant(0);
  clear_places();
}

void ReceiveWindow::lend(ReceiveBuffer buffer) {
  buffer_ = buffer;
  clear_places();
}

void ReceiveWindow::clear_places() {
  if (buffer_.place_states == nullptr) return;
  for (uint8_t slot = 0; slot + 1 < window_; ++slot) buffer_.place_states[slot].flags = 0;
}

bool ReceiveWindow::buffer_idle() const { return !assembling_ && !waiting_ && held_count_ == 0; }

ReceiveBuffer ReceiveWindow::take_buffer() {
  const ReceiveBuffer taken = buffer_;
  buffer_ = ReceiveBuffer();
  return taken;
}

uint8_t ReceiveWindow::credit() const {
  // USMP3 §4: window, but while a whole message waits window less one, less one for each chunk
  // that lies in order behind it.
  if (!waiting_) return window_;
  return static_cast<uint8_t>(window_ - 1 - static_cast<uint16_t>(next_ - taken_));
}

uint8_t ReceiveWindow::slot_of(uint16_t chunk) const {
  USMP_ASSERT(window_ > 1);  // a window of 1 has no places, and nothing to put there
  const uint16_t offset = static_cast<uint16_t>(chunk - taken_);
  // No chunk is window places on, so that one turn of the ring is enough: a small processor has no
  // division.
  const uint16_t slot = static_cast<uint16_t>(taken_slot_ + offset);
  const uint8_t count = static_cast<uint8_t>(window_ - 1);
  return static_cast<uint8_t>(slot < count ? slot : slot - count);
}

PlaceState& ReceiveWindow::place_of(uint16_t chunk) const {
  return buffer_.place_states[slot_of(chunk)];
}

uint8_t* ReceiveWindow::bytes_of(uint16_t chunk) const {
  return buffer_.places + static_cast<size_t>(slot_of(chunk)) * chunk_size_;
}

// The room takes the next chunk in order. False: it does not fit what is there.
bool ReceiveWindow::append(const Chunk& chunk) {
  if (chunk.first == assembling_) return false;  // USMP3 §4: first inside, or missing at the start
  if (chunk.content.size > static_cast<size_t>(max_message_ - room_size_)) return false;
  if (chunk.content.size > 0) {
    memcpy(buffer_.room + room_size_, chunk.content.data, chunk.content.size);
  }
  room_size_ = static_cast<uint16_t>(room_size_ + chunk.content.size);
  if (chunk.first) channel_ = chunk.channel;
  assembling_ = !chunk.last;
  waiting_ = chunk.last;
  ++taken_;
  ++taken_slot_;
  if (taken_slot_ + 1 >= window_) taken_slot_ = 0;
  return true;
}

// `next_` goes on over the chunks that are there already. Of window - 1 places at most all lie in
// order behind a waiting message.
void ReceiveWindow::advance_next() {
  while (static_cast<uint16_t>(next_ - taken_) + 1 < window_ &&
         (place_of(next_).flags & kPresent) != 0) {
    ++next_;
  }
}

// Chunks that lie in order behind a message move into the room, up to the end of the next one.
bool ReceiveWindow::move_up() {
  while (!waiting_ && taken_ != next_) {
    PlaceState& place = place_of(taken_);
    Chunk chunk;
    chunk.content = Bytes(bytes_of(taken_), place.size);
    chunk.number = taken_;
    chunk.channel = place.channel;
    chunk.first = (place.flags & kFirst) != 0;
    chunk.last = (place.flags & kLast) != 0;
    place.flags = 0;
    --held_count_;
    if (!append(chunk)) return false;
  }
  return true;
}

ReceiveWindow::Verdict ReceiveWindow::take_on_stream(const Chunk& chunk) {
  if (chunk.number != next_) return Verdict::ProtocolError;  // USMP3 §4: a gap
  if (buffer_.room == nullptr) return Verdict::Dropped;
  ++next_;
  return append(chunk) ? Verdict::Taken : Verdict::ProtocolError;
}

void ReceiveWindow::store(const Chunk& chunk) {
  PlaceState& place = place_of(chunk.number);
  place.size = static_cast<uint16_t>(chunk.content.size);
  place.channel = chunk.channel;
  place.flags =
      static_cast<uint8_t>(kPresent | (chunk.first ? kFirst : 0) | (chunk.last ? kLast : 0));
  if (chunk.content.size > 0) {
    memcpy(bytes_of(chunk.number), chunk.content.data, chunk.content.size);
  }
  ++held_count_;
}

ReceiveWindow::Verdict ReceiveWindow::take(const Chunk& chunk, Instant now) {
  if (stream()) return take_on_stream(chunk);
  const int16_t ahead = distance(next_, chunk.number);
  // USMP3 §4: a duplicate and a chunk outside the credit are dropped and answered at once.
  if (ahead < 0 || ahead >= credit()) {
    owe_ack();
    return Verdict::Dropped;
  }
  if (chunk.content.size > chunk_size_) return Verdict::ProtocolError;
  if (buffer_.room == nullptr) return Verdict::Dropped;  // a local limit: it comes again
  const bool into_room = ahead == 0 && !waiting_;
  if (!into_room && (place_of(chunk.number).flags & kPresent) != 0) {
    owe_ack();
    return Verdict::Dropped;
  }
  const bool fills_gap = ahead == 0 && has_chunks_ahead();
  bool fits = true;
  if (into_room) {
    ++next_;
    fits = append(chunk);
  } else {
    store(chunk);
  }
  if (!fits) return Verdict::ProtocolError;
  // Only now: while chunk taken_ is awaited in the room, its place may hold the one furthest ahead.
  if (ahead == 0) advance_next();
  fits = move_up();
  const bool uses_credit_up = static_cast<uint16_t>(chunk.number + 1) == told_edge_;
  count_for_ack(ahead > 0 || fills_gap || chunk.last || uses_credit_up, now);
  return fits ? Verdict::Taken : Verdict::ProtocolError;
}

bool ReceiveWindow::has_chunks_ahead() const {
  return held_count_ > static_cast<uint16_t>(next_ - taken_);
}

void ReceiveWindow::count_for_ack(bool at_once, Instant now) {
  if (!owed_) ack_deadline_ = now + kAckDelay;
  owed_ = true;
  if (unacked_count_ < kChunksPerAck) ++unacked_count_;
  if (at_once || unacked_count_ >= kChunksPerAck) at_once_ = true;
}

bool ReceiveWindow::message(Message* out) const {
  if (!waiting_) return false;
  out->content = Bytes(buffer_.room, room_size_);
  out->channel = channel_;
  return true;
}

ReceiveWindow::Verdict ReceiveWindow::release() {
  if (!waiting_) return Verdict::Dropped;
  waiting_ = false;
  room_size_ = 0;
  if (stream()) return Verdict::Taken;
  const bool fits = move_up();
  const uint8_t present = credit();
  const uint8_t half = window_ > 1 ? window_ / 2 : 1;
  // USMP3 §4: when credit rises from 0 or by half its window.
  if (present > told_credit_ && (told_credit_ == 0 || present - told_credit_ >= half)) owe_ack();
  return fits ? Verdict::Taken : Verdict::ProtocolError;
}

bool ReceiveWindow::ack_due(Instant now) const {
  return owed_ && !stream() && (at_once_ || now.reached(ack_deadline_));
}

Ack ReceiveWindow::ack() const {
  Ack ack;
  ack.next = next_;
  ack.credit = credit();
  ack.bits = 0;
  if (held_count_ == 0 || buffer_.place_states == nullptr) return ack;
  for (uint8_t bit = 0; bit < 32; ++bit) {
    const uint16_t chunk = static_cast<uint16_t>(next_ + 1 + bit);
    const uint16_t offset = static_cast<uint16_t>(chunk - taken_);
    if (offset >= window_ || (waiting_ && offset + 1 >= window_)) break;
    if (place_of(chunk).flags & kPresent) ack.bits |= uint32_t(1) << bit;
  }
  return ack;
}

void ReceiveWindow::ack_sent() {
  told_credit_ = credit();
  told_edge_ = static_cast<uint16_t>(next_ + told_credit_);
  unacked_count_ = 0;
  owed_ = false;
  at_once_ = false;
}

}  // namespace usmp
