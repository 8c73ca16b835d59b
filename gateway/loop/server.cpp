// The server: see server.hpp.
#include "loop/server.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "listen/listen_socket.hpp"
#include "listen/local_endpoints.hpp"
#include "loop/registry_keys.hpp"
#include "loop/registry_watch.hpp"
#include "loop/system_random.hpp"
#include "loop/worker.hpp"

namespace usmp::gateway {

class ServerState {
 public:
  ServerState(ServerConfig config, ServerApplication& application)
      : config_(std::move(config)),
        application_(application),
        limits_(config_.connections_max, config_.connections_per_address_max),
        warn_([this](const std::string& line) { application_.warned(line); }) {
    if (config_.threads == 0) config_.threads = std::max(1U, std::thread::hardware_concurrency());
    config_.threads = std::min(config_.threads, kThreadsMax);
    config_.directory.threads = config_.threads;
    config_.directory.wake = [this](unsigned thread) {
      if (thread < workers_.size()) workers_[thread]->wake();  // none: not started
    };
    directory_ = std::make_unique<Directory>(config_.directory);
  }

  void start();
  void stop();
  std::vector<std::string> listening() const;
  Directory& directory() { return *directory_; }
  void order(const SessionName& name, SessionOrder::Kind kind) {
    directory_->post(name.thread, SessionOrder{name.session, kind});
  }
  EngineCounters counters();

 private:
  void prepare_engine_config();
  std::unique_ptr<KeySource> make_keys() const;
  WorkerSockets sockets_of(unsigned thread) const;

  ServerConfig config_;
  ServerApplication& application_;
  ConnectionLimits limits_;
  RegistryKeys::Warn warn_;
  LocalEndpoints endpoints_;
  RegistryEdition edition_{0};
  std::unique_ptr<Directory> directory_;
  std::vector<ListenPoint> points_;
  std::vector<ListenUri> lines_;  // serial ones, dealt out to the threads
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<RegistryWatch> watch_;
  std::vector<std::thread> threads_;
};

void ServerState::prepare_engine_config() {
  EngineConfig& engine = config_.engine;
  engine.random = system_random();
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  if (std::all_of(std::begin(engine.cookie_secret), std::end(engine.cookie_secret), is_zero) &&
      !engine.random.fill(engine.random.context, engine.cookie_secret, kCookieSecretSize)) {
    throw std::runtime_error("the system gives no random bytes");
  }
}

std::unique_ptr<KeySource> ServerState::make_keys() const {
  if (config_.make_keys) return config_.make_keys();
  return std::make_unique<RegistryKeys>(config_.registry_path, edition_, warn_);
}

WorkerSockets ServerState::sockets_of(unsigned thread) const {
  WorkerSockets sockets;
  for (const ListenPoint& point : points_) {
    const int number = point.sockets[thread].number();
    if (point.transport == Transport::Udp) {
      sockets.udp.push_back({number, point.address.family()});
    } else {
      sockets.tcp.push_back(number);
    }
  }
  for (std::size_t index = thread; index < lines_.size(); index += config_.threads) {
    sockets.lines.push_back(lines_[index]);
  }
  return sockets;
}

void ServerState::start() {
  if (config_.listen.empty()) throw std::invalid_argument("there is nothing to listen on");
  prepare_engine_config();
  // The watch comes first: no change falls between its look at the registry and the first session.
  if (!config_.make_keys) {
    watch_ = std::make_unique<RegistryWatch>(config_.registry_path, edition_, *directory_, warn_);
  }
  for (const ListenUri& uri : config_.listen) {
    if (is_serial(uri.transport)) {
      lines_.push_back(uri);
      continue;
    }
    for (ListenPoint& point : open_listen_points(uri, config_.threads)) {
      points_.push_back(std::move(point));
    }
  }
  endpoints_.set_socket_count(static_cast<std::uint16_t>(sockets_of(0).udp.size()));

  const WorkerContext context{*directory_, endpoints_, limits_, application_};
  for (unsigned thread = 0; thread < config_.threads; ++thread) {
    workers_.push_back(
        std::make_unique<Worker>(thread, config_.engine, context, make_keys(), sockets_of(thread)));
  }
  try {
    for (const std::unique_ptr<Worker>& worker : workers_) {
      threads_.emplace_back([&worker] { worker->run(); });
    }
    if (watch_) watch_->start();
  } catch (...) {
    stop();  // the system gives no more threads: those that run end again
    workers_.clear();
    throw;
  }
}

void ServerState::stop() {
  if (watch_) watch_->stop();
  for (const std::unique_ptr<Worker>& worker : workers_) worker->stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  points_.clear();
}

std::vector<std::string> ServerState::listening() const {
  std::vector<std::string> texts;
  for (const ListenPoint& point : points_) texts.push_back(point.text());
  for (const ListenUri& uri : lines_) texts.push_back(uri.text());
  return texts;
}

EngineCounters ServerState::counters() {
  EngineCounters sum;
  for (const std::unique_ptr<Worker>& worker : workers_) worker->want_counters();
  for (const std::unique_ptr<Worker>& worker : workers_) sum.add(worker->wait_counters());
  return sum;
}

Server::Server(ServerConfig config, ServerApplication& application)
    : state_(std::make_unique<ServerState>(std::move(config), application)) {}

Server::~Server() { stop(); }

void Server::start() { state_->start(); }

void Server::stop() { state_->stop(); }

std::vector<std::string> Server::listening() const { return state_->listening(); }

bool Server::send(const DeviceId& device, std::uint8_t channel, Bytes content,
                  std::uint64_t token) {
  return state_->directory().send(device, channel, content, token);
}

bool Server::send_datagram(const DeviceId& device, std::uint8_t channel, Bytes content) {
  return state_->directory().send_datagram(device, channel, content);
}

bool Server::send_to_session(const SessionName& name, const DeviceId& device, std::uint8_t channel,
                             Bytes content, std::uint64_t token) {
  return state_->directory().post(
      name.thread,
      PostedMessage{device, name.session, HeldMessage::make(content, channel, token), true});
}

void Server::resume(const SessionName& name) { state_->order(name, SessionOrder::Kind::Resume); }

void Server::ping(const SessionName& name) { state_->order(name, SessionOrder::Kind::Ping); }

void Server::rekey(const SessionName& name) { state_->order(name, SessionOrder::Kind::Rekey); }

void Server::close_session(const SessionName& name) {
  state_->order(name, SessionOrder::Kind::Close);
}

bool Server::is_connected(const DeviceId& device) const {
  return state_->directory().connected(device);
}

EngineCounters Server::counters() { return state_->counters(); }

}  // namespace usmp::gateway
