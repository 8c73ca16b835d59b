// See session_world.hpp: the script's actions, the network and what must hold. The two ends are in
// session_ends.cpp.
#include "session_world.hpp"

#include <algorithm>

#include "deadline_check.hpp"
#include "trace.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/packet.hpp"

namespace usmp::fuzz {

namespace {

constexpr std::size_t kInFlightMax = 200;
constexpr Duration kDay = 24u * 3600u * 1000u;
// A device that failed often pauses for 300 s and 20 % more, and then needs a handshake.
constexpr Duration kRestMax = 1500u * 1000u;
constexpr int kRestStepsMax = 20000;

}  // namespace

SessionWorld::SessionWorld(EstablishedPair& pair, bool established)
    : pair_(pair),
      to_gateway_(pair.shape.gateway.max_message, is_stream(pair.shape.medium)),
      to_device_(pair.shape.device.max_message, is_stream(pair.shape.medium)),
      cid_g_(pair.cid_g) {
  if (established) {
    pair_.thaw(EstablishedPair::Stage::Established);
    session_ = &pair_.gateway;
  } else {
    pair_.thaw_idle_device();
    connect_device_again();
  }
}

SessionWorld::~SessionWorld() {
  // Nodes and buffers of this world are gone when the pair is thawed for the next one.
  pair_.thaw(EstablishedPair::Stage::Established);
}

void SessionWorld::act(Script& script) {
  const std::uint8_t action = script.u8();
  const Way way = (action & 0x80) != 0 ? Way::Down : Way::Up;
  trace(way == Way::Up ? "action, up" : "action, down", action & 0x0F);
  switch (action & 0x0F) {
    case 0:
    case 1:
      deliver_some(way, script);
      break;
    case 2:
      lose_some(way, script);
      break;
    case 3:
      replay(way, script);
      break;
    case 4:
      spoil(way, script);
      break;
    case 5:
      invent(way, script);
      break;
    case 6:
    case 7:
    case 8:
      send_something(script);
      break;
    case 9:
    case 10:
      pass_time(script);
      break;
    case 11:
      sleep_or_wake(script);
      break;
    case 12:
      close_something(script);
      break;
    case 13:
      change_surroundings(script);
      break;
    case 14:
      device_busy_ = !device_busy_;
      break;
    default:
      gateway_busy_ = !gateway_busy_;
      break;
  }
  step();
}

void SessionWorld::deliver_some(Way way, Script& script) {
  std::deque<Octets>& queue = lane(way).in_flight;
  const std::uint8_t which = script.u8();
  if (is_stream_medium() || which < 0x40) {
    for (int count = 0; count <= which % 8; ++count) deliver_front(way);
    return;
  }
  if (queue.empty()) return;
  const auto chosen = queue.begin() + static_cast<std::ptrdiff_t>(which % queue.size());
  const Octets packet = *chosen;
  queue.erase(chosen);
  deliver(way, packet);
}

void SessionWorld::lose_some(Way way, Script& script) {
  std::deque<Octets>& queue = lane(way).in_flight;
  const std::uint8_t which = script.u8();
  if (queue.empty()) return;
  if (is_stream_medium()) {
    if (which == 0) break_connection();
    return;
  }
  queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(which % queue.size()));
}

void SessionWorld::replay(Way way, Script& script) {
  const std::vector<Octets>& history = lane(way).history;
  const std::uint8_t which = script.u8();
  if (history.empty() || is_stream_medium()) return;
  deliver(way, Octets(history[history.size() - 1 - which % history.size()]));
}

void SessionWorld::spoil(Way way, Script& script) {
  const std::vector<Octets>& history = lane(way).history;
  const std::uint8_t which = script.u8();
  if (history.empty()) return;
  deliver(way, script.spoilt(history[history.size() - 1 - which % history.size()]));
}

void SessionWorld::invent(Way way, Script& script) { deliver(way, script.piece()); }

void SessionWorld::send_something(Script& script) {
  const std::uint8_t what = script.u8();
  const std::size_t size = script.u8() * ((what & 0x40) != 0 ? 5u : 1u);
  const bool of_device = (what & 1) == 0;
  if (!of_device && session_ == nullptr) return;
  Session& session = of_device ? static_cast<Session&>(pair_.device) : *session_;
  if (!of_device) lend_buffers();
  if ((what & 0x0E) == 0) {
    (void)session.ping(pair_.now);
  } else if ((what & 0x0E) == 2) {
    if (session.datagram_waiting()) return;
    Octets& datagram = of_device ? datagram_up_ : datagram_down_;
    datagram.assign(size, 0xDA);
    (void)session.send_datagram(view(datagram), 0xDA, pair_.now);
  } else {
    (of_device ? to_gateway_ : to_device_).post(session, size, pair_.now);
  }
}

void SessionWorld::pass_time(Script& script) {
  const std::uint16_t span = script.u16();
  Instant next = pair_.device.next_deadline(pair_.now);
  if (session_ != nullptr && session_->next_deadline(pair_.now).before(next)) {
    next = session_->next_deadline(pair_.now);
  }
  if (span == 0xFFFF) {
    pair_.now = pair_.now + kDay;
  } else if ((span & 1) != 0 && pair_.now.before(next)) {
    pair_.now = next;
  } else {
    pair_.now = pair_.now + span;
  }
}

void SessionWorld::sleep_or_wake(Script& script) {
  const std::uint8_t how = script.u8();
  if (pair_.device.state() == State::Asleep) {
    wake_device(pair_.now.since(slept_at_) / 1000);
    return;
  }
  if (how >= 0xF0) {
    Octets small(how - 0xF0u);
    const bool could = pair_.device.can_sleep();
    const auto size = pair_.device.save(writable(small), pair_.now);
    USMP_FUZZ_EXPECT(!size.ok() && pair_.device.can_sleep() == could, "too small: nothing done");
    return;
  }
  saved_.assign(kSavedStateSizeMax, 0xEE);
  const bool could = pair_.device.can_sleep();
  const auto size = pair_.device.save(writable(saved_), pair_.now);
  USMP_FUZZ_EXPECT(size.ok() == could, "saved just when it may sleep");
  if (!size.ok()) return;
  saved_.resize(size.value);
  slept_at_ = pair_.now;
  to_gateway_.settle(pair_.device);
}

void SessionWorld::close_something(Script& script) {
  const std::uint8_t what = script.u8();
  const auto reason = static_cast<ByeReason>((what >> 2) % 6);
  if ((what & 3) == 0) {
    pair_.device.close(reason, pair_.now);
  } else if ((what & 3) == 1 && session_ != nullptr) {
    session_->close(reason, pair_.now);
  } else if ((what & 3) == 2) {
    forget_gateway_session();
  } else if (is_stream_medium()) {
    break_connection();
  } else if (pair_.device.state() == State::Closed) {
    connect_device_again();
  }
}

void SessionWorld::change_surroundings(Script& script) {
  const std::uint8_t what = script.u8();
  if ((what & 3) == 0) cookies_ = !cookies_;
  if ((what & 3) == 1) full_ = !full_;
  if ((what & 3) >= 2) pair_.address.bytes[0] = static_cast<std::uint8_t>(what >> 2);
}

void SessionWorld::launch(Way way, const Octets& packet) {
  Lane& its = lane(way);
  trace(way == Way::Up ? "device sends" : "gateway sends", packet);
  its.history.push_back(packet);
  if (its.in_flight.size() < kInFlightMax) {
    its.in_flight.push_back(packet);
  } else if (is_stream_medium()) {
    break_connection();
  }
}

void SessionWorld::deliver_front(Way way) {
  std::deque<Octets>& queue = lane(way).in_flight;
  if (queue.empty()) return;
  // On a stream what cannot be taken yet stays where it is.
  const Session* const end = way == Way::Up ? static_cast<Session*>(session_) : &pair_.device;
  Message message;
  if (is_stream_medium() && end != nullptr && end->message(&message)) return;
  const Octets packet = queue.front();
  queue.pop_front();
  deliver(way, packet);
}

void SessionWorld::deliver(Way way, const Octets& packet) {
  trace(way == Way::Up ? "to gateway" : "to device", packet);
  trace("at", pair_.now.ms);
  if (way == Way::Up) {
    to_gateway(packet);
  } else {
    to_device(packet);
  }
}

void SessionWorld::break_connection() {
  trace("connection broken at", pair_.now.ms);
  up_.in_flight.clear();
  down_.in_flight.clear();
  if (session_ != nullptr) session_->connection_lost(pair_.now);
  device_event(pair_.device.connection_lost(pair_.now));
}

// USMP3 §3: no number twice under a key.
void SessionWorld::number_used_once(const Session& session, std::uint32_t epoch, Way way,
                                    const Octets& packet) {
  const bool is_long = packet[0] == wire3::kLong;
  const std::size_t cid_size = session.agreement().peer_cid.size;
  const std::size_t seq_at = wire3::data_header_size(cid_size, is_long) - 4;
  Octets number = octets_of(session.session_id());
  number.push_back(way == Way::Up ? 1 : 0);
  for (int shift = 0; shift < 32; shift += 8) {
    number.push_back(static_cast<std::uint8_t>(epoch >> shift));
  }
  number.insert(number.end(), packet.begin() + static_cast<std::ptrdiff_t>(seq_at),
                packet.begin() + static_cast<std::ptrdiff_t>(seq_at) + 4);
  USMP_FUZZ_EXPECT(numbers_used_.insert(number).second, "a number is used once under a key");
}

bool SessionWorld::genuine(Way way, const Octets& packet) {
  const std::vector<Octets>& history = lane(way).history;
  return std::find(history.begin(), history.end(), packet) != history.end();
}

void SessionWorld::note_accepted(Way way, const Octets& packet) {
  std::vector<Octets>& accepted = lane(way).accepted;
  USMP_FUZZ_EXPECT(std::find(accepted.begin(), accepted.end(), packet) == accepted.end(),
                   "a packet is accepted once");
  accepted.push_back(packet);
}

void SessionWorld::step() {
  if (!device_busy_) drain_device();
  if (!gateway_busy_) drain_gateway();
  device_event(pair_.device.on_deadline(pair_.now));
  expect_rest(pair_.device, pair_.now, [this] { poll_device(); });
  if (session_ == nullptr) return;
  gateway_event(session_->on_deadline(pair_.now));
  if (session_ != nullptr) expect_rest(*session_, pair_.now, [this] { poll_gateway(); });
  take_idle_buffers();
}

bool SessionWorld::at_rest() const {
  return up_.in_flight.empty() && down_.in_flight.empty() && pair_.device.established() &&
         session_ != nullptr && session_->established() && to_gateway_.complete() &&
         to_device_.complete();
}

void SessionWorld::come_to_rest() {
  device_busy_ = gateway_busy_ = cookies_ = full_ = false;
  const Instant begun = pair_.now;
  for (int count = 0; !at_rest(); ++count) {
    USMP_FUZZ_EXPECT(count < kRestStepsMax && pair_.now.since(begun) < kRestMax,
                     "a good network delivers everything");
    const State state = pair_.device.state();
    if (state == State::Asleep) wake_device(pair_.now.since(slept_at_) / 1000);
    if (state == State::Closed || state == State::Idle) connect_device_again();
    step();
    if (!up_.in_flight.empty() || !down_.in_flight.empty()) {
      pair_.now = pair_.now + 5;
      for (std::size_t left = up_.in_flight.size(); left > 0; --left) deliver_front(Way::Up);
      for (std::size_t left = down_.in_flight.size(); left > 0; --left) deliver_front(Way::Down);
      continue;
    }
    Instant next = pair_.device.next_deadline(pair_.now);
    if (session_ != nullptr && session_->next_deadline(pair_.now).before(next)) {
      next = session_->next_deadline(pair_.now);
    }
    if (pair_.now.before(next) && !at_rest()) pair_.now = next;
  }
  USMP_FUZZ_EXPECT(octets_of(pair_.device.session_id()) == octets_of(session_->session_id()),
                   "both in the same session");
}

}  // namespace usmp::fuzz
