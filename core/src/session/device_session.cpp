// See device_session.hpp: life, packets and deadlines of a device. The handshake is in
// device_handshake.cpp, epochs and sleep in device_sleep.cpp.
#include "usmp/device_session.hpp"

#include <string.h>

#include "base/wipe.hpp"
#include "usmp/detail/check_steps.hpp"
#include "usmp/detail/soonest.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;

namespace {

bool valid(const DeviceConfig& config) {
  const ReceiveLimits& limits = config.limits;
  return is_supported(config.medium) && config.device_id.size >= 1 &&
         config.device_id.size <= kDeviceIdSizeMax && config.psk.size >= kPskSizeMin &&
         config.psk.size <= kPskSizeMax && config.random.fill != nullptr &&
         limits.max_packet >= kMaxPacketMin && limits.max_message >= 1 && limits.window >= 1 &&
         config.cid_size <= kCidSizeMax && config.extensions.size <= kExtensionsSizeMax &&
         (config.suites & (kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305)) != 0;
}

}  // namespace

DeviceSession::DeviceSession()
    : Session(Role::Device),
      config_(nullptr),
      timer_(0),
      reset_checked_(0),
      epoch_since_(0),
      unopened_pinged_(0),
      piece_offset_(0),
      repeats_(0),
      pauses_(0),
      check_step_(0),
      wakes_unheard_(0),
      packet_due_(false),
      checking_(false),
      check_after_reset_(false),
      reset_checked_before_(false),
      unconfirmed_(false),
      heard_in_epoch_(false) {}

Error DeviceSession::init(const DeviceConfig& config, SendBuffer send_buffer,
                          ReceiveBuffer receive_buffer) {
  const bool buffers = receive_buffer.room != nullptr && send_buffer.chunk_count > 0 &&
                       (config.limits.window == 1 || receive_buffer.place_states != nullptr);
  if (!valid(config) || !buffers || state_ != State::Idle) return Error::BadConfig;
  config_ = &config;
  medium_ = config.medium;
  early_data_ = config.early_data;
  receive_.start(medium_, config.limits, config.cid_size, 0);
  send_.lend(send_buffer);
  receive_.lend(receive_buffer);
  return Error::None;
}

Duration DeviceSession::jittered(Duration span) {
  uint8_t random = 128;
  // Without randomness the span is merely not spread.
  if (!config_->random.fill(config_->random.context, &random, 1)) random = 128;
  const Duration fifth = span / 100 * kJitterPercent;
  return span - fifth + 2 * fifth / 255 * random;
}

Result<Event> DeviceSession::drop(Error why, Instant now) {
  ++counters_.dropped;
  if (!is_stream(medium_)) return why;
  // USMP3 §4: on a stream what would be dropped elsewhere closes the connection.
  if (state_ == State::Established) return lose(Cause::StreamBroken, now);
  if (state_ == State::AwaitingChallenge || state_ == State::AwaitingSessionOk) {
    return give_up_attempt(Cause::StreamBroken, now);
  }
  return why;
}

Result<Event> DeviceSession::receive(MutableBytes packet, Instant now) {
  if (packet.empty()) return drop(Error::Malformed, now);
  if (state_ == State::Established && !can_receive()) return Error::MessageWaiting;
  const uint8_t byte0 = packet[0];
  if (state_ == State::AwaitingChallenge) {
    // USMP3 §2 Load: only an UDP gateway answers RETRY.
    if (byte0 == kRetry) return receive_retry(packet, now);
    if (byte0 == kChallenge) return receive_whole_challenge(packet, now);
    if (byte0 == kReject) return receive_hint(packet, now);
  } else if (state_ == State::AwaitingSessionOk) {
    if (byte0 == kSessionOk) return receive_session_ok(packet, now);
    if (byte0 == kReject) return receive_reject(packet, now);
    // USMP3 §2: the first CHALLENGE is taken, later ones are ignored.
    if (byte0 == kChallenge && !is_stream(medium_)) return Error::Unexpected;
  } else if (state_ == State::Established) {
    if (is_short(byte0)) return receive_data(packet, now);
    if (byte0 == kReset) return receive_reset(packet, now);
  }
  return drop(Error::Unexpected, now);
}

Result<Event> DeviceSession::receive_data(MutableBytes packet, Instant now) {
  DataHeader header;
  MutableBytes frames;
  bool highest = false;
  bool current = false;
  Error error = parse_header(packet, &header);
  if (error == Error::None) {
    error = open_known_epoch(header, packet, &frames, &highest, &current);
    // USMP3 §3: what it cannot open while its epoch is unconfirmed is answered with PING, at most
    // once a second: the gateway may still be in the epoch before.
    const bool unopened = error == Error::Unauthentic || error == Error::Unexpected;
    if (unconfirmed_ && unopened && now.since(unopened_pinged_) >= kUnconfirmedPingInterval) {
      unopened_pinged_ = now;
      ask();
    }
  }
  if (error != Error::None) return drop(error, now);
  ++counters_.received;
  heard(current, now);
  const uint32_t epoch = secrets_.established.send.epoch - (current ? 0 : 1);
  return read_packet(frames, epoch, header.seq, now);
}

void DeviceSession::heard(bool current_epoch, Instant now) {
  last_heard_ = now;
  checking_ = false;  // USMP3 §4: any authentic packet is an answer
  if (!current_epoch) return;
  heard_in_epoch_ = true;
  if (!unconfirmed_) return;
  unconfirmed_ = false;
  wakes_unheard_ = 0;
  previous_expires_ = true;
  previous_until_ = now + kPreviousKeyKept;
}

Result<Event> DeviceSession::receive_reset(Bytes packet, Instant now) {
  const Bytes cid = agreement_.peer_cid.view();
  const bool ours = packet.size == 1 + cid.size &&
                    (cid.size == 0 || memcmp(packet.data + 1, cid.data, cid.size) == 0);
  if (!ours || is_stream(medium_)) return drop(Error::Unexpected, now);
  // USMP3 §6: a hint; ignored during a check, and checked at most once in 10 s.
  const bool recently = reset_checked_before_ && now.since(reset_checked_) < kResetCheckInterval;
  if (checking_ || recently) return drop(Error::Unexpected, now);
  reset_checked_before_ = true;
  reset_checked_ = now;
  start_check(true, now);
  return Event();
}

void DeviceSession::start_check(bool after_reset, Instant now) {
  checking_ = true;
  check_after_reset_ = after_reset;
  timer_ = now;
  check_step_ = 0;
  ask();
}

Duration DeviceSession::check_unit() const {
  if (is_stream(medium_)) return kCheckUnitStream;
  const Duration rto = send_.timer().rto();
  return rto > kCheckUnitMin ? rto : kCheckUnitMin;
}

Instant DeviceSession::check_deadline() const {
  return timer_ + check_unit() * check_units(check_after_reset_, check_step_);
}

Duration DeviceSession::keepalive() const {
  Duration most = kKeepaliveDefault;
  if (config_->keepalive != 0) most = config_->keepalive;
  // USMP3 §4: at most idle_s / 3, never off.
  const uint32_t idle_s = agreement_.idle_s;
  const Duration third = idle_s >= kDeadlineMax / 1000 ? kDeadlineMax / 3 : idle_s * 1000 / 3;
  if (idle_s != 0 && third < most) most = third;
  return most < kCheckUnitMin ? kCheckUnitMin : most;
}

Event DeviceSession::on_check_deadline(Instant now) {
  if (receive_.stream() && receive_.message_waiting()) {
    start_check(false, now);  // nothing is read while the application holds a message
    return Event();
  }
  if (++check_step_ >= kCheckSteps) return lose(Cause::NoAnswer, now);
  ask();
  return Event();
}

// USMP3 §4: reports the session as lost and makes a handshake.
Event DeviceSession::lose(Cause cause, Instant now) {
  checking_ = false;
  if (is_stream(medium_)) {
    forget_session(State::AwaitingPauseEnd);
    start_pause(now);
  } else {
    forget_session(State::AwaitingChallenge);
    if (begin_attempt(now) != Error::None) {
      move_to(State::AwaitingPauseEnd);
      start_pause(now);
    }
  }
  return Event(EventKind::Lost, cause);
}

Event DeviceSession::connection_lost(Instant now) {
  if (state_ == State::Established) return lose(Cause::ConnectionLost, now);
  if (state_ == State::AwaitingByeSent) {
    forget_session(State::Closed);
    return Event(EventKind::Closed, Cause::ConnectionLost);
  }
  if (state_ == State::AwaitingChallenge || state_ == State::AwaitingSessionOk ||
      state_ == State::AwaitingConnection) {
    return give_up_attempt(Cause::ConnectionLost, now);
  }
  return Event();
}

void DeviceSession::close(ByeReason reason, Instant) {
  checking_ = false;
  packet_due_ = false;
  if (state_ == State::Established) {
    start_closing(reason);
  } else if (state_ != State::AwaitingByeSent) {
    forget_session(State::Closed);
  }
}

Result<size_t> DeviceSession::poll_transmit(MutableBytes out, Instant now) {
  switch (state_) {
    case State::AwaitingChallenge:
    case State::AwaitingSessionOk:
      if (packet_due_) return transmit_handshake(out, now);
      // Early data goes behind HELLO_ACK where the application asked for it (§2).
      if (state_ == State::AwaitingSessionOk && early_data_ && send_.ready(now)) {
        return write_packet(out, agreement_.max_packet, false, now);
      }
      return size_t(0);
    case State::Established: {
      if (!frames_due(now)) return size_t(0);
      prepare_epoch(now);
      if (secrets_.established.send.next_seq > kSeqLast) {
        lose(Cause::NumbersSpent, now);
        return poll_transmit(out, now);
      }
      const bool asks = ping_due_;
      const Result<size_t> size = write_packet(out, agreement_.max_packet, unconfirmed_, now);
      // An unanswered PING of any origin is repeated, and ends in a handshake.
      if (asks && !ping_due_ && !checking_) {
        checking_ = true;
        check_after_reset_ = false;
        timer_ = now;
        check_step_ = 0;
      }
      return size;
    }
    case State::AwaitingByeSent:
      return write_packet(out, agreement_.max_packet, unconfirmed_, now);
    case State::Idle:
    case State::AwaitingPauseEnd:
    case State::AwaitingConnection:
    case State::Asleep:
    case State::Closed:
      return size_t(0);
  }
  return size_t(0);
}

Instant DeviceSession::next_deadline(Instant now) const {
  Soonest soonest(now);
  if (state_ == State::AwaitingPauseEnd) soonest.consider(timer_);
  if (state_ == State::AwaitingChallenge || state_ == State::AwaitingSessionOk) {
    if (!packet_due_ || is_stream(medium_)) soonest.consider(timer_);
  }
  if (state_ == State::Established) {
    soonest.consider(common_deadline(now));
    soonest.consider(checking_ ? check_deadline() : last_sent_ + keepalive());
    if (send_.resent_often()) soonest.consider(hopeless_deadline());
  }
  return soonest.instant();
}

// USMP3 §4: a chunk unacknowledged for 30 s and resent 4 times, with nothing heard for 30 s.
Instant DeviceSession::hopeless_deadline() const {
  const Instant sent = send_.hopeless_at();
  const Instant heard = last_heard_ + kLostAfter;
  return sent.before(heard) ? heard : sent;
}

Event DeviceSession::on_deadline(Instant now) {
  switch (state_) {
    case State::AwaitingPauseEnd:
      return now.reached(timer_) ? on_pause_end(now) : Event();
    case State::AwaitingChallenge:
    case State::AwaitingSessionOk:
      return now.reached(timer_) ? on_handshake_deadline(now) : Event();
    case State::Established:
      on_common_deadline(now);
      if (send_.resent_often() && now.reached(hopeless_deadline())) {
        return lose(Cause::NoAnswer, now);
      }
      if (checking_) return now.reached(check_deadline()) ? on_check_deadline(now) : Event();
      if (now.reached(last_sent_ + keepalive())) start_check(false, now);
      return Event();
    case State::Idle:
    case State::AwaitingConnection:
    case State::AwaitingByeSent:
    case State::Asleep:
    case State::Closed:
      return Event();
  }
  return Event();
}

}  // namespace usmp
