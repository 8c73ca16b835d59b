// The life of a simulated device: power, crashes, sleep. Its packets are in device_io.cpp.
#include "device.hpp"

#include <algorithm>
#include <string>

#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr Time kReconnectPauseMax = 3 * kSecond;

std::size_t handshake_or(std::uint16_t max_packet) {
  return std::max<std::size_t>(max_packet, kChallengeSizeMax);
}

AnyDeviceSession::Kind kind_of(const DevicePlan& plan) {
  if (plan.is_wire2()) return AnyDeviceSession::Kind::Wire2;
  return plan.is_compact ? AnyDeviceSession::Kind::Compact : AnyDeviceSession::Kind::Wire3;
}

}  // namespace

Device::Device(Surroundings surroundings, unsigned index, const DevicePlan& plan,
               const Identity& identity, Rng rng)
    : surroundings_(surroundings),
      index_(index),
      plan_(plan),
      identity_(identity),
      rng_(rng),
      clock_(plan.clock_start),
      outbox_(surroundings.ledger.flow(index, Direction::ToGateway)),
      alarm_(surroundings.queue, "device " + std::to_string(index), [this]() { on_alarm(); }),
      session_(std::make_unique<AnyDeviceSession>(kind_of(plan))),
      chunks_(plan.send_window),
      room_(plan.limits.max_message),
      places_(std::max<std::size_t>(
          1, (plan.limits.window - 1u) * chunk_size_max(plan.limits.max_packet))),
      place_states_(std::max<std::size_t>(1, plan.limits.window - 1u)),
      record_buffer_(handshake_or(plan.limits.max_packet)) {
  config_.device_id = Bytes(identity.id.data(), identity.id.size());
  config_.random = rng_.source();
  config_.limits = plan.limits;
  config_.medium = plan.medium;
  config_.suites = plan.suites;
  config_.cid_size = plan.cid_size;
  config_.early_data = plan.early_data;
  config_.keepalive = plan.keepalive;
  wire2_config_.device_id = config_.device_id;
  wire2_config_.random = config_.random;
  wire2_config_.medium = plan.medium;
  wire2_config_.suite = plan.wire2_suite;
  wire2_config_.keepalive = plan.keepalive;
}

void Device::make_session() {
  session_ = std::make_unique<AnyDeviceSession>(kind_of(plan_));
  config_.psk = wire2_config_.psk = Bytes(identity_.psk.data(), identity_.psk.size());
  known_session_ = SessionId{};
  message_seen_ = false;
  record_held_ = false;
  const SendBuffer send_buffer(chunks_.data(), plan_.send_window);
  const ReceiveBuffer receive_buffer(room_.data(), places_.data(), place_states_.data());
  Error error = Error::None;
  if (plan_.is_wire2()) {
    error = session_->wire2()->init(wire2_config_, MutableBytes(room_.data(), room_.size()));
  } else if (plan_.is_compact) {
    error = session_->compact()->init(config_, room_.data(), kMaxPacketUdp);
  } else {
    error = session_->wire3()->init(config_, send_buffer, receive_buffer);
  }
  if (error != Error::None) {
    throw Violation("the plan of a device is outside its ranges");
  }
}

// Does something later, unless the power went off meanwhile.
void Device::later(Time span, void (Device::*action)()) {
  surroundings_.queue.after(span, [this, life = life_, action]() {
    if (life == life_) (this->*action)();
  });
}

void Device::power_on() {
  if (power_ == Power::On) return;
  ++life_;
  power_ = Power::On;
  make_session();
  connect();
}

void Device::connect() {
  if (power_ != Power::On) return;
  const State state = session_->state();
  // Asleep: its saved state was refused.
  // AwaitingByeSent: on wire 2, whose BYE waits for its UTACK.
  const bool may_begin = (plan_.is_wire2() && state == State::AwaitingByeSent) ||
                         state == State::Idle || state == State::Closed ||
                         state == State::AwaitingConnection || state == State::Asleep;
  if (!may_begin) return;
  config_.psk = wire2_config_.psk = Bytes(identity_.psk.data(), identity_.psk.size());
  if (is_stream(plan_.medium)) open_connection();
  if (session_->connect(instant()) != Error::None) throw Violation("connect() was refused");
  service();
}

void Device::crash(Time down_for) {
  if (power_ == Power::Off) return;
  surroundings_.trace.note(surroundings_.queue.now(),
                           "device " + std::to_string(index_) + " crashes");
  ++life_;
  drop_connection();
  outbox_.forget(Fate::Forgotten);
  surroundings_.ledger.flow(index_, Direction::ToDevice).receiver_crashed(session_id());
  session_ = std::make_unique<AnyDeviceSession>(kind_of(plan_));
  stored_.clear();
  power_ = Power::Off;
  wants_sleep_ = false;
  alarm_.clear();
  later(calm_ ? 0 : down_for, &Device::power_on);
}

void Device::sleep(Time duration, bool crashes) {
  if (is_stream(plan_.medium) || plan_.is_wire2() || calm_) return;
  wants_sleep_ = true;
  sleep_for_ = duration;
  crashes_on_wake_ = crashes;
  if (power_ == Power::On) service();
}

void Device::fall_asleep() {
  stored_.assign(kSavedStateSizeMax, 0);
  const Result<size_t> size =
      session_->save(MutableBytes(stored_.data(), stored_.size()), instant());
  if (!size.ok()) throw Violation("can_sleep() was true and save() refused");
  stored_.resize(size.value);
  wants_sleep_ = false;
  power_ = Power::Asleep;
  ++life_;
  asleep_since_ = surroundings_.queue.now();
  alarm_.clear();
  surroundings_.trace.note(asleep_since_, "device " + std::to_string(index_) + " sleeps");
  later(calm_ ? 0 : sleep_for_, &Device::wake);
}

void Device::wake() {
  if (power_ != Power::Asleep) return;
  ++life_;
  ++wakes_;
  // USMP3 §5: the stored copy is overwritten before anything is sent.
  std::vector<std::uint8_t> state = stored_;
  std::fill(stored_.begin(), stored_.end(), std::uint8_t{0});
  power_ = Power::On;
  surroundings_.trace.note(surroundings_.queue.now(),
                           "device " + std::to_string(index_) + " wakes");
  if (crashes_on_wake_) {
    crashes_on_wake_ = false;
    crash(rng_.between(0, kReconnectPauseMax));
    return;
  }
  const bool lost_its_memory = outbox_.handed_in().empty() && rng_.chance(0.5);
  if (lost_its_memory) make_session();
  const Time slept = surroundings_.queue.now() - asleep_since_;
  const bool has_clock = rng_.chance(0.5);
  const auto slept_s = static_cast<std::uint32_t>(has_clock ? slept / kSecond : 0);
  const Error error = session_->wake(MutableBytes(state.data(), state.size()), slept_s, instant());
  if (error == Error::StateUsed) {
    connect();
    return;
  }
  if (error != Error::None) throw Violation("wake() was refused");
  if (!outbox_.waits() && session_->ping(instant()) != Error::None) {
    throw Violation("ping() after a wake was refused");
  }
  service();
}

void Device::close(Time pause) {
  if (power_ != Power::On) return;
  session_->close(instant());
  service();
  take_all_messages();
  drop_connection();
  if (plan_.is_wire2() && is_stream(plan_.medium)) {
    static_cast<void>(session_->connection_lost(instant()));  // its BYE may have found no room
  }
  later(calm_ ? 0 : pause, &Device::connect);
}

void Device::calm() {
  calm_ = true;
  wants_sleep_ = false;
  crashes_on_wake_ = false;
  ++life_;  // what was to happen later happens now
  if (power_ == Power::Off) power_on();
  if (power_ == Power::Asleep) wake();
  connect();
  service();
}

// USMP3 §4: who got BYE forgot the session; an application connects again.
void Device::session_over(Event event) {
  take_all_messages();
  drop_connection();
  if (event.cause == Cause::ByeProtocolError || event.cause == Cause::StreamBroken) {
    throw Violation("device " + std::to_string(index_) +
                    ": a session between honest ends ended by " + name_of(event.cause));
  }
  if (event.kind == EventKind::Closed) {
    if (rng_.chance(0.3)) outbox_.take_back(*session_);
    later(rng_.between(1, kReconnectPauseMax), &Device::connect);
  }
}

}  // namespace usmp::sim
