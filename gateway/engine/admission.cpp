// The order of the checks is what keeps a stranger from learning which devices there are.
#include "engine/admission.hpp"

#include <optional>

namespace usmp::gateway {
namespace {

constexpr std::uint8_t kWire = 3;

}  // namespace

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
  // USMP3 §2: for a device that it does not know the gateway does the same work with a random PSK.
  // It is made in both cases, so that the time is the same too.
  Psk stand_in;
  if (!stand_in.resize(kPskSizeGenerated) ||
      !context_.config.random.fill(context_.config.random.context, stand_in.storage().data,
                                   kPskSizeGenerated)) {
    ++context_.counters.dropped_failed;
    return Verdict::Dropped;
  }
  DeviceKey key;
  const KeyLookup lookup = context_.keys.find(*device, key);
  if (lookup == KeyLookup::Unavailable) {
    ++context_.counters.dropped_no_key;
    return Verdict::Dropped;
  }
  const bool known = lookup == KeyLookup::Found && key.psk.size() >= kPskSizeMin;
  const bool proven = handshake.prove(known ? key.psk.view() : stand_in.view());
  // USMP3 §2: every other test of one device (revoked, other wire) comes after the proof, and what
  // fails before it looks alike.
  if (!proven || !known || key.revoked || key.wire != kWire) return reject(handshake);
  return admit(handshake, hello_number, *device, key.generation, origin, now, session);
}

Admission::Verdict Admission::admit(GatewayHandshake& handshake, std::uint64_t hello_number,
                                    const DeviceId& device, std::int64_t key_generation,
                                    const Origin& origin, Instant now, SessionRecord** session) {
  SessionRecord& record = sessions_.table().add(device, handshake.cid());
  record.key_generation = key_generation;
  record.medium = origin.medium;
  record.line_name = origin.line_name;
  record.connection = origin.connection;
  record.peer = origin.from;
  std::uint8_t answer[kGatewayHandshakeSizeMax];
  const Result<std::size_t> accepted =
      handshake.accept(record.session, origin.from, MutableBytes(answer), now);
  if (!accepted.ok()) {
    context_.count_drop(accepted.error);
    sessions_.discard(record, handshake.cid());
    return Verdict::Dropped;
  }
  if (!sessions_.adopt(record, hello_number, now)) {
    ++context_.counters.dropped_stale;
    sessions_.discard(record, handshake.cid());
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
