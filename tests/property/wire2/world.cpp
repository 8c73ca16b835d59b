// See world.hpp.
#include "world.hpp"

#include <algorithm>
#include <cstdlib>

namespace usmp::wire2::test {

namespace {

constexpr std::uint32_t kEndOfTime = 600000;
constexpr double kActs = 0.05;

Bytes view(const Octets& octets) { return {octets.data(), octets.size()}; }

bool is_beginning(const std::vector<Octets>& received, std::size_t sent_count,
                  const auto& sent_at) {
  if (received.size() > sent_count) return false;
  for (std::size_t index = 0; index < received.size(); ++index) {
    if (received[index] != sent_at(index)) return false;
  }
  return true;
}

}  // namespace

World::World(const WorldPlan& plan) : plan_(plan), random_(plan.seed), now_(1) {
  device_config_.device_id = view(id_);
  device_config_.psk = view(psk_);
  device_config_.random = {&World::fill, this};
  device_config_.medium = plan.medium;
  device_config_.suite = crypto::Suite::Aes256Gcm;
  device_config_.keepalive = 3000;
  gateway_config_.random = {&World::fill, this};
  gateway_config_.medium = plan.medium;
  gateway_config_.suite = crypto::Suite::Aes256Gcm;
  if (device_.init(device_config_, device_storage_.receive_buffer()) != Error::None ||
      device_.connect(now_) != Error::None) {
    std::abort();
  }
  gateway_.lend_receive_buffer(gateway_storage_.receive_buffer());
}

bool World::fill(void* context, std::uint8_t* out, std::size_t size) {
  auto& self = *static_cast<World*>(context);
  std::generate_n(out, size, [&self] { return static_cast<std::uint8_t>(self.random_()); });
  return true;
}

bool World::chance(double probability) { return std::bernoulli_distribution(probability)(random_); }

std::uint32_t World::below(std::uint32_t limit) {
  return static_cast<std::uint32_t>(random_()) % limit;
}

void World::put(Way& way, Bytes packet) {
  const std::uint32_t arrival = now_.ms + 1 + below(plan_.faults.delay_max);
  if (stream()) {  // nothing is lost or overtaken; pieces come when they come
    way.last_arrival = std::max(way.last_arrival, arrival);
    for (std::size_t at = 0; at < packet.size;) {
      const std::size_t size = std::min<std::size_t>(1 + below(400), packet.size - at);
      way.under_way.emplace(way.last_arrival, Octets(packet.data + at, packet.data + at + size));
      at += size;
    }
    return;
  }
  const Octets datagram(packet.data, packet.data + packet.size);
  if (!chance(plan_.faults.lost)) way.under_way.emplace(arrival, datagram);
  if (chance(plan_.faults.doubled)) {
    way.under_way.emplace(arrival + below(4 * plan_.faults.delay_max), datagram);
  }
}

template <typename Give>
void World::arrive(Way& way, const Give& give) {
  while (!way.under_way.empty() && way.under_way.begin()->first <= now_.ms) {
    const Octets packet = way.under_way.begin()->second;
    way.under_way.erase(way.under_way.begin());
    if (!stream()) {
      give(packet);
      continue;
    }
    way.stream.insert(way.stream.end(), packet.begin(), packet.end());
    for (;;) {
      MutableBytes input(way.stream.data(), way.stream.size());
      const auto frame = take_stream_frame(input);
      if (!frame.ok()) std::abort();
      if (frame.value.empty()) break;
      const Octets whole(frame.value.data, frame.value.data + frame.value.size);
      way.stream.erase(way.stream.begin(),
                       way.stream.begin() + static_cast<std::ptrdiff_t>(whole.size()));
      give(whole);
    }
  }
}

void World::note(const Event& event) {
  const bool over = event.kind == EventKind::Lost || event.kind == EventKind::Closed ||
                    event.kind == EventKind::AttemptFailed;
  if (over) lost_ = true;
}

void World::give_device(Octets packet) {
  const auto event = device_.receive({packet.data(), packet.size()}, now_);
  if (event.ok()) note(event.value);
  take(device_, device_traffic_);
}

void World::hello(const Octets& packet) {
  Hello hello;
  if (parse_hello(view(packet), &hello) != Error::None) std::abort();
  if (handshake_ && handshake_->same_hello(hello)) {
    (void)handshake_->receive(view(packet), now_);
    return;
  }
  std::uint8_t out[kChallengeSize];
  const std::uint64_t period = now_.ms / 1000 / kCookiePeriodSeconds;
  if (!stream() && !cookie_valid(hello, cookie_secret_, view(address_), period)) {
    std::uint8_t cookie[kCookieSize];
    make_cookie(cookie, cookie_secret_, view(address_), period);
    put(to_device_, Bytes(out, write_hello_utack(MutableBytes(out), hello).value));
    put(to_device_, Bytes(out, write_retry(MutableBytes(out), cookie).value));
    return;
  }
  handshake_.emplace();
  if (handshake_->begin(gateway_config_, hello, now_) != Error::None) std::abort();
}

void World::give_gateway(Octets packet) {
  if (classify_packet(view(packet)) == PacketKind::Hello) return hello(packet);
  if (gateway_.state() == State::Idle) {
    if (!handshake_) return;
    const auto claim = handshake_->receive(view(packet), now_);
    if (!claim.ok() || claim.value != GatewayHandshake::Claim::Claimed) return;
    const bool in =
        handshake_->prove(view(psk_)) && handshake_->accept(gateway_, now_) == Error::None;
    if (!in) std::abort();
    return;
  }
  const auto event = gateway_.receive({packet.data(), packet.size()}, now_);
  if (event.ok()) note(event.value);
  take(gateway_, gateway_traffic_);
}

template <typename Session>
void World::take(Session& session, Traffic& traffic) {
  Message message;
  if (!session.message(&message)) return;
  traffic.received.emplace_back(message.content.data, message.content.data + message.content.size);
  session.release_message(now_);
}

template <typename Session>
void World::act(Session& session, Traffic& traffic) {
  if (!session.established() || !chance(kActs)) return;
  if (chance(plan_.rekey) && session.rekey(now_) != Error::None) std::abort();
  if (chance(0.05) && session.ping(now_) != Error::None) std::abort();
  if (traffic.sent.size() >= static_cast<std::size_t>(plan_.messages)) return;
  Posted& posted = traffic.sent.emplace_back();
  posted.content.resize(chance(0.3) ? below(kMessageSizeMax + 1) : below(40));
  std::generate(posted.content.begin(), posted.content.end(),
                [this] { return static_cast<std::uint8_t>(random_()); });
  posted.node.content = view(posted.content);
  if (session.send(posted.node, now_) != Error::None) std::abort();
}

template <typename Source>
void World::flush(Source& source, Way& way) {
  std::uint8_t out[kFrameSizeMax];
  for (;;) {
    const auto size = source.poll_transmit(MutableBytes(out), now_);
    if (!size.ok()) std::abort();
    if (size.value == 0) return;
    put(way, Bytes(out, size.value));
  }
}

void World::flush_all() {
  flush(device_, to_gateway_);
  if (handshake_ && !handshake_->over()) flush(*handshake_, to_device_);
  flush(gateway_, to_device_);
  while (device_.take_finished() != nullptr) {
  }
  while (gateway_.take_finished() != nullptr) {
  }
}

void World::deadlines() {
  if (now_.reached(device_.next_deadline(now_))) note(device_.on_deadline(now_));
  if (now_.reached(gateway_.next_deadline(now_))) note(gateway_.on_deadline(now_));
  if (handshake_ && now_.reached(handshake_->next_deadline(now_))) {
    (void)handshake_->on_deadline(now_);
  }
}

void World::run() {
  while (!lost_ && !complete() && now_.ms < kEndOfTime) {
    flush_all();
    now_ = now_ + 1;
    arrive(to_device_, [this](const Octets& packet) { give_device(packet); });
    arrive(to_gateway_, [this](const Octets& packet) { give_gateway(packet); });
    act(device_, device_traffic_);
    act(gateway_, gateway_traffic_);
    deadlines();
  }
}

bool World::complete() const {
  const auto all = static_cast<std::size_t>(plan_.messages);
  return device_traffic_.received.size() == all && gateway_traffic_.received.size() == all;
}

bool World::in_order() const {
  const auto of_device = [this](std::size_t index) { return device_traffic_.sent[index].content; };
  const auto of_gateway = [this](std::size_t index) {
    return gateway_traffic_.sent[index].content;
  };
  return is_beginning(gateway_traffic_.received, device_traffic_.sent.size(), of_device) &&
         is_beginning(device_traffic_.received, gateway_traffic_.sent.size(), of_gateway);
}

}  // namespace usmp::wire2::test
