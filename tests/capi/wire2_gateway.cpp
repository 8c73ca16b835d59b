// See wire2_gateway.hpp. One lock around everything: the thread holds it except while it waits.
#include "wire2_gateway.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <deque>
#include <stdexcept>
#include <utility>

namespace usmp::test {
namespace {

constexpr std::size_t kReadSize = 4096;
constexpr int kPollMs = 2;

bool fill_random(void*, std::uint8_t* out, std::size_t size) {
  return getrandom(out, size, 0) == static_cast<ssize_t>(size);
}

Instant now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Instant(static_cast<std::uint32_t>(time.tv_sec * 1000 + time.tv_nsec / 1000000));
}

Bytes bytes_of(const std::string& text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

/// A device: its handshake, its session and its connection or address.
struct Wire2Gateway::Peer {
  Peer() : reader(MutableBytes(frame)) {}
  ~Peer() {
    if (connection >= 0) ::close(connection);
  }

  struct Sending {
    Outgoing node{};
    std::string content;
  };

  wire2::GatewayHandshake handshake;
  wire2::GatewaySession session;
  bool begun = false;
  bool gone = false;
  std::string address;
  std::string last;  // packet sent
  int connection = -1;
  std::uint8_t room[wire2::kMessageSizeMax];
  std::uint8_t frame[wire2::kFrameSizeMax];
  wire2::StreamReader reader;
  std::deque<std::unique_ptr<Sending>> sending;
};

Wire2Gateway::Wire2Gateway(Transport transport, Device device, crypto::Suite suite,
                           const std::string& host)
    : transport_(transport), device_(std::move(device)) {
  const bool v6 = host.find(':') != std::string::npos;
  const int type = transport == Transport::Udp ? SOCK_DGRAM : SOCK_STREAM;
  socket_ = ::socket(v6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK, 0);
  sockaddr_storage address{};
  socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  address.ss_family = v6 ? AF_INET6 : AF_INET;
  void* const place = v6 ? static_cast<void*>(&reinterpret_cast<sockaddr_in6&>(address).sin6_addr)
                         : &reinterpret_cast<sockaddr_in&>(address).sin_addr;
  inet_pton(address.ss_family, host.c_str(), place);
  const bool bound = bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0;
  const bool listens = transport == Transport::Udp || listen(socket_, 8) == 0;
  size = sizeof address;
  if (!bound || !listens ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the test gateway cannot listen on " + host);
  }
  port_ = ntohs(v6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<sockaddr_in&>(address).sin_port);
  config_.random.fill = fill_random;
  config_.medium = transport == Transport::Udp ? Medium::Udp : Medium::Stream;
  config_.suite = suite;
  fill_random(nullptr, cookie_secret_, sizeof cookie_secret_);
  thread_ = std::thread([this] { run(); });
}

Wire2Gateway::~Wire2Gateway() {
  stopping_ = true;
  thread_.join();
  peers_.clear();
  ::close(socket_);
}

void Wire2Gateway::run() {
  while (!stopping_) {
    std::vector<pollfd> files;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      files.push_back({socket_, POLLIN, 0});
      for (const auto& peer : peers_) {
        if (peer->connection >= 0) files.push_back({peer->connection, POLLIN, 0});
      }
    }
    poll(files.data(), files.size(), kPollMs);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (transport_ == Transport::Udp) {
      read_datagrams();
    } else {
      accept_connection();
      for (const auto& peer : peers_) {
        if (!read_connection(*peer)) peer->gone = true;
      }
    }
    for (const auto& peer : peers_) {
      look_at_clock(*peer);
      flush(*peer);
    }
    std::erase_if(peers_, [](const auto& peer) { return peer->gone; });
  }
}

void Wire2Gateway::accept_connection() {
  const int connection = accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK);
  if (connection < 0) return;
  peers_.push_back(std::make_unique<Peer>());
  peers_.back()->connection = connection;
}

bool Wire2Gateway::read_connection(Peer& peer) {
  std::uint8_t bytes[kReadSize];
  const ssize_t count = recv(peer.connection, bytes, sizeof bytes, 0);
  if (count == 0) return false;
  if (count < 0) return errno == EAGAIN;
  Bytes input(bytes, static_cast<std::size_t>(count));
  while (!input.empty()) {
    const Result<MutableBytes> frame = peer.reader.read(input);
    if (!frame.ok()) return false;
    if (frame.value.empty()) break;
    if (!silent) take_packet(peer, frame.value);
    flush(peer);
  }
  return true;
}

void Wire2Gateway::read_datagrams() {
  for (;;) {
    std::uint8_t bytes[kReadSize];
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const ssize_t count =
        recvfrom(socket_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return;
    if (silent || lost()) continue;
    Peer& peer = peer_at(std::string(reinterpret_cast<const char*>(&from), size));
    take_packet(peer, MutableBytes(bytes, static_cast<std::size_t>(count)));
    flush(peer);
  }
}

Wire2Gateway::Peer& Wire2Gateway::peer_at(const std::string& address) {
  for (const auto& peer : peers_) {
    if (peer->address == address) return *peer;
  }
  peers_.push_back(std::make_unique<Peer>());
  peers_.back()->address = address;
  return *peers_.back();
}

bool Wire2Gateway::lost() {
  lottery_ = lottery_ * 1664525u + 1013904223u;  // the same losses in each run
  return static_cast<int>((lottery_ >> 16) % 100) < loss_percent;
}

void Wire2Gateway::take_packet(Peer& peer, MutableBytes packet) {
  const wire2::PacketKind kind = wire2::classify_packet(packet);
  if (kind == wire2::PacketKind::Hello) return take_hello(peer, packet);
  if (peer.begun) {
    (void)peer.session.receive(packet, now());
    return drain(peer);
  }
  if (kind != wire2::PacketKind::Handshake) return;
  const auto claim = peer.handshake.receive(packet, now());
  if (claim.ok() && claim.value == wire2::GatewayHandshake::Claim::Claimed) take_claim(peer);
}

void Wire2Gateway::take_hello(Peer& peer, Bytes packet) {
  wire2::Hello hello{};
  if (wire2::parse_hello(packet, &hello) != Error::None) return;
  if (!peer.begun && peer.handshake.same_hello(hello)) {
    (void)peer.handshake.receive(packet, now());
    return;
  }
  const Bytes address = bytes_of(peer.address);
  if (transport_ == Transport::Udp && !wire2::cookie_valid(hello, cookie_secret_, address, 0)) {
    std::uint8_t out[wire2::kFrameSizeMax];
    std::uint8_t cookie[wire2::kCookieSize];
    wire2::make_cookie(cookie, cookie_secret_, address, 0);
    const Result<std::size_t> utack = wire2::write_hello_utack(MutableBytes(out), hello);
    if (utack.ok()) put(peer, Bytes(out, utack.value));
    const Result<std::size_t> retry = wire2::write_retry(MutableBytes(out), cookie);
    if (retry.ok()) put(peer, Bytes(out, retry.value));
    return;
  }
  if (peer.begun) {
    // The same address again: what was there before is over.
    const std::string name = peer.address;
    std::erase_if(peers_, [&peer](const auto& one) { return one.get() == &peer; });
    return take_hello(peer_at(name), packet);
  }
  if (peer.handshake.begin(config_, hello, now()) != Error::None) peer.gone = true;
}

void Wire2Gateway::take_claim(Peer& peer) {
  const Bytes id = peer.handshake.device_id();
  const bool known = std::string(reinterpret_cast<const char*>(id.data), id.size) == device_.id;
  std::uint8_t other[32];
  fill_random(nullptr, other, sizeof other);
  if (!peer.handshake.prove(known ? bytes_of(device_.psk) : Bytes(other))) {
    flush(peer);
    peer.gone = transport_ == Transport::Tcp;
    return;
  }
  peer.begun = peer.handshake.accept(peer.session, now()) == Error::None;
  if (!peer.begun) return;
  peer.session.lend_receive_buffer(MutableBytes(peer.room));
  ++handshakes_;
}

void Wire2Gateway::drain(Peer& peer) {
  Message message;
  while (peer.session.message(&message)) {
    const std::string content(reinterpret_cast<const char*>(message.content.data),
                              message.content.size);
    arrived_.push_back(content);
    (void)peer.session.release_message(now());
    if (echo) queue(peer, content);
  }
}

void Wire2Gateway::queue(Peer& peer, std::string content) {
  peer.sending.push_back(std::make_unique<Peer::Sending>());
  Peer::Sending& sending = *peer.sending.back();
  sending.content = std::move(content);
  sending.node.content = bytes_of(sending.content);
  if (peer.session.send(sending.node, now()) != Error::None) peer.sending.pop_back();
}

void Wire2Gateway::look_at_clock(Peer& peer) {
  if (peer.begun) {
    if (now().reached(peer.session.next_deadline(now()))) (void)peer.session.on_deadline(now());
  } else if (now().reached(peer.handshake.next_deadline(now()))) {
    if (peer.handshake.on_deadline(now())) peer.gone = true;
  }
}

void Wire2Gateway::flush(Peer& peer) {
  for (;;) {
    std::uint8_t out[wire2::kFrameSizeMax];
    const Result<std::size_t> size = peer.begun
                                         ? peer.session.poll_transmit(MutableBytes(out), now())
                                         : peer.handshake.poll_transmit(MutableBytes(out), now());
    if (!size.ok() || size.value == 0) break;
    put(peer, Bytes(out, size.value));
  }
  while (peer.session.take_finished() != nullptr) peer.sending.pop_front();
  if (peer.begun && peer.session.state() == State::Closed) {
    // A BYE that comes again is acknowledged again.
    if (transport_ == Transport::Tcp) peer.gone = true;
  }
}

void Wire2Gateway::put(Peer& peer, Bytes packet) {
  if (silent) return;
  peer.last.assign(reinterpret_cast<const char*>(packet.data), packet.size);
  if (peer.connection < 0) {
    if (lost()) return;
    sendto(socket_, packet.data, packet.size, 0,
           reinterpret_cast<const sockaddr*>(peer.address.data()),
           static_cast<socklen_t>(peer.address.size()));
    return;
  }
  std::size_t done = 0;
  while (done < packet.size) {
    const ssize_t count =
        ::send(peer.connection, packet.data + done, packet.size - done, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) return;
    if (count > 0) done += static_cast<std::size_t>(count);
  }
}

void Wire2Gateway::for_each_session(const std::function<void(Peer&)>& act) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& peer : peers_) {
    if (!peer->begun || peer->gone) continue;
    act(*peer);
    flush(*peer);
  }
}

void Wire2Gateway::send(const std::string& content) {
  for_each_session([&](Peer& peer) { queue(peer, content); });
}

void Wire2Gateway::rekey() {
  for_each_session([](Peer& peer) { (void)!(peer.session.rekey(now()) == Error::None); });
}

void Wire2Gateway::ping() {
  for_each_session([](Peer& peer) { (void)!(peer.session.ping(now()) == Error::None); });
}

void Wire2Gateway::bye() {
  for_each_session([](Peer& peer) { peer.session.close(now()); });
}

void Wire2Gateway::crash() {
  const std::lock_guard<std::mutex> lock(mutex_);
  peers_.clear();
}

void Wire2Gateway::send_raw(const std::string& bytes) {
  for_each_session([&](Peer& peer) { put(peer, bytes_of(bytes)); });
}

void Wire2Gateway::repeat_last() {
  for_each_session([&](Peer& peer) {
    const std::string last = peer.last;
    put(peer, bytes_of(last));
  });
}

std::vector<std::string> Wire2Gateway::arrived() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return arrived_;
}

std::uint32_t Wire2Gateway::rekeys() {
  std::uint32_t count = 0;
  for_each_session([&](Peer& peer) { count = peer.session.rekeys(); });
  return count;
}

std::uint32_t Wire2Gateway::heard() {
  std::uint32_t count = 0;
  for_each_session([&](Peer& peer) { count = peer.session.counters().received; });
  return count;
}

}  // namespace usmp::test
