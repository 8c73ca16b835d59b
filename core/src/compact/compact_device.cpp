// See usmp/compact_device.hpp: life, packets and deadlines. The handshake is in
// compact_handshake.cpp, frames in compact_frames.cpp, epochs and sleep in compact_sleep.cpp.
#include "usmp/compact_device.hpp"

#include <string.h>

#include "base/assert.hpp"
#include "base/wipe.hpp"
#include "usmp/detail/check_steps.hpp"
#include "usmp/detail/soonest.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;

namespace {

const uint8_t kDoublingsMax = 10;  // 2^10 times the smallest timeout is beyond the largest
static_assert(kPauseMax / 16 * 3 <= 0xFFFF && kJitterPercent >= 19, "the spread of jittered()");

const uint16_t kThirdOfSecond = 333;
const uint16_t kIdleSecondsCounted = 0xFFFF;
// A round trip that took longer counts as this, so that differences fit 16 bits.
const Duration kRoundTripMax = 0x7FFF;

bool valid(const DeviceConfig& config) {
  const ReceiveLimits& limits = config.limits;
  return is_slow_line(config.medium) && config.device_id.size >= 1 &&
         config.device_id.size <= kDeviceIdSizeMax && config.psk.size >= kPskSizeMin &&
         config.psk.size <= kPskSizeMax && limits.max_packet >= kMaxPacketMin &&
         limits.max_message >= 1 && limits.window == 1 && config.cid_size == 0 &&
         !config.early_data && config.extensions.size == 0 && config.suites >= 1 &&
         config.suites <= (kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305);
}

}  // namespace

CompactDevice::CompactDevice() { memset(static_cast<void*>(this), 0, sizeof *this); }

CompactDevice::~CompactDevice() { wipe(&secrets_, sizeof secrets_); }

Error CompactDevice::init(const DeviceConfig& config, uint8_t* room, uint16_t packet_room) {
  if (!valid(config) || room == nullptr || packet_room < kPacketRoomMin || state_ != State::Idle) {
    return Error::BadConfig;
  }
  config_ = &config;
  packet_room_ = packet_room;
  room_ = room;
  return Error::None;
}

Duration CompactDevice::jittered(Duration span) {
  uint8_t random = 128;
  // Without randomness the span is merely not spread.
  if (!config_->random.fill(config_->random.context, &random, 1)) random = 128;
  // Three sixteenths, which need no division, are nearly a fifth.
  const uint16_t spread = static_cast<uint16_t>((span >> 3) + (span >> 4));
  return span - spread + (static_cast<Duration>(spread) * random >> 7);
}

Result<Event> CompactDevice::drop(Error why) {
  ++dropped_;
  return why;
}

Result<Event> CompactDevice::receive(MutableBytes packet, Instant now) {
  now_ = now;
  if (packet.empty()) return drop(Error::Malformed);
  datagrams_size_ = 0;
  const uint8_t byte0 = packet[0];
  if (state_ == State::AwaitingChallenge || state_ == State::AwaitingSessionOk) {
    if (state_ == State::AwaitingChallenge && byte0 == kChallenge) {
      return receive_challenge(packet);
    }
    return receive_answer(packet);
  }
  if (state_ == State::Established) {
    if (is_short(byte0)) return receive_data(packet);
    // USMP3 §6: a hint; ignored during a check, and checked at most once in 10 s.
    const Bytes cid = agreement_.peer_cid.view();
    if (byte0 == kReset && packet.size == 1 + cid.size && !checking_ &&
        memcmp(packet.data + 1, cid.data, cid.size) == 0 &&
        !(reset_checked_before_ && now_.since(reset_checked_) < kResetCheckInterval)) {
      reset_checked_before_ = true;
      reset_checked_ = now_;
      start_check(true);
      return Event();
    }
  }
  return drop(Error::Unexpected);
}

Result<size_t> CompactDevice::poll_transmit(MutableBytes out, Instant now) {
  USMP_ASSERT(out.size >= packet_room_);
  now_ = now;
  if (state_ == State::AwaitingChallenge || state_ == State::AwaitingSessionOk) {
    if (packet_due_) return transmit_handshake(out);
  } else if (state_ == State::Established || state_ == State::AwaitingByeSent) {
    if (frames_due()) return transmit_packet(out);
  }
  return size_t(0);
}

Instant CompactDevice::next_deadline(Instant now) const {
  Soonest soonest(now);
  if (state_ == State::AwaitingPauseEnd) soonest.consider(timer_);
  if (state_ == State::AwaitingChallenge || state_ == State::AwaitingSessionOk) {
    if (!packet_due_) soonest.consider(timer_);
  }
  if (state_ == State::Established) {
    soonest.consider(checking_ ? check_deadline() : last_sent_ + keepalive());
    if (first_ != nullptr && !chunk_due()) soonest.consider(chunk_deadline());
    if (chunk_resends_ >= kLostResends) soonest.consider(hopeless_deadline());
  }
  return soonest.instant();
}

// USMP3 §4: a chunk unacknowledged for 30 s and resent 4 times, with nothing heard for 30 s.
Instant CompactDevice::hopeless_deadline() const {
  const Instant since = chunk_first_sent_.before(last_heard_) ? last_heard_ : chunk_first_sent_;
  return since + kLostAfter;
}

Event CompactDevice::on_deadline(Instant now) {
  now_ = now;
  if (state_ != State::Established) return on_handshake_deadline();
  if (chunk_resends_ >= kLostResends && now_.reached(hopeless_deadline())) return lose();
  if (first_ != nullptr && !chunk_due() && now_.reached(chunk_deadline())) on_chunk_deadline();
  if (!checking_) {
    if (now_.reached(last_sent_ + keepalive())) start_check(false);
  } else if (now_.reached(check_deadline())) {
    if (++check_step_ >= kCheckSteps) return lose();
    ping_due_ = true;
  }
  return Event();
}

// USMP3 §4: at RTO the chunk goes again; with credit 0 a PING probes.
void CompactDevice::on_chunk_deadline() {
  if (repeats_ < kDoublingsMax) ++repeats_;
  chunk_last_sent_ = now_;
  if (under_way_) {
    packet_due_ = true;
    if (chunk_resends_ < kLostResends) ++chunk_resends_;
  } else {
    ping_due_ = true;
  }
}

// USMP3 §4: RFC 6298, doubled at each expiry until an ACK of something new.
Duration CompactDevice::rto() const {
  Duration timeout = kRtoInitial;
  if (sampled_) {
    const Duration spread = static_cast<Duration>(rttvar_) * 4;
    timeout = srtt_ + (spread > 0 ? spread : 1);
  }
  return timeout < kRtoMinSlowLine ? kRtoMinSlowLine : timeout;
}

void CompactDevice::sample_rtt(Duration round_trip) {
  if (round_trip > kRoundTripMax) round_trip = kRoundTripMax;
  const int16_t sample = static_cast<int16_t>(round_trip);
  if (!sampled_) {
    sampled_ = true;
    srtt_ = static_cast<uint16_t>(sample);
    rttvar_ = static_cast<uint16_t>(sample / 2);
    return;
  }
  const int16_t error = static_cast<int16_t>(sample - static_cast<int16_t>(srtt_));
  const int16_t distance = error < 0 ? static_cast<int16_t>(-error) : error;
  rttvar_ = static_cast<uint16_t>(rttvar_ + (distance - static_cast<int16_t>(rttvar_)) / 4);
  srtt_ = static_cast<uint16_t>(srtt_ + error / 8);
}

Instant CompactDevice::chunk_deadline() const {
  const Duration timeout = rto() << repeats_;
  return chunk_last_sent_ + (timeout < kRtoMax ? timeout : kRtoMax);
}

Duration CompactDevice::check_unit() const {
  const Duration unit = rto();
  return unit > kCheckUnitMin ? unit : kCheckUnitMin;
}

Instant CompactDevice::check_deadline() const {
  return timer_ + check_unit() * check_units(check_after_reset_, check_step_);
}

void CompactDevice::start_check(bool after_reset) {
  checking_ = true;
  check_after_reset_ = after_reset;
  check_step_ = 0;
  timer_ = now_;
  ping_due_ = true;
}

// USMP3 §4: at most idle_s / 3 (here a thousandth less), never off.
Duration CompactDevice::keepalive() const {
  const Duration most = config_->keepalive != 0 ? config_->keepalive : kKeepaliveDefault;
  const bool is_long = agreement_.idle_s > kIdleSecondsCounted;
  const uint16_t idle_s = is_long ? kIdleSecondsCounted : static_cast<uint16_t>(agreement_.idle_s);
  const Duration third = static_cast<Duration>(idle_s) * kThirdOfSecond;
  if (idle_s == 0 || third >= most) return most;
  return third < kCheckUnitMin ? kCheckUnitMin : third;
}

void CompactDevice::heard() {
  last_heard_ = now_;
  checking_ = false;  // USMP3 §4: any authentic packet is an answer
  unconfirmed_ = false;
  wakes_unheard_ = 0;
}

// USMP3 §4: reports the session as lost and makes a handshake.
Event CompactDevice::lose() {
  leave_session(State::AwaitingChallenge);
  if (begin_attempt() != Error::None) start_pause();
  return Event(EventKind::Lost, Cause::NoAnswer);
}

void CompactDevice::enter_session(uint16_t send_chunk, uint16_t receive_chunk) {
  state_ = State::Established;
  packet_due_ = under_way_ = receiving_ = false;
  ack_due_ = ping_due_ = pong_due_ = datagram_due_ = false;
  checking_ = reset_checked_before_ = sampled_ = false;
  send_chunk_ = send_chunk;
  receive_chunk_ = receive_chunk;
  credit_ = agreement_.window;
  if (agreement_.max_packet > packet_room_) agreement_.max_packet = packet_room_;
  sent_offset_ = room_used_ = 0;
  repeats_ = chunk_resends_ = 0;
  epoch_since_ = last_sent_ = last_heard_ = chunk_last_sent_ = now_;
  unopened_pinged_ = Instant(now_.ms - kUnconfirmedPingInterval);
  derive_epoch_keys();
}

// The session is over: its secrets go, its messages wait for their owner or the next session.
void CompactDevice::leave_session(State to) {
  wipe(&secrets_, sizeof secrets_);
  packet_due_ = receiving_ = datagram_due_ = checking_ = false;
  state_ = to;
}

void CompactDevice::close(ByeReason reason, Instant) {
  bye_reason_ = static_cast<uint8_t>(reason);
  if (state_ == State::Established) {
    state_ = State::AwaitingByeSent;
  } else if (state_ != State::AwaitingByeSent) {
    leave_session(State::Closed);
  }
}

Event CompactDevice::protocol_error() {
  close(ByeReason::ProtocolError, last_heard_);
  return Event(EventKind::Closed, Cause::ByeProtocolError);
}

Error CompactDevice::send(Outgoing& message, Instant now) {
  now_ = now;
  if (state_ != State::Established) return Error::WrongState;
  if (message.content.size > agreement_.max_message) return Error::TooLarge;
  message.next = nullptr;
  message.delivery = Delivery::Queued;
  if (first_ == nullptr) chunk_last_sent_ = now_;  // since when a credit of 0 is waited for
  Outgoing** end = &first_;
  while (*end != nullptr) end = &(*end)->next;
  *end = &message;
  return Error::None;
}

size_t CompactDevice::datagram_size_max() const {
  const size_t most = agreement_.max_packet - kDatagramOverhead - agreement_.peer_cid.size;
  return most < agreement_.max_message ? most : agreement_.max_message;
}

Error CompactDevice::send_datagram(Bytes content, uint8_t channel, Instant) {
  if (state_ != State::Established) return Error::WrongState;
  if (content.size > datagram_size_max()) return Error::TooLarge;
  if (datagram_due_) return Error::Full;
  datagram_ = content;
  datagram_channel_ = channel;
  datagram_due_ = true;
  return Error::None;
}

Error CompactDevice::ping(Instant) {
  if (state_ != State::Established) return Error::WrongState;
  ping_due_ = true;
  return Error::None;
}

bool CompactDevice::message(Message* out) const {
  if (!waiting_) return false;
  out->content = Bytes(room_, room_used_);
  out->channel = room_channel_;
  return true;
}

void CompactDevice::release_message(Instant) {
  if (!waiting_) return;
  waiting_ = false;
  room_used_ = 0;
  ack_due_ = true;  // USMP3 §4: at once when credit rises from 0
}

Outgoing* CompactDevice::take_finished() {
  Outgoing* const message = finished_;
  if (message != nullptr) finished_ = message->next;
  return message;
}

Outgoing* CompactDevice::take_back() {
  if (state_ == State::Established || state_ == State::AwaitingByeSent) return nullptr;
  if (first_ != nullptr) finish_first(Delivery::Returned);
  return take_finished();
}

void CompactDevice::finish_first(Delivery delivery) {
  Outgoing* const message = first_;
  first_ = message->next;
  message->delivery = delivery;
  message->next = nullptr;
  sent_offset_ = 0;
  Outgoing** end = &finished_;
  while (*end != nullptr) end = &(*end)->next;
  *end = message;
}

}  // namespace usmp
