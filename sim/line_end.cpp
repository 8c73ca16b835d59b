// The handshakes at the gateway's end of a line. Its session is in line_session.cpp.
#include "line_end.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr std::size_t kRecordsMax = 6;
constexpr std::size_t kUdpCidSize = 8;
constexpr Time kResetInterval = 100;  // at most 10 a second (USMP3 §6)

}  // namespace

LineEnd::LineEnd(Surroundings surroundings, unsigned device, const Plan& plan,
                 const Identity& identity, Rng rng)
    : surroundings_(surroundings),
      device_(device),
      plan_(plan),
      device_plan_(plan.devices[device]),
      identity_(identity),
      rng_(rng),
      clock_(plan.gateway.clock_start),
      cid_size_(device_plan_.medium == Medium::Udp ? kUdpCidSize : 0),
      outbox_(surroundings.ledger.flow(device, Direction::ToDevice)),
      alarm_(surroundings.queue, "line " + std::to_string(device),
             [this]() {
               if (session_ == nullptr) return;
               handle(session_->on_deadline(instant()));
               service();
             }),
      chunks_(plan.gateway.send_window),
      room_(plan.gateway.limits.max_message),
      places_(std::max<std::size_t>(
          1, (plan.gateway.limits.window - 1u) * chunk_size_max(plan.gateway.limits.max_packet))),
      place_states_(std::max<std::size_t>(1, plan.gateway.limits.window - 1u)) {
  config_.random = rng_.source();
  config_.limits = plan.gateway.limits;
  config_.medium = device_plan_.medium;
  config_.suites = plan.gateway.suites;
  config_.idle_s = plan.gateway.idle_s;
}

void LineEnd::answer(Bytes packet, const Address& to) {
  // A line has no addresses: its one other end is meant.
  const bool udp = device_plan_.medium == Medium::Udp;
  surroundings_.network.from_gateway(udp ? to : surroundings_.network.address_of(device_), packet);
}

void LineEnd::packet_arrived(Datagram datagram) {
  if (device_plan_.medium != Medium::Udp) datagram.from = Address{};
  Bytes cid;
  const Bytes packet(datagram.bytes.data(), datagram.bytes.size());
  switch (classify_packet(packet, cid_size_, &cid)) {
    case PacketKind::Hello:
      hello_arrived(datagram);
      break;
    case PacketKind::HelloAck:
      hello_ack_arrived(packet, cid, datagram.from);
      break;
    case PacketKind::Data:
      data_arrived(datagram, cid);
      break;
    case PacketKind::Other:
      break;
  }
  service();
}

void LineEnd::forget_old_records() {
  const Time now = surroundings_.queue.now();
  std::erase_if(records_, [now](const auto& record) {
    return now - record->begun >= kHandshakeKept + kAnswerKept;
  });
}

void LineEnd::hello_arrived(const Datagram& datagram) {
  forget_old_records();
  const Bytes packet(datagram.bytes.data(), datagram.bytes.size());
  Hello hello;
  if (parse_hello(packet, &hello) != Error::None) return;
  std::uint8_t out[kGatewayHandshakeSizeMax];
  for (const auto& record : records_) {
    if (!record->handshake.same_hello(hello) || record->from != datagram.from) continue;
    if (record->handshake.accepted()) return;
    const Result<size_t> size = record->handshake.write_challenge(MutableBytes(out));
    answer(Bytes(out, size.value), datagram.from);
    return;
  }
  std::uint8_t cid[kUdpCidSize];
  rng_.fill(cid, sizeof cid);
  auto record = std::make_unique<Record>();
  record->from = datagram.from;
  record->hello_number = ++hello_count_;
  record->begun = surroundings_.queue.now();
  const auto offer = record->handshake.begin(config_, hello, Bytes(cid, cid_size_), instant());
  if (!offer.ok()) throw Violation("begin() failed");
  if (offer.value != GatewayHandshake::Offer::Challenge) {
    const RejectReason reason = offer.value == GatewayHandshake::Offer::Parameters
                                    ? RejectReason::Parameters
                                    : RejectReason::NoCommonSuite;
    answer(Bytes(out, write_reject(MutableBytes(out), hello, reason).value), datagram.from);
    return;
  }
  const Result<size_t> size = record->handshake.write_challenge(MutableBytes(out));
  if (!size.ok()) throw Violation("a CHALLENGE does not fit kGatewayHandshakeSizeMax");
  if (records_.size() >= kRecordsMax) records_.erase(records_.begin());
  records_.push_back(std::move(record));
  answer(Bytes(out, size.value), datagram.from);
}

void LineEnd::hello_ack_arrived(Bytes packet, Bytes cid, const Address& from) {
  // With an empty cid any of them may be meant; the latest one most likely.
  for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
    GatewayHandshake& handshake = (*record)->handshake;
    if (cid.size != handshake.cid().size ||
        (cid.size > 0 && std::memcmp(cid.data, handshake.cid().data, cid.size) != 0)) {
      continue;
    }
    const Result<GatewayHandshake::Claim> claim = handshake.open(packet);
    if (!claim.ok()) continue;
    if (claim.value == GatewayHandshake::Claim::Repeat) {
      answer(handshake.answer(), from);
    } else {
      answer_claim(**record, from);
    }
    return;
  }
}

void LineEnd::answer_claim(Record& record, const Address& from) {
  GatewayHandshake& handshake = record.handshake;
  const Bytes id = handshake.device_id();
  const bool known =
      id.size == identity_.id.size() && std::memcmp(id.data, identity_.id.data(), id.size) == 0;
  std::uint8_t random_psk[kSimulatedPskSize];
  rng_.fill(random_psk, sizeof random_psk);
  const Bytes psk(identity_.psk.data(), identity_.psk.size());
  const bool proven = handshake.prove(known ? psk : Bytes(random_psk));
  if (!proven || identity_.revoked) {
    std::uint8_t out[kGatewayHandshakeSizeMax];
    const Result<size_t> size = handshake.reject(MutableBytes(out));
    if (size.ok()) answer(Bytes(out, size.value), from);
    return;
  }
  // USMP3 §2, Order.
  if (session_ != nullptr && record.hello_number < session_hello_number_) return;
  accept(record, from);
}

void LineEnd::accept(Record& record, const Address& from) {
  if (session_ != nullptr) {
    session_->close(ByeReason::Replaced, instant());
    session_over();
  }
  session_ = std::make_unique<GatewaySession>();
  std::uint8_t out[kGatewayHandshakeSizeMax];
  const Result<size_t> size =
      record.handshake.accept(*session_, from, MutableBytes(out), instant());
  if (!size.ok()) throw Violation("accept() failed after a right proof");
  session_hello_number_ = record.hello_number;
  message_seen_ = false;
  ++events_[static_cast<std::size_t>(EventKind::Established)];
  surroundings_.ledger.flow(device_, Direction::ToDevice)
      .session_begun(session_id(), outbox_.handed_in());
  answer(Bytes(out, size.value), from);
}

void LineEnd::reset(Bytes cid) {
  const Time now = surroundings_.queue.now();
  if (now < reset_at_) return;
  reset_at_ = now + kResetInterval;
  std::uint8_t out[1 + kCidSizeMax];
  const Result<size_t> size = write_reset(MutableBytes(out), cid);
  answer(Bytes(out, size.value), surroundings_.network.address_of(device_));
}

void LineEnd::end(ByeReason reason, bool says_bye) {
  const bool revoked = reason == ByeReason::Revoked;
  if (session_ != nullptr) {
    if (says_bye) {
      session_->close(reason, instant());
      session_over();
    } else {
      // What the application had not taken is lost with it.
      surroundings_.ledger.flow(device_, Direction::ToGateway).receiver_crashed(session_id());
      outbox_.forget(Fate::Forgotten);
      session_.reset();
    }
  }
  records_.clear();
  alarm_.clear();
  if (!revoked) outbox_.forget(says_bye ? Fate::Returned : Fate::Forgotten);
}

SessionId LineEnd::session_id() const {
  return session_ == nullptr ? SessionId{} : session_id_of(session_->session_id());
}

}  // namespace usmp::sim
