// See engine_gateway.hpp.
#include "engine_gateway.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine_thread.hpp"
#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr std::size_t kHandshakesHard = 64;
constexpr std::size_t kHandshakesKept = 128;
constexpr double kReplyShare = 0.1;  // of messages that the application answers at once
constexpr std::size_t kReplySize = 20;
constexpr std::size_t kRepliesWaitingMax = 200;  // far below the engine's limit of a device
constexpr double kRekeyShare = 0.1;              // of the messages to a wire 2 device
constexpr Time kWakeDelayMax = 2;                // until another thread looks at its mail

std::uint64_t token_of(unsigned device, std::uint32_t number) {
  return (std::uint64_t{device} << 32) | number;
}

Fate fate_of(gateway::Outcome outcome) {
  switch (outcome) {
    case gateway::Outcome::Delivered:
      return Fate::Acknowledged;
    case gateway::Outcome::TooLarge:
    case gateway::Outcome::NoChannel:
      return Fate::Refused;
    case gateway::Outcome::Full:
    case gateway::Outcome::Returned:
      return Fate::Returned;
  }
  return Fate::Unknown;
}

}  // namespace

EngineGateway::EngineGateway(Surroundings surroundings, const GatewayPlan& plan,
                             const std::vector<Identity>& identities, Rng rng)
    : surroundings_(surroundings),
      plan_(plan),
      identities_(identities),
      rng_(rng),
      clock_(plan.clock_start) {
  for (const Identity& identity : identities) {
    const auto id = gateway::DeviceId::from_bytes(Bytes(identity.id.data(), identity.id.size()));
    indexes_.emplace(*id, static_cast<unsigned>(peers_.size()));
    peers_.push_back(Peer{*id, {}, {}});
  }
}

EngineGateway::~EngineGateway() = default;

gateway::EngineConfig EngineGateway::engine_config() {
  gateway::EngineConfig config;
  config.random = rng_.source();
  rng_.fill(config.cookie_secret, sizeof config.cookie_secret);
  config.suites = plan_.suites;
  config.idle_s = plan_.idle_s;
  config.udp_limits = plan_.limits;
  config.stream_limits = plan_.limits;
  config.send_window = plan_.send_window;
  config.wire2_suite = plan_.wire2_suite;
  config.sessions_max = 1'000;
  config.handshakes_soft = plan_.cookies_always ? 1 : kHandshakesHard / 2;
  config.handshakes_soft_address = plan_.cookies_always ? 1 : 8;
  config.handshakes_hard = kHandshakesHard;
  config.handshakes_hard_address = kHandshakesHard;
  config.handshakes_kept = kHandshakesKept;
  return config;
}

void EngineGateway::start() {
  if (is_up()) return;
  ++life_;
  gateway::DirectoryConfig config;
  config.threads = plan_.threads;
  config.wake = [this, life = life_](unsigned thread) {
    surroundings_.queue.after(rng_.between(0, kWakeDelayMax), [this, life, thread]() {
      if (life == life_) threads_[thread]->wake();
    });
  };
  directory_ = std::make_unique<gateway::Directory>(config);
  const gateway::EngineConfig shared = engine_config();
  for (unsigned index = 0; index < plan_.threads; ++index) {
    threads_.push_back(std::make_unique<Thread>(*this, index, shared, rng_.fork()));
  }
  surroundings_.network.set_gateway([this](unsigned device, Datagram datagram) {
    datagram_arrived(device, std::move(datagram));
  });
  surroundings_.network.set_acceptor(
      [this](const ConnectionPtr& connection) { connection_opened(connection); });
  surroundings_.trace.note(surroundings_.queue.now(), "the gateway starts");
}

void EngineGateway::stop() {
  if (!is_up()) return;
  surroundings_.trace.note(surroundings_.queue.now(), "the gateway stops");
  for (const auto& thread : threads_) thread->engine().stop(instant());
  for (const auto& thread : threads_) thread->finish();
  end_of_life();
}

void EngineGateway::crash() {
  if (!is_up()) return;
  surroundings_.trace.note(surroundings_.queue.now(), "the gateway crashes");
  end_of_life();
}

// What it had not delivered it does not know any more.
void EngineGateway::end_of_life() {
  ++life_;
  surroundings_.network.set_gateway(nullptr);
  surroundings_.network.set_acceptor(nullptr);
  for (const auto& thread : threads_) thread->break_connections();
  threads_.clear();
  directory_.reset();
  for (unsigned device = 0; device < peers_.size(); ++device) {
    for (const std::uint32_t number : std::exchange(peers_[device].unsettled, {})) {
      to_device(device).settled(number, Fate::Forgotten);
    }
    peers_[device].session = SessionId{};
  }
}

void EngineGateway::credentials_changed(unsigned device) {
  if (!is_up()) return;
  const Identity& identity = identities_[device];
  directory_->credentials_changed(peers_[device].id, identity.generation, identity.revoked);
}

// Messages to one device are in order if they are handed in on one thread.
EngineGateway::Thread& EngineGateway::sending_thread(unsigned device) {
  return *threads_[device % threads_.size()];
}

void EngineGateway::datagram_arrived(unsigned, Datagram datagram) {
  if (!is_up()) return;
  // As SO_REUSEPORT does: a source's packets all come to one thread, whosever session it is.
  const std::size_t port = datagram.from.bytes[datagram.from.size - 1];
  threads_[port % threads_.size()]->datagram(std::move(datagram));
}

void EngineGateway::connection_opened(const ConnectionPtr& connection) {
  threads_[connection->id % threads_.size()]->open(connection);
}

void EngineGateway::send(unsigned device, std::size_t size, std::uint8_t channel) {
  if (!is_up()) return;
  Flow& flow = to_device(device);
  Peer& peer = peers_[device];
  const std::uint32_t number = flow.compose(size, channel);
  const std::vector<std::uint8_t> content = flow.content(number);
  peer.unsettled.push_back(number);
  const bool has_session = is_session(peer.session);
  if (has_session) flow.sent_in(peer.session, number);
  surroundings_.trace.message(surroundings_.queue.now(), device, "to it, handed in:", number, size);
  Thread& thread = sending_thread(device);
  const bool taken = thread.engine().send(peer.id, channel, Bytes(content.data(), content.size()),
                                          token_of(device, number), instant());
  if (identities_[device].is_wire2 && rng_.chance(kRekeyShare)) {
    for (const auto& each : threads_) {
      if (each->engine().rekey(peers_[device].id, instant())) each->wake();
    }
  }
  if (!taken) throw Violation("the gateway takes no message although it is far from its limits");
  thread.wake();
}

void EngineGateway::send_datagram(unsigned device, std::size_t size) {
  if (!is_up()) return;
  Flow& flow = to_device(device);
  const auto channel = static_cast<std::uint8_t>(rng_.below(4));
  const std::uint32_t number =
      flow.compose_datagram(std::max(Flow::kDatagramSizeMin, size), channel);
  const std::vector<std::uint8_t> content = flow.datagram_content(number);
  Thread& thread = sending_thread(device);
  static_cast<void>(thread.engine().send_datagram(
      peers_[device].id, channel, Bytes(content.data(), content.size()), instant()));
  thread.wake();
}

unsigned EngineGateway::index_of(const gateway::DeviceId& id) const {
  const auto found = indexes_.find(id);
  if (found == indexes_.end()) throw Violation("a session with a device that does not exist");
  return found->second;
}

gateway::KeyLookup EngineGateway::find(const gateway::DeviceId& device, gateway::DeviceKey& key) {
  const auto found = indexes_.find(device);
  if (found == indexes_.end()) return gateway::KeyLookup::Unknown;
  const Identity& identity = identities_[found->second];
  if (!key.psk.assign(Bytes(identity.psk.data(), identity.psk.size()))) {
    return gateway::KeyLookup::Unavailable;
  }
  key.wire = identity.is_wire2 ? gateway::WireVersion::V2 : gateway::WireVersion::V3;
  key.revoked = identity.revoked;
  key.generation = identity.generation;
  return gateway::KeyLookup::Found;
}

void EngineGateway::message_arrived(const gateway::ArrivedMessage& message) {
  const unsigned device = index_of(message.device);
  Flow& flow = surroundings_.ledger.flow(device, Direction::ToGateway);
  const SessionId id = session_id_of(message.session_id);
  if (message.is_datagram) {
    flow.datagram_delivered(id, message.content, message.channel);
    return;
  }
  flow.delivered(id, message.content, message.channel);
  const bool has_time = peers_[device].unsettled.size() < kRepliesWaitingMax;
  if (plan_.traffic.interval != 0 && rng_.chance(kReplyShare) && has_time) {
    send(device, kReplySize, message.channel);
  }
}

void EngineGateway::message_settled(const gateway::DeliveryReport& report) {
  const unsigned device = index_of(report.device);
  const auto number = static_cast<std::uint32_t>(report.token);
  if (token_of(device, number) != report.token) throw Violation("a report with a wrong token");
  surroundings_.trace.message(surroundings_.queue.now(), device, "to it, settled:", number,
                              static_cast<std::size_t>(report.outcome));
  std::deque<std::uint32_t>& unsettled = peers_[device].unsettled;
  const auto found = std::find(unsettled.begin(), unsettled.end(), number);
  if (found != unsettled.end()) unsettled.erase(found);
  if (report.outcome == gateway::Outcome::Full) {
    throw Violation("the gateway had no room for a message although it is far from its limits");
  }
  to_device(device).settled(number, fate_of(report.outcome));
}

void EngineGateway::session_changed(const gateway::SessionReport& report) {
  const unsigned device = index_of(report.device);
  Peer& peer = peers_[device];
  ++changes_[static_cast<std::size_t>(report.change)];
  if (surroundings_.trace.is_on()) {
    const char* const kNames[] = {"Established", "Moved", "Woke", "Asleep", "Closed"};
    surroundings_.trace.note(surroundings_.queue.now(),
                             "device " + std::to_string(device) +
                                 " gateway: " + kNames[static_cast<std::size_t>(report.change)] +
                                 " " + name_of(report.cause));
  }
  if (report.cause == Cause::ByeProtocolError || report.cause == Cause::StreamBroken) {
    throw Violation("gateway: a session between honest ends ended by " +
                    std::string(name_of(report.cause)));
  }
  if (report.change == gateway::SessionChange::Established) {
    peer.session = session_id_of(report.session_id);
    to_device(device).session_begun(peer.session, {peer.unsettled.begin(), peer.unsettled.end()});
  } else if (report.change == gateway::SessionChange::Closed &&
             peer.session == session_id_of(report.session_id)) {
    peer.session = SessionId{};
  }
}

gateway::EngineCounters EngineGateway::counters() const {
  gateway::EngineCounters sum;
  for (const auto& thread : threads_) sum.add(thread->engine().counters());
  return sum;
}

void EngineGateway::check_bounds() const {
  if (!is_up()) return;
  for (const auto& thread : threads_) {
    const gateway::EngineCounters counters = thread->engine().counters();
    if (counters.handshakes_unfinished > kHandshakesHard) {
      throw Violation("more unfinished handshakes than the limit");
    }
    if (counters.sessions > 2 * peers_.size()) {
      throw Violation("more sessions than devices and their predecessors");
    }
  }
}

void EngineGateway::check_idle() const {
  const gateway::EngineCounters sum = counters();
  if (sum.messages_held != 0 || sum.message_bytes_held != 0) {
    throw Violation("the engine counts " + std::to_string(sum.messages_held) +
                    " messages as held, and none is");
  }
  if (sum.handshakes_unfinished != 0) throw Violation("unfinished handshakes are never forgotten");
  if (sum.sessions != directory_->session_count()) {
    throw Violation("engines and directory count sessions differently");
  }
}

}  // namespace usmp::sim
