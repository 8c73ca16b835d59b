// Wire 2 has no cid: all datagrams of one address are one device's, and the kernel gives them all
// to one thread. A sender's address is its own only once it has brought a cookie.
#include "engine/wire2_datagram_front.hpp"

namespace usmp::gateway {

Wire2DatagramFront::Wire2DatagramFront(EngineContext& context, HandshakeLimits& limits,
                                       Lockout& lockout, Admission& admission,
                                       SessionHost& sessions)
    : context_(context),
      limits_(limits),
      lockout_(lockout),
      admission_(admission),
      sessions_(sessions),
      handshakes_(context.hash_seed, limits) {}

void Wire2DatagramFront::receive(MutableBytes packet, const Address& from, Instant now,
                                 std::uint64_t seconds) {
  if (packet[0] == wire2::kUtackMagic) ++context_.counters.wire2_utacks;
  switch (wire2::classify_packet(packet)) {
    case wire2::PacketKind::Hello:
      return receive_hello(packet, from, now, seconds);
    case wire2::PacketKind::Handshake:
      return receive_handshake(packet, from, now);
    case wire2::PacketKind::Session:
      return receive_session(packet, from, now);
    case wire2::PacketKind::Other:
      ++context_.counters.dropped_malformed;
      return;
  }
}

void Wire2DatagramFront::receive_hello(Bytes packet, const Address& from, Instant now,
                                       std::uint64_t seconds) {
  wire2::Hello hello;
  if (context_.stopping || wire2::parse_hello(packet, &hello) != Error::None) {
    ++(context_.stopping ? context_.counters.dropped_unexpected
                         : context_.counters.dropped_malformed);
    return;
  }
  Wire2HandshakeRecord* known = handshakes_.find(from);
  if (known != nullptr && known->handshake.same_hello(hello)) {
    // USMP2 §UDP: a receiver answers a repeated frame with UTACK again
    const auto repeated = known->handshake.receive(packet, now);
    ++(repeated.ok() ? context_.counters.repeats_answered : context_.counters.dropped_unexpected);
    if (!known->is_claimed) transmit(*known, now);
    return;
  }
  if (!admit_hello(hello, from, now, seconds)) return;
  // The device has begun anew. A session of this address stays until this handshake is finished.
  if (known != nullptr) {
    ++context_.counters.handshakes_expired;
    handshakes_.remove(*known);
  }
  begin(hello, from, now);
}

bool Wire2DatagramFront::admit_hello(const wire2::Hello& hello, const Address& from, Instant now,
                                     std::uint64_t seconds) {
  // USMP2 §UDP: answers every HELLO without a cookie with UTACK and HELLO_RETRY, and takes the
  // HELLO with the cookie
  if (!wire2::cookie_valid(hello, context_.config.cookie_secret, cookie_address(from),
                           seconds / wire2::kCookiePeriodSeconds)) {
    send_retry(hello, from, seconds);
    return false;
  }
  const NetworkKey network = network_key(from);
  if (lockout_.is_locked_out(network, context_.monotonic.follow(now))) {
    ++context_.counters.wire2_refused;
    return false;
  }
  if (limits_.beyond_hard(network) || sessions_.table().count() >= context_.config.sessions_max) {
    ++context_.counters.hellos_busy;
    return false;
  }
  return true;
}

void Wire2DatagramFront::begin(const wire2::Hello& hello, const Address& from, Instant now) {
  Wire2HandshakeRecord& record = handshakes_.add(from, context_.directory.next_hello_number());
  const Error error = record.handshake.begin(context_.wire2_udp, hello, now);
  if (error != Error::None) {
    context_.count_drop(error);
    handshakes_.remove(record);
    return;
  }
  ++context_.counters.handshakes_begun;
  transmit(record, now);
}

void Wire2DatagramFront::receive_handshake(MutableBytes packet, const Address& from, Instant now) {
  const bool is_utack = packet[0] == wire2::kUtackMagic;
  Wire2HandshakeRecord* record = handshakes_.find(from);
  if (record != nullptr) {
    const auto claim = record->handshake.receive(packet, now);
    if (!claim.ok()) {
      context_.count_drop(claim.error);
      return;
    }
    if (claim.value == wire2::GatewayHandshake::Claim::Claimed) record->is_claimed = true;
    if (record->is_claimed && !is_utack) {
      decide(*record, now);
    } else if (!record->is_claimed) {
      transmit(*record, now);
    }
  } else if (SessionRecord* session = sessions_.table().find_address(from);
             session != nullptr && !is_utack) {
    sessions_.receive(*session, packet, from, now);  // HELLO_ACK again: its UTACK was lost
  } else if (!is_utack) {
    ++context_.counters.dropped_unknown_cid;
  }
  // The UTACK of HELLO_RETRY, of which nothing is kept.
}

void Wire2DatagramFront::decide(Wire2HandshakeRecord& record, Instant now) {
  SessionRecord* session = nullptr;
  const Admission::Origin origin{record.from, Medium::Udp, 0, nullptr};
  switch (admission_.decide_wire2(record.handshake, record.hello_number, origin, now, &session)) {
    case Admission::Verdict::Dropped:
    case Admission::Verdict::NoKey:
    case Admission::Verdict::Repeated:
      return;  // the device was not answered: it repeats HELLO_ACK
    case Admission::Verdict::Rejected:
      if (lockout_.failed(record.network, context_.monotonic.follow(now))) {
        ++context_.counters.wire2_lockouts;
      }
      transmit(record, now);
      break;
    case Admission::Verdict::Stale:
      break;
    case Admission::Verdict::Accepted:
      lockout_.succeeded(record.network);
      sessions_.bind_address(*session, now);
      break;
  }
  handshakes_.remove(record);
}

void Wire2DatagramFront::receive_session(MutableBytes packet, const Address& from, Instant now) {
  if (SessionRecord* session = sessions_.table().find_address(from)) {
    sessions_.receive(*session, packet, from, now);
  } else {
    ++context_.counters.dropped_unknown_cid;
  }
}

void Wire2DatagramFront::send_retry(const wire2::Hello& hello, const Address& from,
                                    std::uint64_t seconds) {
  std::uint8_t cookie[wire2::kCookieSize];
  wire2::make_cookie(cookie, context_.config.cookie_secret, cookie_address(from),
                     seconds / wire2::kCookiePeriodSeconds);
  MutableBytes out = room();
  if (out.empty() || !commit(wire2::write_hello_utack(out, hello), from)) return;
  out = room();
  if (out.empty() || !commit(wire2::write_retry(out, cookie), from)) return;
  ++context_.counters.wire2_retries;
}

void Wire2DatagramFront::transmit(Wire2HandshakeRecord& record, Instant now) {
  for (;;) {
    const MutableBytes out = room();
    if (out.empty()) break;  // the device repeats what it waits for
    const Result<std::size_t> size = record.handshake.poll_transmit(out, now);
    if (size.ok() && size.value == 0) break;
    if (!commit(size, record.from)) break;
  }
  arm(record, now);
}

void Wire2DatagramFront::arm(const Wire2HandshakeRecord& record, Instant now) {
  const Instant deadline = record.handshake.next_deadline(now);
  const Milliseconds64 now_ms = context_.monotonic.follow(now);
  handshakes_.arm(record, now_ms + (deadline.reached(now) ? deadline.since(now) : 0));
}

void Wire2DatagramFront::on_deadline(Instant now) {
  const Milliseconds64 now_ms = context_.monotonic.follow(now);
  while (handshakes_.next_deadline() <= now_ms) {
    Wire2HandshakeRecord& record = handshakes_.take_soonest();
    const bool is_due = now.reached(record.handshake.next_deadline(now));
    if (is_due && record.handshake.on_deadline(now)) {
      ++context_.counters.handshakes_expired;
      handshakes_.remove(record);
    } else if (is_due && !record.is_claimed) {
      transmit(record, now);
    } else {
      arm(record, now);
    }
  }
}

MutableBytes Wire2DatagramFront::room() {
  const MutableBytes room = context_.output.datagram_room();
  if (room.empty()) ++context_.counters.dropped_no_room;
  return room;
}

bool Wire2DatagramFront::commit(const Result<std::size_t>& size, const Address& to) {
  if (!size.ok()) {
    context_.count_drop(size.error);
    return false;
  }
  context_.output.commit_datagram(size.value, to);
  context_.count_out(size.value);
  return true;
}

}  // namespace usmp::gateway
