// As datagram_front.cpp without addresses: no cookie, no move, no other thread. Limits are a line's
// own, so that no line takes anything from another one, nor from devices on UDP and TCP.
#include "engine/line_front.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace usmp::gateway {
namespace {

constexpr Milliseconds64 kSecond = 1000;

}  // namespace

bool LineFront::Rate::allow(unsigned per_second, Milliseconds64 now) {
  if (now - since >= kSecond) {
    since = now;
    count = 0;
  }
  if (count >= per_second) return false;
  ++count;
  return true;
}

bool LineFront::open(ConnectionId id, std::string name) {
  if (lines_.size() >= context_.config.lines_max) return false;
  Line& line = lines_[id];
  line.id = id;
  line.name = std::move(name);
  return true;
}

void LineFront::receive(ConnectionId id, MutableBytes packet, Instant now) {
  const auto found = lines_.find(id);
  if (found == lines_.end()) return;
  Bytes cid;
  switch (classify_packet(packet, 0, &cid)) {
    case PacketKind::Hello:
      return receive_hello(found->second, packet, now);
    case PacketKind::HelloAck:
      return receive_hello_ack(found->second, packet, now);
    case PacketKind::Data:
      return receive_data(found->second, packet, now);
    case PacketKind::Other:
      ++context_.counters.dropped_malformed;
      return;
  }
}

void LineFront::receive_hello(Line& line, Bytes packet, Instant now) {
  Hello hello;
  if (context_.stopping || parse_hello(packet, &hello) != Error::None) {
    ++(context_.stopping ? context_.counters.dropped_unexpected
                         : context_.counters.dropped_malformed);
    return;
  }
  // USMP3 §2: a repeated packet (the same bytes) has the same answer.
  for (const auto& known : line.handshakes) {
    if (!known->handshake.same_hello(hello)) continue;
    ++context_.counters.repeats_answered;
    send_challenge(line, *known);
    return;
  }
  if (!line.hellos.allow(kLineHellosPerSecondMax, context_.monotonic.follow(now))) {
    ++context_.counters.hellos_busy;
    send_reject(line, hello, RejectReason::Busy);
    return;
  }
  begin(line, hello, now);
}

void LineFront::begin(Line& line, Hello& hello, Instant now) {
  // What goes to the device is as large as what comes from it at most: see EngineConfig.
  hello.limits.max_packet =
      std::min(hello.limits.max_packet, context_.config.line_limits.max_packet);
  auto made = std::make_unique<Handshake>();
  made->hello_number = context_.directory.next_hello_number();
  made->forget_at = context_.monotonic.follow(now) + kHandshakeKept;
  // USMP3 §1: a cid of length 0 means that the medium names the session.
  const Result<GatewayHandshake::Offer> offer =
      made->handshake.begin(context_.line, hello, Bytes(), now);
  if (!offer.ok()) {
    context_.count_drop(offer.error);
    return;
  }
  if (offer.value != GatewayHandshake::Offer::Challenge) {
    ++context_.counters.hellos_rejected;
    const bool parameters = offer.value == GatewayHandshake::Offer::Parameters;
    send_reject(line, hello, parameters ? RejectReason::Parameters : RejectReason::NoCommonSuite);
    return;
  }
  if (line.handshakes.size() >= kLineHandshakesMax) {
    if (!line.handshakes.front()->is_finished) ++context_.counters.handshakes_expired;
    line.handshakes.erase(line.handshakes.begin());
  }
  ++context_.counters.handshakes_begun;
  line.handshakes.push_back(std::move(made));
  send_challenge(line, *line.handshakes.back());
}

// Which handshake is meant only the packet itself can tell: it opens with one of them. The latest
// is the likeliest.
void LineFront::receive_hello_ack(Line& line, Bytes packet, Instant now) {
  if (line.handshakes.empty()) ++context_.counters.dropped_unknown_cid;
  for (std::size_t index = line.handshakes.size(); index-- > 0;) {
    Handshake& handshake = *line.handshakes[index];
    SessionRecord* session = nullptr;
    const Address none{};
    const Admission::Origin origin{none, Medium::Serial, line.id, &line.name};
    switch (admission_.decide(handshake.handshake, handshake.hello_number, packet, origin, now,
                              &session)) {
      case Admission::Verdict::Dropped:
      case Admission::Verdict::NoKey:
        continue;
      case Admission::Verdict::Stale:
        line.handshakes.erase(line.handshakes.begin() + static_cast<std::ptrdiff_t>(index));
        return;
      case Admission::Verdict::Repeated:
        ++context_.counters.repeats_answered;
        break;
      case Admission::Verdict::Rejected:
        handshake.is_finished = handshake.handshake.exhausted();
        break;
      case Admission::Verdict::Accepted:
        accepted(line, handshake, *session, now);
        send_answer(line, handshake.handshake.answer());
        // None that began before can end any more (USMP3 §2, Order).
        line.handshakes.erase(line.handshakes.begin(),
                              line.handshakes.begin() + static_cast<std::ptrdiff_t>(index));
        return;
    }
    send_answer(line, handshake.handshake.answer());
    return;
  }
}

void LineFront::accepted(Line& line, Handshake& handshake, const SessionRecord& session,
                         Instant now) {
  handshake.device = session.device;
  handshake.is_finished = true;
  handshake.forget_at = context_.monotonic.follow(now) + kAnswerKept;
  // A line has one device at a time: that before was unplugged, and no BYE reaches it.
  SessionRecord* former = sessions_.table().find(line.session);
  if (former != nullptr && !former->is_retired) sessions_.connection_lost(*former, now);
  line.session = session.handle;
}

// USMP3 §7: with an empty cid data packets belong to the finished session until a new handshake
// ends.
void LineFront::receive_data(Line& line, MutableBytes packet, Instant now) {
  const Address none{};
  if (SessionRecord* session = sessions_.table().find(line.session)) {
    sessions_.receive(*session, packet, none, now);
    return;
  }
  const auto is_unfinished = [](const auto& handshake) { return !handshake->is_finished; };
  if (std::any_of(line.handshakes.begin(), line.handshakes.end(), is_unfinished)) {
    // Early data whose HELLO_ACK was lost: no RESET, it would end a handshake that goes well.
    ++context_.counters.dropped_early;
    return;
  }
  ++context_.counters.dropped_unknown_cid;
  // USMP3 §6: at most 10 a second.
  if (!line.resets.allow(kResetsPerSecondAddress, context_.monotonic.follow(now))) return;
  const MutableBytes out = room(line);
  if (out.empty()) return;
  commit(line, write_reset(out, Bytes()));
  ++context_.counters.resets;
}

void LineFront::writable(ConnectionId id) {
  const auto found = lines_.find(id);
  if (found == lines_.end()) return;
  SessionRecord* session = sessions_.table().find(found->second.session);
  if (session != nullptr) sessions_.connection_writable(*session);
}

void LineFront::forget_device(const DeviceId& device) {
  for (auto& [id, line] : lines_) {
    std::erase_if(line.handshakes,
                  [&device](const auto& handshake) { return handshake->device == device; });
  }
}

void LineFront::stop() {
  for (auto& [id, line] : lines_) line.handshakes.clear();
}

std::size_t LineFront::expire(Milliseconds64 now) {
  std::size_t unfinished_count = 0;
  for (auto& [id, line] : lines_) {
    // USMP3 §2: forgets an unfinished handshake after 30 s, its answer to HELLO_ACK after 30 s.
    std::erase_if(line.handshakes, [&](const auto& handshake) {
      if (handshake->forget_at > now) return false;
      if (!handshake->is_finished) ++unfinished_count;
      return true;
    });
  }
  return unfinished_count;
}

Milliseconds64 LineFront::next_deadline() const {
  Milliseconds64 soonest = UINT64_MAX;
  for (const auto& [id, line] : lines_) {
    for (const auto& handshake : line.handshakes) soonest = std::min(soonest, handshake->forget_at);
  }
  return soonest;
}

std::size_t LineFront::unfinished_count() const {
  std::size_t count = 0;
  for (const auto& [id, line] : lines_) {
    for (const auto& handshake : line.handshakes) {
      if (!handshake->is_finished) ++count;
    }
  }
  return count;
}

MutableBytes LineFront::room(const Line& line) {
  const MutableBytes room = context_.output.record_room(line.id);
  if (room.empty()) ++context_.counters.dropped_no_room;  // the device asks again
  return room;
}

void LineFront::commit(const Line& line, const Result<std::size_t>& size) {
  if (!size.ok()) {
    context_.count_drop(size.error);
    return;
  }
  context_.output.commit_record(line.id, size.value);
  context_.count_out(size.value);
}

void LineFront::send_challenge(const Line& line, const Handshake& handshake) {
  const MutableBytes out = room(line);
  if (!out.empty()) commit(line, handshake.handshake.write_challenge(out));
}

void LineFront::send_reject(const Line& line, const Hello& hello, RejectReason reason) {
  const MutableBytes out = room(line);
  if (!out.empty()) commit(line, write_reject(out, hello, reason));
}

void LineFront::send_answer(const Line& line, Bytes answer) {
  if (answer.empty()) return;
  const MutableBytes out = room(line);
  if (out.empty()) return;  // it is kept: the device repeats its HELLO_ACK
  std::memcpy(out.data, answer.data, answer.size);
  commit(line, answer.size);
}

}  // namespace usmp::gateway
