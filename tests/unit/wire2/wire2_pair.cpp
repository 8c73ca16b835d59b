// See wire2_pair.hpp.
#include "wire2_pair.hpp"

#include <cstdlib>

#include "wire2/key_schedule.hpp"

namespace usmp::wire2::test {

namespace {

constexpr int kPacketsMax = 1000;

template <typename Source>
Octets polled(Source& source, Instant now) {
  Octets out(kFrameSizeMax);
  const auto size = source.poll_transmit({out.data(), out.size()}, now);
  out.resize(size.ok() ? size.value : 0);
  return out;
}

}  // namespace

Octets content(std::size_t size, std::uint8_t mark) {
  Octets bytes(size);
  for (std::size_t index = 0; index < size; ++index) {
    bytes[index] = static_cast<std::uint8_t>(mark + index * 7 + index / 256);
  }
  return bytes;
}

Octets joined(const Octets& one, const Octets& other) {
  Octets all;
  for (const Octets* part : {&one, &other}) {
    for (const std::uint8_t byte : *part) all.push_back(byte);
  }
  return all;
}

Octets plain_frame(std::uint8_t type, const Octets& payload) {
  Octets frame = joined(Octets(kHeaderSize), payload);
  write_header({frame.data(), frame.size()}, type, 0);
  write_crc({frame.data(), frame.size()});
  return frame;
}

bool is_utack(const Octets& packet) { return !packet.empty() && packet[0] == kUtackMagic; }

std::uint8_t type_of(const Octets& packet) {
  if (packet.size() < kUtackSize) return 0;
  return packet[is_utack(packet) ? 2 : 3];
}

std::uint32_t seq_of(const Octets& packet) {
  const std::size_t at = is_utack(packet) ? 3 : 4;
  std::uint32_t seq = 0;
  for (std::size_t index = 4; index > 0; --index) seq = (seq << 8) | packet.at(at + index - 1);
  return seq;
}

bool CountingRandom::fill(void* context, std::uint8_t* out, std::size_t size) {
  auto& self = *static_cast<CountingRandom*>(context);
  for (std::size_t index = 0; index < size; ++index) {
    self.state_ = self.state_ * 1664525u + 1013904223u;
    out[index] = static_cast<std::uint8_t>(self.state_ >> 24);
  }
  return !self.empty;
}

Octets WildDevice::frame(std::uint8_t type, const Octets& plaintext, Instant now) {
  Outgoing node{};
  node.content = view(plaintext);
  const OutgoingRow before = row_;
  row_ = OutgoingRow();
  row_.enqueue(node);
  Octets out(kFrameSizeMax);
  Result<std::size_t> size = start_frame(type, now);
  if (size.error == Error::None) {
    flight_size_ = static_cast<std::uint16_t>(plaintext.size());
    size = wire2::seal_frame({out.data(), out.size()}, suite_, secrets_.established.keys.send,
                             session_id_, type, flight_seq_, view(plaintext));
  }
  end_flight();
  row_ = before;
  out.resize(size.ok() ? size.value : 0);
  return out;
}

Octets WildDevice::send_key_after_rekey() const {
  KeyPair keys = secrets_.established.keys;
  derive_rekey(keys.send, keys.receive, Bytes(secrets_.established.kept), session_id_);
  return octets_of(Bytes(keys.send));
}

Error Side::send(Octets message, Instant now) {
  posted_.emplace_back();
  Posted& posted = posted_.back();
  posted.content = std::move(message);
  posted.node.content = view(posted.content);
  const Error error = session().send(posted.node, now);
  if (error != Error::None) posted_.pop_back();
  return error;
}

bool Side::take(Octets* message, Instant now) {
  Message waiting;
  if (!session().message(&waiting)) return false;
  *message = octets_of(waiting.content);
  session().release_message(now);
  return true;
}

std::size_t Side::finished() {
  std::size_t count = 0;
  while (Outgoing* node = session().take_finished()) {
    count += node->delivery == Delivery::Acknowledged;
  }
  return count;
}

Result<Event> DeviceSide::give(Octets packet, Instant now) {
  return device_.receive({packet.data(), packet.size()}, now);
}
Octets DeviceSide::poll(Instant now) { return polled(device_, now); }
Result<Event> GatewaySide::give(Octets packet, Instant now) {
  return gateway_.receive({packet.data(), packet.size()}, now);
}
Octets GatewaySide::poll(Instant now) { return polled(gateway_, now); }

Pair::Pair(const PairOptions& options)
    : device_room_(options.device_room), gateway_room_(kMessageSizeMax) {
  device_config.device_id = view(id);
  device_config.psk = view(psk);
  device_config.random = device_random.random();
  device_config.medium = options.medium;
  device_config.suite = options.suite;
  device_config.keepalive = options.keepalive;
  gateway_config.random = gateway_random.random();
  gateway_config.medium = options.medium;
  gateway_config.suite = options.suite;
  gateway_config.timeout = options.timeout;
  const MutableBytes room(device_room_.data(), device_room_.size());
  if (device.init(device_config, room) != Error::None) std::abort();
  gateway.lend_receive_buffer({gateway_room_.data(), gateway_room_.size()});
}

Octets Pair::device_packet() { return polled(device, now); }
Octets Pair::handshake_packet() { return polled(handshake, now); }
Result<Event> Pair::to_device(const Octets& packet) { return device_side.give(packet, now); }
Result<GatewayHandshake::Claim> Pair::to_handshake(const Octets& packet) {
  return handshake.receive(view(packet), now);
}

Error Pair::begin(const Octets& hello) {
  Hello parsed;
  const Error error = parse_hello(view(hello), &parsed);
  return error == Error::None ? handshake.begin(gateway_config, parsed, now) : error;
}

Octets Pair::challenge() {
  if (device.connect(now) != Error::None || begin(device_packet()) != Error::None) return {};
  Octets packet = handshake_packet();
  if (is_utack(packet)) packet = handshake_packet();
  return packet;
}

bool Pair::accept() {
  return handshake.prove(view(psk)) && handshake.accept(gateway, now) == Error::None;
}

bool Pair::establish() {
  if (!to_device(challenge()).ok()) return false;
  for (Octets packet = device_packet(); !packet.empty(); packet = device_packet()) {
    (void)to_handshake(packet);
  }
  if (!accept()) return false;
  settle();
  return device.established() && gateway.established();
}

void Pair::pump(Side& from, Side& to) {
  for (int count = 0; count < kPacketsMax; ++count) {
    const Octets packet = from.poll(now);
    if (packet.empty()) return;
    (void)to.give(packet, now);
    Octets message;
    if (to.take(&message, now)) received_by(to).push_back(message);
  }
}

void Pair::settle() {
  for (int round = 0; round < kPacketsMax; ++round) {
    const auto before = device.counters().sent + gateway.counters().sent;
    pump(device_side, gateway_side);
    pump(gateway_side, device_side);
    pump(device_side, gateway_side);
    if (before == device.counters().sent + gateway.counters().sent) return;
  }
}

void Pair::pass(Duration span) {
  const Instant end = now + span;
  while (now.before(end)) {
    now = now + 1;
    if (now.reached(device.next_deadline(now))) (void)device.on_deadline(now);
    if (now.reached(gateway.next_deadline(now))) (void)gateway.on_deadline(now);
  }
}

}  // namespace usmp::wire2::test
