// The order of the checks is what keeps a stranger from learning which devices there are.
#include "engine/admission.hpp"

#include <optional>

namespace usmp::gateway {

Admission::Verdict Admission::decide(GatewayHandshake& handshake, std::uint64_t hello_number,
                                     Bytes hello_ack, const Origin& origin, Instant now,
                                     SessionRecord** session) {
  const Result<GatewayHandshake::Claim> claim = handshake.open(hello_ack);
  if (!claim.ok()) {
    context_.count_drop(claim.error);
    return Verdict::Dropped;
  }
  if (claim.value == GatewayHandshake::Claim::Repeat) return Verdict::Repeated;
  const std::optional<DeviceId> device = DeviceId::from_bytes(handshake.device_id());
  if (!device) {
    ++context_.counters.dropped_malformed;
    return Verdict::Dropped;
  }
  Candidate candidate;
  if (!look_up(*device, candidate)) return Verdict::NoKey;
  const bool proven = handshake.prove(candidate.psk());
  // USMP3 §2: every other test of one device (revoked, other wire) comes after the proof, and what
  // fails before it looks alike.
  if (!proven || !candidate.is_known || candidate.key.revoked ||
      candidate.key.wire != WireVersion::V3) {
    return reject(handshake);
  }
  return admit(handshake, hello_number, *device, candidate, origin, now, session);
}

Admission::Verdict Admission::decide_wire2(wire2::GatewayHandshake& handshake,
                                           std::uint64_t hello_number, const Origin& origin,
                                           Instant now, SessionRecord** session) {
  const DeviceId device = *DeviceId::from_bytes(handshake.device_id());
  Candidate candidate;
  if (!look_up(device, candidate)) return Verdict::NoKey;
  // USMP3 §8: the other version is refused as an unknown device. So is a revoked one: the same work
  // with a random PSK, and the same silence.
  if (candidate.key.revoked || candidate.key.wire != WireVersion::V2) candidate.is_known = false;
  if (!handshake.prove(candidate.psk())) {
    ++context_.counters.handshakes_rejected;
    return Verdict::Rejected;
  }
  SessionRecord& record = add_record(device, Bytes(), candidate, origin);
  const Error error = handshake.accept(record.session.make_wire2(), now);
  if (error != Error::None) {
    context_.count_drop(error);
    sessions_.discard(record, Bytes());
    return Verdict::Rejected;
  }
  return admit(record, Bytes(), hello_number, now, session);
}

bool Admission::look_up(const DeviceId& device, Candidate& candidate) {
  // USMP3 §2: for a device that it does not know the gateway does the same work with a random PSK.
  // It is made in both cases, so that the time is the same too.
  Psk& stand_in = candidate.stand_in;
  if (!stand_in.resize(kPskSizeGenerated) ||
      !context_.config.random.fill(context_.config.random.context, stand_in.storage().data,
                                   kPskSizeGenerated)) {
    ++context_.counters.dropped_failed;
    return false;
  }
  const KeyLookup lookup = context_.keys.find(device, candidate.key);
  if (lookup == KeyLookup::Unavailable) {
    ++context_.counters.dropped_no_key;
    return false;
  }
  candidate.is_known = lookup == KeyLookup::Found && candidate.key.psk.size() >= kPskSizeMin;
  return true;
}

SessionRecord& Admission::add_record(const DeviceId& device, Bytes cid, const Candidate& candidate,
                                     const Origin& origin) {
  SessionRecord& record = sessions_.table().add(device, cid);
  record.key_generation = candidate.key.generation;
  record.medium = origin.medium;
  record.line_name = origin.line_name;
  record.connection = origin.connection;
  record.peer = origin.from;
  return record;
}

Admission::Verdict Admission::admit(GatewayHandshake& handshake, std::uint64_t hello_number,
                                    const DeviceId& device, const Candidate& candidate,
                                    const Origin& origin, Instant now, SessionRecord** session) {
  SessionRecord& record = add_record(device, handshake.cid(), candidate, origin);
  std::uint8_t answer[kGatewayHandshakeSizeMax];
  const Result<std::size_t> accepted =
      handshake.accept(record.session.make_wire3(), origin.from, MutableBytes(answer), now);
  if (!accepted.ok()) {
    context_.count_drop(accepted.error);
    sessions_.discard(record, handshake.cid());
    return Verdict::Dropped;
  }
  return admit(record, handshake.cid(), hello_number, now, session);
}

Admission::Verdict Admission::admit(SessionRecord& record, Bytes cid, std::uint64_t hello_number,
                                    Instant now, SessionRecord** session) {
  if (!sessions_.adopt(record, hello_number, now)) {
    ++context_.counters.dropped_stale;
    sessions_.discard(record, cid);
    return Verdict::Stale;
  }
  ++context_.counters.handshakes_finished;
  *session = &record;
  return Verdict::Accepted;
}

Admission::Verdict Admission::reject(GatewayHandshake& handshake) {
  std::uint8_t answer[kGatewayHandshakeSizeMax];
  const Result<std::size_t> rejected = handshake.reject(MutableBytes(answer));
  if (!rejected.ok()) {
    context_.count_drop(rejected.error);
    return Verdict::Dropped;
  }
  ++context_.counters.handshakes_rejected;
  return Verdict::Rejected;
}

}  // namespace usmp::gateway
