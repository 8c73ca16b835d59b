// See wire2_load.hpp.
#include "wire2_load.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "cpu_clock.hpp"
#include "loop/monotonic_clock.hpp"

namespace usmp::bench {
namespace {

constexpr double kPatienceSeconds = 20;
/// Handshakes that the published server takes at a time.
constexpr std::size_t kConnectTogether = 10;
constexpr int kPollMs = 20;

Instant now() { return gateway::MonotonicTime::read().now; }

/// Another loopback address each time: the published server answers only some HELLOs a second from
/// one address, and that limit is not what is measured.
in_addr next_source() {
  static std::uint32_t count = 0;
  constexpr std::uint32_t kFirst = 0x7f010001;  // 127.1.0.1
  constexpr std::uint32_t kCount = 0x00ff0000;  // up to 127.255…
  return {htonl(kFirst + count++ % kCount)};
}

void wait_readable(int socket) {
  pollfd wait{socket, POLLIN, 0};
  (void)poll(&wait, 1, kPollMs);
}

using Clients = std::vector<std::unique_ptr<Wire2Client>>;

/// Waits for one of them to become readable, then serves all of them.
void serve_all(const Clients& clients) {
  std::vector<pollfd> waits;
  for (const auto& client : clients) waits.push_back({client->socket(), POLLIN, 0});
  (void)poll(waits.data(), waits.size(), kPollMs);
  for (const auto& client : clients) client->serve();
}

void serve_until_established(const Clients& clients) {
  const double until = wall_seconds() + kPatienceSeconds;
  const auto stands = [](const auto& client) { return client->established(); };
  while (!std::all_of(clients.begin(), clients.end(), stands)) {
    if (wall_seconds() > until) throw std::runtime_error("a handshake of wire 2 did not end");
    serve_all(clients);
  }
}

}  // namespace

Wire2Identity::Wire2Identity(std::size_t index) {
  id.fill(0xb2);
  id[0] = static_cast<std::uint8_t>(index);
  id[1] = static_cast<std::uint8_t>(index >> 8);
  // Each has a key of its own, which the servers make of its name.
  psk.fill(0x5a);
  std::copy(id.begin(), id.end(), psk.begin());
}

Wire2Client::Wire2Client(const Wire2Target& target, std::size_t index)
    : socket_(-1), is_stream_(usmp::is_stream(target.medium)), identity_(index) {
  config_.device_id = Bytes(identity_.id.data(), identity_.id.size());
  config_.psk = Bytes(identity_.psk.data(), identity_.psk.size());
  config_.random = target.random;
  config_.medium = target.medium;
  config_.suite = crypto::Suite::Aes256Gcm;
  if (session_.init(config_, storage_.receive_buffer()) != Error::None) {
    throw std::runtime_error("a device's configuration is wrong");
  }
  socket_ = ::socket(AF_INET, (is_stream_ ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
  const int on = 1;
  // Its port is chosen as it connects, which is quick where thousands are in use.
  (void)setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr = next_source();
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(target.port);
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    close(socket_);
    throw std::runtime_error("cannot connect a socket on loopback");
  }
  (void)fcntl(socket_, F_SETFL, O_NONBLOCK);
  if (is_stream_) (void)setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Wire2Client::~Wire2Client() {
  // The session gives the node back before it goes.
  session_.connection_lost(now());
  close(socket_);
}

void Wire2Client::begin() {
  if (session_.connect(now()) != Error::None) {
    throw std::runtime_error("a device cannot begin a handshake");
  }
  transmit_all();
}

void Wire2Client::send() {
  node_.content = Bytes(content_.data(), content_.size());
  if (session_.send(node_, now()) != Error::None) {
    throw std::runtime_error("a session of wire 2 takes no message");
  }
  is_under_way_ = true;
  ++awaited_;
  transmit_all();
}

void Wire2Client::serve() {
  receive_all();
  if (now().reached(session_.next_deadline(now()))) {
    static_cast<void>(session_.on_deadline(now()));
  }
  transmit_all();
  if (session_.take_finished() != nullptr) is_under_way_ = false;
  if (!is_ending_ &&
      (session_.state() == State::Closed || session_.state() == State::AwaitingPauseEnd)) {
    throw std::runtime_error("a session of wire 2 ended");
  }
}

bool Wire2Client::shakes_hands() {
  const bool was_established = session_.established();
  serve();
  if (session_.established() && !was_established) say_bye();
  return !is_ending_ || (!is_stream_ && session_.state() == State::AwaitingByeSent);
}

void Wire2Client::say_bye() {
  is_ending_ = true;
  session_.close(now());
  transmit_all();
}

void Wire2Client::end() {
  say_bye();
  while (!is_stream_ && session_.state() == State::AwaitingByeSent) {
    wait_readable(socket_);
    serve();
  }
}

void Wire2Client::receive_all() {
  std::array<std::uint8_t, 4096> bytes;
  for (;;) {
    const ssize_t size = recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size <= 0) return;
    const auto count = static_cast<std::size_t>(size);
    if (!is_stream_) {
      take(MutableBytes(bytes.data(), count));
      continue;
    }
    Bytes left(bytes.data(), count);
    while (!left.empty()) {
      const Result<MutableBytes> frame = reader_.read(left);
      if (!frame.ok()) throw std::runtime_error("a server of wire 2 sends no frames");
      if (!frame.value.empty()) take(frame.value);
    }
  }
}

void Wire2Client::take(MutableBytes packet) {
  static_cast<void>(session_.receive(packet, now()));
  Message message{};
  while (session_.message(&message)) {
    if (awaited_ > 0) --awaited_;
    static_cast<void>(session_.release_message(now()));
  }
}

void Wire2Client::transmit_all() {
  std::array<std::uint8_t, wire2::kFrameSizeMax> packet;
  for (;;) {
    const Result<std::size_t> size =
        session_.poll_transmit(MutableBytes(packet.data(), packet.size()), now());
    if (!size.ok() || size.value == 0) return;
    if (::send(socket_, packet.data(), size.value, MSG_NOSIGNAL) < 0 && is_stream_) {
      throw std::runtime_error("a connection of wire 2 broke");
    }
  }
}

Handshakes shake_hands(const Wire2Target& target, std::size_t together, double seconds) {
  const double begun = wall_seconds();
  Handshakes done{0, 0};
  Clients clients(together);
  std::vector<pollfd> waits(together);
  const auto start = [&](std::size_t index) {
    clients[index].reset();  // its socket is closed before the next one is opened
    clients[index] = std::make_unique<Wire2Client>(target, index);
    clients[index]->begin();
    waits[index] = {clients[index]->socket(), POLLIN, 0};
  };
  for (std::size_t index = 0; index < together; ++index) start(index);
  while ((done.seconds = wall_seconds() - begun) < seconds) {
    const bool is_quiet = poll(waits.data(), waits.size(), kPollMs) == 0;
    for (std::size_t index = 0; index < together; ++index) {
      if (!is_quiet && waits[index].revents == 0) continue;
      if (!clients[index]->shakes_hands()) {
        ++done.count;
        start(index);
      }
    }
  }
  // Those under way end too, so that none is left to the server; they do not count.
  for (const auto& client : clients) {
    while (client->shakes_hands()) wait_readable(client->socket());
  }
  return done;
}

Wire2Echo::Wire2Echo(const Wire2Target& target, std::size_t sessions) {
  while (clients_.size() < sessions) {
    Clients next;
    while (next.size() < kConnectTogether && clients_.size() + next.size() < sessions) {
      next.push_back(std::make_unique<Wire2Client>(target, clients_.size() + next.size()));
      next.back()->begin();
    }
    serve_until_established(next);
    for (auto& client : next) clients_.push_back(std::move(client));
  }
}

Wire2Echo::~Wire2Echo() {
  for (const auto& client : clients_) client->end();
}

double Wire2Echo::per_second(double seconds) {
  const double begun = wall_seconds();
  std::size_t returned = 0;
  while (wall_seconds() - begun < seconds) {
    for (const auto& client : clients_) {
      if (!client->is_idle()) continue;
      client->send();
      ++returned;
    }
    serve_all(clients_);
  }
  // What is still under way was counted as it left: at most one for each session.
  return static_cast<double>(returned) / (wall_seconds() - begun);
}

}  // namespace usmp::bench
