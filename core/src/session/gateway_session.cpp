// See gateway_session.hpp: life, epochs and deadlines of a gateway's session. Addresses are in
// gateway_path.cpp.
#include "usmp/gateway_session.hpp"

#include <string.h>

#include "base/wipe.hpp"
#include "usmp/detail/soonest.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/key_schedule.hpp"

namespace usmp {

using namespace wire3;

namespace {

const Duration kSecond = 1000;
const uint32_t kIdleStepSeconds = 5u * 24u * 3600u;

}  // namespace

bool LookaheadBudget::spend(Instant now) {
  if (now.since(since_) >= kSecond) {
    since_ = now;
    spent_ = 0;
  }
  if (spent_ >= per_second_) return false;
  ++spent_;
  return true;
}

GatewaySession::GatewaySession()
    : Session(Role::Gateway),
      random_(),
      address_(),
      former_(),
      path_deadline_(0),
      path_until_(0),
      search_since_(0),
      idle_since_(0),
      idle_left_s_(0),
      unproven_in_(0),
      unproven_out_(0),
      path_token_(0),
      searches_(0),
      proving_(false),
      path_ping_new_(false),
      path_ping_former_(false) {}

// The handshake is done: its agreement, chain_0 and session id stand in the session.
void GatewaySession::establish(const GatewayConfig& config, const Address& from, Instant now) {
  medium_ = config.medium;
  random_ = config.random;
  address_ = from;
  proving_ = false;
  EstablishedKeys& keys = secrets_.established;
  derive_g2d(keys.send.key, keys.send.chain);
  derive_d2g(keys.current.key, keys.send.chain);
  keys.current.replay.clear();
  keys.send.epoch = 0;
  keys.send.next_seq = 0;
  begin_session(config.limits, 0, 0, now);
  heard(now);
  search_since_ = Instant(now.ms - kSecond);
  move_to(State::Established);
}

// A later epoch on trial: kept only if the packet authenticates (§3).
struct GatewaySession::Trial {
  uint8_t chain[crypto::kHashSize];
  DirectionKey receive_key;

  ~Trial() { wipe(this, sizeof *this); }
};

// USMP3 §3: the next epoch always, one up to 64 ahead ten times a second a session and 1000 times a
// second in all.
bool GatewaySession::may_search(uint32_t ahead, Instant now, LookaheadBudget& budget) {
  if (ahead == 1) return true;
  if (ahead > kEpochLookaheadMax) return false;
  if (now.since(search_since_) >= kSecond) {
    search_since_ = now;
    searches_ = 0;
  }
  if (searches_ >= kLookaheadsPerSecondSession || !budget.spend(now)) return false;
  ++searches_;
  return true;
}

Error GatewaySession::open_later_epoch(const DataHeader& header, MutableBytes packet,
                                       MutableBytes* plaintext, LookaheadBudget& budget,
                                       Instant now) {
  EstablishedKeys& keys = secrets_.established;
  const uint32_t ahead = header.epoch - keys.send.epoch;
  if (header.seq > kSeqLast) return Error::Replayed;
  if (!may_search(ahead, now, budget)) return Error::Unexpected;
  Trial trial;
  memcpy(trial.chain, keys.send.chain, sizeof trial.chain);
  for (uint32_t step = 0; step < ahead; ++step) next_chain(trial.chain);
  derive_d2g(trial.receive_key, trial.chain);
  if (!open_data(agreement_.suite, trial.receive_key, header, packet, plaintext)) {
    return Error::Unauthentic;
  }
  // USMP3 §3: it keeps its receive key of e-1 for 10 s if it moved by one, else none.
  drop_previous_epoch();
  if (ahead == 1) {
    keys.previous = keys.current;
    previous_valid_ = true;
    previous_expires_ = true;
    previous_until_ = now + kPreviousKeyKept;
  }
  memcpy(keys.send.chain, trial.chain, sizeof trial.chain);
  keys.send.epoch = header.epoch;
  keys.send.next_seq = 0;
  derive_g2d(keys.send.key, keys.send.chain);
  keys.current.key = trial.receive_key;
  keys.current.replay.clear();
  keys.current.replay.mark(header.seq);
  return Error::None;
}

void GatewaySession::heard(Instant now) {
  last_heard_ = now;
  idle_since_ = now;
  idle_left_s_ = agreement_.idle_s;
}

// An idle time may be longer than instants compare: it is counted down in steps.
Duration GatewaySession::idle_step() const {
  return idle_left_s_ < kIdleStepSeconds ? idle_left_s_ * 1000 : kIdleStepSeconds * 1000;
}

bool GatewaySession::idle_over(Instant now) {
  while (now.reached(idle_since_ + idle_step())) {
    if (idle_left_s_ <= kIdleStepSeconds) return true;
    idle_since_ = idle_since_ + idle_step();
    idle_left_s_ -= kIdleStepSeconds;
    last_heard_ = idle_since_;  // long ago, and still comparable
  }
  return false;
}

Result<Event> GatewaySession::drop(Error why) {
  ++counters_.dropped;
  if (!is_stream(medium_)) return why;
  // USMP3 §4: on a stream what would be dropped elsewhere closes the connection.
  forget_session(State::Closed);
  return Event(EventKind::Closed, Cause::StreamBroken);
}

Result<Event> GatewaySession::receive(MutableBytes packet, const Address& from,
                                      LookaheadBudget& budget, Instant now) {
  if (state_ != State::Established) return Error::WrongState;
  if (!can_receive()) return Error::MessageWaiting;
  DataHeader header;
  MutableBytes frames;
  bool highest = true;
  bool current = true;
  bool woke = false;
  Error error = parse_header(packet, &header);
  if (error == Error::None) {
    // USMP3 §3: the gateway follows when a long packet of a later epoch authenticates, never
    // before.
    woke = header.is_long && header.epoch > secrets_.established.send.epoch;
    error = woke ? open_later_epoch(header, packet, &frames, budget, now)
                 : open_known_epoch(header, packet, &frames, &highest, &current);
  }
  if (error != Error::None) return drop(error);
  ++counters_.received;
  heard(now);
  const bool moved = heard_from(from, packet.size, highest, now);
  if (woke) {
    // USMP3 §4, §5: RTO and congestion window begin again, and what is held goes out at once.
    send_.go_on(medium_, now);
    send_.new_path(medium_);
    receive_.owe_ack();
    drained_due_ = true;
  } else if (send_.paused()) {
    send_.go_on(medium_, now);
  }
  pong_received_ = false;
  const uint32_t epoch = secrets_.established.send.epoch - (current ? 0 : 1);
  const Event event = read_packet(frames, epoch, header.seq, now);
  if (event.kind == EventKind::Closed) return event;
  if (pong_received_) pong_from(from);
  if (woke) return Event(EventKind::Woke);
  if (moved) return Event(EventKind::Moved);
  return event;
}

Result<size_t> GatewaySession::poll_transmit(MutableBytes out, Address* to, Instant now) {
  if (state_ != State::Established && state_ != State::AwaitingByeSent) return size_t(0);
  if (secrets_.established.send.next_seq > kSeqLast) {
    forget_session(State::Closed);  // USMP3 §3: without a number left it forgets the session
    return size_t(0);
  }
  if (path_ping_former_ || path_ping_new_) {
    const Result<size_t> ping = write_path_ping(out, to);
    if (!ping.ok() || ping.value > 0) return ping;
  }
  *to = address_;
  const Result<size_t> size = write_packet(out, unproven_room(), false, now);
  if (size.ok() && proving_) unproven_out_ += static_cast<uint32_t>(size.value);
  return size;
}

Instant GatewaySession::next_deadline(Instant now) const {
  Soonest soonest(now);
  if (state_ != State::Established) return soonest.instant();
  // What may not go to an unproven address waits for more from there, or for the path's deadlines:
  // an ACK due at once would make the owner's loop spin until then.
  const size_t packet_size_min = kShortOverhead + agreement_.peer_cid.size + kFramesRoomMin;
  if (unproven_room() >= packet_size_min) soonest.consider(common_deadline(now));
  soonest.consider(idle_since_ + idle_step());
  if (proving_) {
    soonest.consider(path_deadline_);
    soonest.consider(path_until_);
  }
  if (send_.resent_often()) soonest.consider(asleep_deadline());
  return soonest.instant();
}

// USMP3 §4: unacknowledged for 30 s, resent 4 times, nothing heard for 30 s.
Instant GatewaySession::asleep_deadline() const {
  const Instant sent = send_.hopeless_at();
  const Instant heard = last_heard_ + kLostAfter;
  return sent.before(heard) ? heard : sent;
}

Event GatewaySession::on_deadline(Instant now) {
  if (state_ != State::Established) return Event();
  // USMP3 §4: a gateway that heard nothing authentic for idle_s sends BYE 2 and forgets.
  if (idle_over(now)) {
    start_closing(ByeReason::Idle);
    return Event(EventKind::Closed, Cause::ByeIdle);
  }
  on_common_deadline(now);
  if (proving_) on_path_deadline(now);
  if (send_.resent_often() && now.reached(asleep_deadline())) {
    send_.pause();  // USMP3 §4: it stops resending and takes the device for asleep
    return Event(EventKind::Asleep);
  }
  return Event();
}

void GatewaySession::close(ByeReason reason, Instant) {
  if (state_ == State::Established) start_closing(reason);
}

void GatewaySession::connection_lost(Instant) {
  if (state_ == State::Established || state_ == State::AwaitingByeSent) {
    forget_session(State::Closed);
  }
}

}  // namespace usmp
