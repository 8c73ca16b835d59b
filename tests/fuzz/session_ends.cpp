// See session_world.hpp: what the owner of a device's session does, and a small gateway that keeps
// one handshake and one session.
#include <cstring>

#include "session_world.hpp"
#include "trace.hpp"
#include "wire3/packet.hpp"

namespace usmp::fuzz {

namespace {

const std::uint8_t kCookieSecret[32] = {0x5E, 0xC2, 0xE7};
constexpr Duration kCookiePeriod = kCookiePeriodSeconds * 1000;

bool is_challenge_or_later(State state) {
  return state == State::AwaitingSessionOk || state == State::Established;
}

}  // namespace

void SessionWorld::connect_device_again() {
  if (is_stream_medium()) {
    up_.in_flight.clear();
    down_.in_flight.clear();
    if (session_ != nullptr) session_->connection_lost(pair_.now);
  }
  USMP_FUZZ_EXPECT(pair_.device.connect(pair_.now) == Error::None, "connect");
}

void SessionWorld::device_event(Event event) {
  if (event.kind != EventKind::None) trace("device event", static_cast<unsigned>(event.kind));
  switch (event.kind) {
    case EventKind::Closed:
    case EventKind::Lost:
    case EventKind::AttemptFailed:
      // What the application has not taken yet is not lost.
      if (is_stream_medium()) break_connection();
      return;
    case EventKind::ConnectDue:
      connect_device_again();
      return;
    default:
      return;
  }
}

void SessionWorld::to_device(const Octets& packet) {
  DeviceSession& device = pair_.device;
  const State before = device.state();
  const std::uint32_t received = device.counters().received;
  const std::uint32_t dropped = device.counters().dropped;
  kept_down_ = packet;
  const auto event = device.receive(writable(kept_down_), pair_.now);
  if (!event.ok() && event.error == Error::MessageWaiting) {
    // On a stream it stays with the medium; elsewhere it is repeated.
    if (is_stream_medium()) down_.in_flight.push_front(packet);
    return;
  }
  if (device.counters().received != received) {
    USMP_FUZZ_EXPECT(genuine(Way::Down, packet), "only what the gateway sent is accepted");
    note_accepted(Way::Down, packet);
  }
  if (!event.ok()) {
    USMP_FUZZ_EXPECT(device.state() == before, "what is dropped changes no state");
    USMP_FUZZ_EXPECT(device.counters().dropped - dropped <= 1, "and is counted once");
  }
  if (device.state() == State::AwaitingSessionOk && before != device.state()) {
    to_gateway_.sender_began();
  }
  if (device.established() && before != State::Established) {
    USMP_FUZZ_EXPECT(genuine(Way::Down, packet), "no session without the gateway");
    USMP_FUZZ_EXPECT(event.ok() && event.value.kind == EventKind::Established, "and it is told");
  }
  if (!is_stream_medium() && before == State::Established && !genuine(Way::Down, packet)) {
    USMP_FUZZ_EXPECT(device.established(), "nobody else ends a session");
  }
  Message datagram;
  while (device.next_datagram(&datagram)) {
    USMP_FUZZ_EXPECT(datagram.channel == 0xDA, "a datagram that was sent");
  }
  if (event.ok()) device_event(event.value);
}

void SessionWorld::drain_device() {
  Message message;
  while (pair_.device.message(&message)) {
    to_device_.delivered(message);
    const Event event = pair_.device.release_message(pair_.now);
    if (event.kind == EventKind::Closed) device_event(event);
  }
}

void SessionWorld::poll_device() {
  for (;;) {
    const std::uint32_t epoch_before =
        pair_.device.state() == State::AwaitingByeSent ? pair_.device.epoch() : 0;
    const Octets packet = pair_.device_packet();
    if (packet.empty()) break;
    if (wire3::is_data(packet[0])) {
      const bool stands = is_challenge_or_later(pair_.device.state());
      number_used_once(pair_.device, stands ? pair_.device.epoch() : epoch_before, Way::Up, packet);
    }
    launch(Way::Up, packet);
  }
  to_gateway_.settle(pair_.device);
}

void SessionWorld::wake_device(std::uint32_t slept_s) {
  const Error error = pair_.device.wake(writable(saved_), slept_s, pair_.now);
  if (error == Error::None) {
    // What the gateway holds is asked for.
    USMP_FUZZ_EXPECT(pair_.device.ping(pair_.now) == Error::None, "awake");
    return;
  }
  USMP_FUZZ_EXPECT(error == Error::StateUsed, "too old");
  connect_device_again();
}

void SessionWorld::to_gateway(const Octets& packet) {
  Bytes cid;
  switch (classify_packet(view(packet), cid_g_.size(), &cid)) {
    case PacketKind::Hello:
      hello_arrived(packet);
      return;
    case PacketKind::HelloAck:
      hello_ack_arrived(packet);
      return;
    case PacketKind::Data:
      data_arrived(packet);
      return;
    case PacketKind::Other:
      if (is_stream_medium()) break_connection();
      return;
  }
}

void SessionWorld::launch_answer(const Octets& packet) { launch(Way::Down, packet); }

void SessionWorld::hello_arrived(const Octets& packet) {
  Hello hello;
  if (parse_hello(view(packet), &hello) != Error::None) return;
  Octets out(kGatewayHandshakeSizeMax);
  const MutableBytes buffer = writable(out);
  Result<std::size_t> size = Error::None;
  const std::uint64_t period = pair_.now.ms / kCookiePeriod;
  if (full_) {
    size = write_reject(buffer, hello, RejectReason::Busy);
  } else if (cookies_ && !cookie_valid(hello, kCookieSecret, pair_.address.view(), period)) {
    std::uint8_t cookie[kCookieSize];
    make_cookie(cookie, kCookieSecret, pair_.address.view(), hello.public_key, period);
    size = write_retry(buffer, hello, cookie);
  } else {
    if (handshake_ == nullptr || !handshake_->same_hello(hello)) {
      handshake_ = std::make_unique<GatewayHandshake>();
      for (std::uint8_t& byte : cid_g_) ++byte;  // a cid of its own for each session
      const auto offer = handshake_->begin(pair_.gateway_config, hello, view(cid_g_), pair_.now);
      USMP_FUZZ_EXPECT(offer.ok(), "nothing that a HELLO says makes begin() fail");
      if (offer.value != GatewayHandshake::Offer::Challenge) {
        handshake_ = nullptr;
        return;
      }
    }
    size = handshake_->write_challenge(buffer);
  }
  USMP_FUZZ_EXPECT(size.ok(), "an answer fits");
  out.resize(size.value);
  launch_answer(out);
}

void SessionWorld::hello_ack_arrived(const Octets& packet) {
  if (handshake_ == nullptr) return;
  const auto claim = handshake_->open(view(packet));
  if (!claim.ok()) return;
  if (claim.value == GatewayHandshake::Claim::Repeat) {
    launch_answer(octets_of(handshake_->answer()));
    return;
  }
  if (handshake_->prove(view(pair_.psk))) {
    USMP_FUZZ_EXPECT(genuine(Way::Up, packet), "no session without the device");
    accept();
    return;
  }
  Octets out(kGatewayHandshakeSizeMax);
  const auto size = handshake_->reject(writable(out));
  USMP_FUZZ_EXPECT(size.ok(), "REJECT 1");
  out.resize(size.value);
  launch_answer(out);
}

// A finished handshake replaces the device's older session, which gets BYE 3.
void SessionWorld::accept() {
  auto fresh = std::make_unique<GatewaySession>();
  Octets out(kGatewayHandshakeSizeMax);
  const auto size = handshake_->accept(*fresh, pair_.address, writable(out), pair_.now);
  USMP_FUZZ_EXPECT(size.ok(), "SESSION_OK");
  out.resize(size.value);
  if (session_ != nullptr) {
    drain_gateway();
    session_->close(ByeReason::Replaced, pair_.now);
    if (!is_stream_medium()) poll_gateway();
    session_->connection_lost(pair_.now);
    drain_gateway();
    (void)session_->take_receive_buffer();
  }
  fresh->lend_send_buffer(pair_.gateway_send_buffer());
  if (session_ != nullptr) to_device_.move_on(*session_, *fresh, pair_.now);
  owned_ = std::move(fresh);
  session_ = owned_.get();
  to_gateway_.receiver_began();
  to_device_.sender_began();
  to_device_.receiver_began();
  launch_answer(out);
}

void SessionWorld::lend_buffers() {
  if (!session_->has_receive_buffer()) {
    session_->lend_receive_buffer(pair_.gateway_receive_buffer());
  }
  if (!session_->has_send_buffer()) session_->lend_send_buffer(pair_.gateway_send_buffer());
}

// On a gateway an idle session has no buffers.
void SessionWorld::take_idle_buffers() {
  if (session_ == nullptr) return;
  if (session_->has_receive_buffer() && session_->receive_buffer_idle()) {
    (void)session_->take_receive_buffer();
  }
  if (session_->has_send_buffer() && session_->send_buffer_idle()) {
    to_device_.settle(*session_);
    (void)session_->take_send_buffer();
  }
}

void SessionWorld::data_arrived(const Octets& packet) {
  if (session_ == nullptr || !session_->established()) {
    Octets reset(1 + cid_g_.size());
    (void)write_reset(writable(reset), view(packet).from(1).first(cid_g_.size()));
    if (!is_stream_medium()) launch_answer(reset);
    return;
  }
  GatewaySession& session = *session_;
  lend_buffers();
  const std::uint32_t received = session.counters().received;
  kept_up_ = packet;
  const auto event = session.receive(writable(kept_up_), pair_.address, pair_.budget, pair_.now);
  if (!event.ok() && event.error == Error::MessageWaiting) {
    up_.in_flight.push_front(packet);
    return;
  }
  const bool accepted = session.counters().received != received;
  if (accepted) {
    USMP_FUZZ_EXPECT(genuine(Way::Up, packet), "only what the device sent is accepted");
    note_accepted(Way::Up, packet);
  } else if (!is_stream_medium()) {
    USMP_FUZZ_EXPECT(!event.ok() && session.established(), "what is dropped changes nothing");
  }
  Message datagram;
  while (session.next_datagram(&datagram)) {
    USMP_FUZZ_EXPECT(datagram.channel == 0xDA, "a datagram that was sent");
  }
  if (event.ok()) gateway_event(event.value);
}

void SessionWorld::gateway_event(Event event) {
  if (event.kind != EventKind::None) trace("gateway event", static_cast<unsigned>(event.kind));
  if (event.kind != EventKind::Closed) return;
  drain_gateway();
  if (is_stream_medium()) break_connection();
}

void SessionWorld::drain_gateway() {
  Message message;
  while (session_ != nullptr && session_->message(&message)) {
    to_gateway_.delivered(message);
    const Event event = session_->release_message(pair_.now);
    if (event.kind == EventKind::Closed) gateway_event(event);
  }
}

void SessionWorld::poll_gateway() {
  lend_buffers();
  for (;;) {
    const State before = session_->state();
    const bool stood = before == State::Established || before == State::AwaitingByeSent;
    const std::uint32_t epoch = stood ? session_->epoch() : 0;
    Octets packet(1500);
    const auto size = session_->poll_transmit(writable(packet), &pair_.sent_to, pair_.now);
    USMP_FUZZ_EXPECT(size.ok(), "poll_transmit with room enough");
    if (size.value == 0) break;
    packet.resize(size.value);
    USMP_FUZZ_EXPECT(packet.size() <= pair_.shape.device.max_packet, "the peer's max_packet");
    number_used_once(*session_, epoch, Way::Down, packet);
    launch(Way::Down, packet);
  }
  to_device_.settle(*session_);
}

// As after a restart that lost all sessions; messages are the application's, and go again.
void SessionWorld::forget_gateway_session() {
  if (session_ == nullptr) return;
  drain_gateway();
  if (is_stream_medium()) {
    break_connection();
  } else {
    session_->connection_lost(pair_.now);
  }
  handshake_ = nullptr;
}

}  // namespace usmp::fuzz
