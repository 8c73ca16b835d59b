// See session_pair.hpp.
#include "session_pair.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <type_traits>

namespace usmp::test {

Octets text(const std::string& characters) { return {characters.begin(), characters.end()}; }

Address address_of(const std::string& name) {
  Address address{};
  address.size = static_cast<std::uint8_t>(name.size());
  std::memcpy(address.bytes, name.data(), name.size());
  return address;
}

bool CountingRandom::fill(void* context, std::uint8_t* out, std::size_t size) {
  auto& self = *static_cast<CountingRandom*>(context);
  if (self.empty) return false;
  for (std::size_t index = 0; index < size; ++index) {
    self.state_ = self.state_ * 1664525u + 1013904223u;
    out[index] = static_cast<std::uint8_t>(self.state_ >> 24);
  }
  return true;
}

Posted::Posted(Octets bytes, std::uint8_t channel) : content(std::move(bytes)) {
  node.content = view(content);
  node.channel = channel;
}

template <typename Device>
BasicSessionPair<Device>::Memory::Memory(const ReceiveLimits& limits)
    : room(limits.max_message),
      places(std::size_t{limits.window} * limits.max_packet),
      states(limits.window),
      chunks(64) {}

template <typename Device>
BasicSessionPair<Device>::BasicSessionPair(const PairOptions& wanted)
    : options(wanted),
      now(wanted.start),
      psk(32, 0x55),
      gateway_psk(psk),
      device_id(text("greenhouse-7")),
      address(address_of("here")),
      gateway_memory_(std::make_unique<Memory>(wanted.gateway)) {
  device_config = {view(device_id),   view(psk),      device_random.random(),  options.device,
                   options.medium,    options.suites, options.device_cid_size, options.early_data,
                   options.keepalive, Bytes()};
  gateway_config = {gateway_random.random(), options.gateway, options.medium,
                    options.suites,          options.idle_s,  Bytes()};
  restart_device();
}

template <typename Device>
void BasicSessionPair<Device>::restart_device() {
  device = std::make_unique<Device>();
  device_memory_ = std::make_unique<Memory>(options.device);
  Error error = Error::None;
  if constexpr (std::is_same_v<Device, CompactDevice>) {
    error = device->init(device_config, device_memory_->room.data(), options.packet_room);
  } else {
    error = device->init(device_config, device_memory_->send(), device_memory_->receive());
  }
  EXPECT_EQ(error, Error::None);
}

template <typename Device>
Octets BasicSessionPair<Device>::device_packet() {
  Octets out(2048);
  const auto size = device->poll_transmit({out.data(), out.size()}, now);
  EXPECT_TRUE(size.ok());
  out.resize(size.value);
  return out;
}

template <typename Device>
Octets BasicSessionPair<Device>::gateway_packet() {
  Octets out(2048);
  const auto size = gateway->poll_transmit({out.data(), out.size()}, &sent_to, now);
  EXPECT_TRUE(size.ok());
  out.resize(size.value);
  return out;
}

template <typename Device>
Octets BasicSessionPair<Device>::challenge_for(const Octets& packet) {
  Hello hello;
  if (parse_hello(view(packet), &hello) != Error::None) return {};
  Octets cid = options.gateway_cid;
  if (cid.empty() && options.medium == Medium::Udp) cid = {7, 1, 2, 3, 4, 5, 6, 7};
  handshake = std::make_unique<GatewayHandshake>();
  const auto offer = handshake->begin(gateway_config, hello, view(cid), now);
  if (!offer.ok() || offer.value != GatewayHandshake::Offer::Challenge) return {};
  Octets out(kGatewayHandshakeSizeMax);
  const auto size = handshake->write_challenge({out.data(), out.size()});
  out.resize(size.ok() ? size.value : 0);
  return out;
}

template <typename Device>
Octets BasicSessionPair<Device>::answer_for(const Octets& hello_ack) {
  Octets out(kGatewayHandshakeSizeMax);
  const MutableBytes buffer(out.data(), out.size());
  const auto claim = handshake->open(view(hello_ack));
  if (!claim.ok()) return {};
  if (claim.value == GatewayHandshake::Claim::Repeat) return octets_of(handshake->answer());
  Result<std::size_t> size = Error::None;
  if (handshake->prove(view(gateway_psk))) {
    gateway = std::make_unique<GatewaySession>();
    size = handshake->accept(*gateway, address, buffer, now);
    gateway->lend_send_buffer(gateway_memory_->send());
    gateway->lend_receive_buffer(gateway_memory_->receive());
  } else {
    size = handshake->reject(buffer);
  }
  out.resize(size.ok() ? size.value : 0);
  return out;
}

template <typename Device>
Result<Event> BasicSessionPair<Device>::to_device(Octets packet) {
  device_in_ = std::move(packet);  // frames behind a waiting message are read there later
  const auto event = device->receive({device_in_.data(), device_in_.size()}, now);
  if (event.ok() && event.value.kind != EventKind::None) device_events.push_back(event.value);
  return event;
}

template <typename Device>
Result<Event> BasicSessionPair<Device>::to_gateway(Octets packet) {
  return to_gateway_from(std::move(packet), address);
}

template <typename Device>
Result<Event> BasicSessionPair<Device>::to_gateway_from(Octets packet, const Address& from) {
  gateway_in_ = std::move(packet);
  const auto event = gateway->receive({gateway_in_.data(), gateway_in_.size()}, from, budget, now);
  if (event.ok() && event.value.kind != EventKind::None) gateway_events.push_back(event.value);
  return event;
}

template <typename Device>
void BasicSessionPair<Device>::establish() {
  ASSERT_EQ(device->connect(now), Error::None);
  const Octets challenge = challenge_for(device_packet());
  ASSERT_TRUE(to_device(challenge).ok());
  const auto done = to_device(answer_for(device_packet()));
  ASSERT_TRUE(done.ok());
  ASSERT_EQ(done.value.kind, EventKind::Established);
}

template <typename Device>
void BasicSessionPair<Device>::take_messages() {
  Message message;
  while (device->message(&message)) {
    device_got.push_back(octets_of(message.content));
    device->release_message(now);
  }
  while (gateway && gateway->message(&message)) {
    gateway_got.push_back(octets_of(message.content));
    gateway_got_channels.push_back(message.channel);
    gateway->release_message(now);
  }
}

template <typename Device>
void BasicSessionPair<Device>::settle() {
  for (int round = 0; round < 100000; ++round) {
    const Octets up = device_packet();
    if (!up.empty()) to_gateway(up);
    take_messages();
    const Octets down = gateway_packet();
    if (!down.empty()) to_device(down);
    take_messages();
    if (up.empty() && down.empty()) return;
  }
  FAIL() << "the two never come to rest";
}

template <typename Device>
void BasicSessionPair<Device>::settle_in_time() {
  settle();
  for (int step = 0; step < 10000; ++step) {
    if (device->send_idle() && gateway->send_idle()) return;
    pass_to_next_deadline();
    settle();
  }
  FAIL() << "a message never arrives";
}

template <typename Device>
void BasicSessionPair<Device>::pass_to_next_deadline() {
  Instant next = device->next_deadline(now);
  if (gateway && gateway->established() && gateway->next_deadline(now).before(next)) {
    next = gateway->next_deadline(now);
  }
  if (now.before(next)) now = next;
  const Event device_event = device->on_deadline(now);
  if (device_event.kind != EventKind::None) device_events.push_back(device_event);
  if (!gateway) return;
  const Event gateway_event = gateway->on_deadline(now);
  if (gateway_event.kind != EventKind::None) gateway_events.push_back(gateway_event);
}

template <typename Device>
Posted& BasicSessionPair<Device>::device_sends(Octets content, std::uint8_t channel) {
  posted.emplace_back(std::move(content), channel);
  EXPECT_EQ(device->send(posted.back().node, now), Error::None);
  return posted.back();
}

template <typename Device>
Posted& BasicSessionPair<Device>::gateway_sends(Octets content, std::uint8_t channel) {
  posted.emplace_back(std::move(content), channel);
  EXPECT_EQ(gateway->send(posted.back().node, now), Error::None);
  return posted.back();
}

template class BasicSessionPair<DeviceSession>;
template class BasicSessionPair<CompactDevice>;

}  // namespace usmp::test
