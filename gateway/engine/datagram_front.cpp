// Nothing here trusts a byte of a packet before its session or handshake has authenticated it.
#include "engine/datagram_front.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace usmp::gateway {
namespace {

// A cid: which gateway behind one address, which of its threads, the rest random.
constexpr std::size_t kCidGatewayByte = 0;
constexpr std::size_t kCidThreadByte = 1;
constexpr std::size_t kCidRandomFrom = 2;
constexpr unsigned kCidTriesMax = 8;

}  // namespace

DatagramFront::DatagramFront(EngineContext& context, HandshakeLimits& limits, Admission& admission,
                             SessionHost& sessions)
    : context_(context),
      limits_(limits),
      admission_(admission),
      sessions_(sessions),
      handshakes_(context.config, context.hash_seed, limits),
      resets_(context.config.reset_addresses, context.hash_seed) {}

void DatagramFront::receive(MutableBytes packet, const Address& from, bool forwarded, Instant now,
                            std::uint64_t seconds) {
  Bytes cid;
  const PacketKind kind = classify_packet(packet, context_.config.cid_size, &cid);
  if (kind == PacketKind::Other) {
    ++context_.counters.dropped_malformed;
    return;
  }
  if (kind == PacketKind::Hello) {
    receive_hello(packet, from, now, seconds);
    return;
  }
  const unsigned owner = owner_of_cid(cid);
  if (owner != context_.thread && !forwarded) {
    ForwardedPacket copy{std::vector<std::uint8_t>(packet.data, packet.data + packet.size), from};
    const bool posted = context_.directory.post(owner, std::move(copy));
    ++(posted ? context_.counters.packets_forwarded : context_.counters.dropped_no_room);
  } else if (kind == PacketKind::HelloAck) {
    receive_hello_ack(packet, cid, from, now);
  } else {
    receive_data(packet, cid, from, now);
  }
}

unsigned DatagramFront::owner_of(Bytes packet) const {
  Bytes cid;
  const PacketKind kind = classify_packet(packet, context_.config.cid_size, &cid);
  const bool has_cid = kind == PacketKind::HelloAck || kind == PacketKind::Data;
  return has_cid ? owner_of_cid(cid) : context_.thread;
}

// Our own where it names no thread of this gateway: then it is unknown here as well as anywhere.
unsigned DatagramFront::owner_of_cid(Bytes cid) const {
  const bool ours = cid[kCidGatewayByte] == context_.config.gateway_number;
  const unsigned thread = cid[kCidThreadByte];
  return ours && thread < context_.directory.threads() ? thread : context_.thread;
}

void DatagramFront::receive_hello(Bytes packet, const Address& from, Instant now,
                                  std::uint64_t seconds) {
  Hello hello;
  if (context_.stopping || parse_hello(packet, &hello) != Error::None) {
    ++(context_.stopping ? context_.counters.dropped_unexpected
                         : context_.counters.dropped_malformed);
    return;
  }
  // USMP3 §2: a repeated packet (the same bytes, from the same address) has the same answer.
  if (const HandshakeRecord* known = handshakes_.find_hello(hello, from)) {
    ++context_.counters.repeats_answered;
    send_challenge(*known);
    return;
  }
  if (admit_hello(hello, from, seconds)) begin(hello, from, now);
}

// USMP3 §2, Load.
bool DatagramFront::admit_hello(const Hello& hello, const Address& from, std::uint64_t seconds) {
  const NetworkKey network = network_key(from);
  if (limits_.cookie_needed(network) &&
      !cookie_valid(hello, context_.config.cookie_secret, cookie_address(from),
                    seconds / kCookiePeriodSeconds)) {
    send_retry(hello, from, seconds);
    return false;
  }
  // USMP3 §2: a valid cookie does not lift the hard limits; beyond them REJECT 3.
  if (limits_.beyond_hard(network) || sessions_.table().count() >= context_.config.sessions_max) {
    ++context_.counters.hellos_busy;
    send_reject(hello, from, RejectReason::Busy);
    return false;
  }
  return true;
}

void DatagramFront::begin(Hello& hello, const Address& from, Instant now) {
  Cid cid;
  if (!make_cid(&cid)) {
    ++context_.counters.dropped_failed;
    return;
  }
  // USMP3 §7: on UDP no packet is larger than 1232, whatever the device would take.
  hello.limits.max_packet =
      std::min(hello.limits.max_packet, static_cast<std::uint16_t>(kDatagramSizeMax));
  HandshakeRecord& record = handshakes_.make_room(
      hello, from, context_.directory.next_hello_number(), context_.monotonic.follow(now));
  const Result<GatewayHandshake::Offer> offer =
      record.handshake.begin(context_.udp, hello, cid.view(), now);
  if (!offer.ok() || offer.value != GatewayHandshake::Offer::Challenge) {
    handshakes_.drop_new();
    if (!offer.ok()) {
      context_.count_drop(offer.error);
      return;
    }
    ++context_.counters.hellos_rejected;
    const bool parameters = offer.value == GatewayHandshake::Offer::Parameters;
    send_reject(hello, from, parameters ? RejectReason::Parameters : RejectReason::NoCommonSuite);
    return;
  }
  handshakes_.keep(record);
  ++context_.counters.handshakes_begun;
  send_challenge(record);
}

void DatagramFront::receive_hello_ack(Bytes packet, Bytes cid, const Address& from, Instant now) {
  HandshakeRecord* record = handshakes_.find_cid(cid);
  if (record == nullptr) {
    ++context_.counters.dropped_unknown_cid;
    return;
  }
  SessionRecord* session = nullptr;
  const Admission::Origin origin{from, Medium::Udp, 0, nullptr};
  switch (
      admission_.decide(record->handshake, record->hello_number, packet, origin, now, &session)) {
    case Admission::Verdict::Dropped:
    case Admission::Verdict::NoKey:
      return;
    case Admission::Verdict::Stale:
      handshakes_.forget(*record);
      return;
    case Admission::Verdict::Repeated:
      ++context_.counters.repeats_answered;
      break;
    case Admission::Verdict::Accepted:
      record->device = session->device;
      break;
    case Admission::Verdict::Rejected:
      break;
  }
  if (record->handshake.accepted() || record->handshake.exhausted()) {
    handshakes_.finish(*record, context_.monotonic.follow(now));
  }
  // USMP3 §2: to where it came from.
  send_answer(record->handshake.answer(), from);
}

void DatagramFront::receive_data(MutableBytes packet, Bytes cid, const Address& from, Instant now) {
  if (SessionRecord* session = sessions_.table().find_cid(cid)) {
    sessions_.receive(*session, packet, from, now);
  } else if (const HandshakeRecord* record = handshakes_.find_cid(cid);
             record != nullptr && !record->is_finished) {
    // Early data that overtook its HELLO_ACK: the device sends it again. No RESET: it would end
    // a handshake that goes well.
    ++context_.counters.dropped_early;
  } else {
    ++context_.counters.dropped_unknown_cid;
    send_reset(cid, from, now);
  }
}

MutableBytes DatagramFront::room() {
  const MutableBytes room = context_.output.datagram_room();
  if (room.empty()) ++context_.counters.dropped_no_room;
  return room;
}

void DatagramFront::commit(const Result<std::size_t>& size, const Address& to) {
  if (!size.ok()) {
    context_.count_drop(size.error);
    return;
  }
  context_.output.commit_datagram(size.value, to);
  context_.count_out(size.value);
}

void DatagramFront::send_challenge(const HandshakeRecord& record) {
  const MutableBytes out = room();
  if (!out.empty()) commit(record.handshake.write_challenge(out), record.from);
}

void DatagramFront::send_retry(const Hello& hello, const Address& from, std::uint64_t seconds) {
  const MutableBytes out = room();
  if (out.empty()) return;
  std::uint8_t cookie[kCookieSize];
  make_cookie(cookie, context_.config.cookie_secret, cookie_address(from), hello.public_key,
              seconds / kCookiePeriodSeconds);
  commit(write_retry(out, hello, cookie), from);
  ++context_.counters.retries;
}

void DatagramFront::send_reject(const Hello& hello, const Address& from, RejectReason reason) {
  const MutableBytes out = room();
  if (!out.empty()) commit(write_reject(out, hello, reason), from);
}

void DatagramFront::send_reset(Bytes cid, const Address& from, Instant now) {
  if (!resets_.allow(network_key(from), context_.monotonic.follow(now))) return;
  const MutableBytes out = room();
  if (out.empty()) return;
  commit(write_reset(out, cid), from);
  ++context_.counters.resets;
}

void DatagramFront::send_answer(Bytes answer, const Address& to) {
  if (answer.empty()) return;
  const MutableBytes out = room();
  if (out.empty()) return;  // it is kept: the device repeats its HELLO_ACK
  std::memcpy(out.data, answer.data, answer.size);
  commit(answer.size, to);
}

// USMP3 §1: cids of one length, not to be guessed; the first byte is the gateway's number.
bool DatagramFront::make_cid(Cid* cid) {
  cid->size = context_.config.cid_size;
  cid->bytes[kCidGatewayByte] = context_.config.gateway_number;
  cid->bytes[kCidThreadByte] = static_cast<std::uint8_t>(context_.thread);
  const Random& random = context_.config.random;
  for (unsigned tries = 0; tries < kCidTriesMax; ++tries) {
    if (!random.fill(random.context, cid->bytes + kCidRandomFrom, cid->size - kCidRandomFrom)) {
      return false;
    }
    if (sessions_.table().find_cid(cid->view()) == nullptr &&
        handshakes_.find_cid(cid->view()) == nullptr) {
      return true;
    }
  }
  return false;
}

}  // namespace usmp::gateway
