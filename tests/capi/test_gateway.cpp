// See test_gateway.hpp. One lock around everything: the thread holds it except while it waits.
#include "test_gateway.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <deque>
#include <stdexcept>

#include "usmp/crypto.hpp"

namespace usmp::test {
namespace {

constexpr std::size_t kCidSize = 8;
constexpr std::uint32_t kIdleSeconds = 3600;
constexpr std::uint8_t kWindow = 32;
constexpr std::size_t kPacketRoom = 65536;

bool fill_random(void*, std::uint8_t* out, std::size_t size) {
  return getrandom(out, size, 0) == static_cast<ssize_t>(size);
}

Instant now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Instant(static_cast<std::uint32_t>(time.tv_sec * 1000 + time.tv_nsec / 1000000));
}

Address address_of(const sockaddr_storage& from, socklen_t size) {
  static_assert(sizeof(sockaddr_in) <= kAddressSizeMax);
  Address address{};
  if (from.ss_family == AF_INET6) {
    const auto& in6 = reinterpret_cast<const sockaddr_in6&>(from);
    memcpy(address.bytes, &in6.sin6_addr, 16);
    memcpy(address.bytes + 16, &in6.sin6_port, 2);
    address.size = 18;
  } else {
    memcpy(address.bytes, &from, size);
    address.size = static_cast<std::uint8_t>(size);
  }
  return address;
}

socklen_t socket_address_of(const Address& address, sockaddr_storage& to) {
  to = {};
  if (address.size == 18) {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(to);
    in6.sin6_family = AF_INET6;
    memcpy(&in6.sin6_addr, address.bytes, 16);
    memcpy(&in6.sin6_port, address.bytes + 16, 2);
    return sizeof in6;
  }
  memcpy(&to, address.bytes, address.size);
  return address.size;
}

}  // namespace

const std::uint8_t TestGateway::kPsk[32] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                            12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                            23, 24, 25, 26, 27, 28, 29, 30, 31, 32};

/// A device: its handshake, its session and its connection.
struct TestGateway::Peer {
  explicit Peer(std::size_t packet_size)
      : packet(packet_size), reader(MutableBytes(packet.data(), packet.size())) {}
  ~Peer() {
    if (connection >= 0) ::close(connection);
  }

  GatewayConfig config{};
  GatewayHandshake handshake;
  GatewaySession session;
  Address from{};
  bool begun = false;
  bool gone = false;
  std::vector<ChunkState> chunks = std::vector<ChunkState>(64);
  std::vector<std::uint8_t> room;
  std::vector<std::uint8_t> places;
  std::vector<PlaceState> place_states;
  struct Sending {
    Outgoing node{};
    std::string content;
  };
  std::deque<std::unique_ptr<Sending>> sending;
  int connection = -1;
  std::vector<std::uint8_t> packet;
  StreamRecordReader reader;
};

TestGateway::TestGateway(Transport transport, const std::string& host) : transport_(transport) {
  const bool v6 = host.find(':') != std::string::npos;
  const int type = transport == Transport::Udp ? SOCK_DGRAM : SOCK_STREAM;
  socket_ = ::socket(v6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK, 0);
  sockaddr_storage address{};
  socklen_t size = sizeof(sockaddr_in);
  if (v6) {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(address);
    in6.sin6_family = AF_INET6;
    inet_pton(AF_INET6, host.c_str(), &in6.sin6_addr);
    size = sizeof in6;
  } else {
    auto& in4 = reinterpret_cast<sockaddr_in&>(address);
    in4.sin_family = AF_INET;
    inet_pton(AF_INET, host.c_str(), &in4.sin_addr);
  }
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
  config_.idle_s = kIdleSeconds;
  thread_ = std::thread([this] { run(); });
}

TestGateway::~TestGateway() {
  stopping_ = true;
  thread_.join();
  peers_.clear();
  ::close(socket_);
}

void TestGateway::run() {
  while (!stopping_) {
    std::vector<pollfd> files;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      files.push_back({socket_, POLLIN, 0});
      for (const auto& peer : peers_) {
        if (peer->connection >= 0 && !hold_reading) files.push_back({peer->connection, POLLIN, 0});
      }
    }
    poll(files.data(), files.size(), 2);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (transport_ == Transport::Udp) {
      read_datagrams();
    } else {
      accept_connection();
      for (const auto& peer : peers_) {
        if (!hold_reading && !read_connection(*peer)) peer->gone = true;
      }
    }
    for (const auto& peer : peers_) {
      if (!peer->begun) continue;
      if (now().reached(peer->session.next_deadline(now()))) {
        take_event(*peer, peer->session.on_deadline(now()));
      }
    }
    flush_all();
    std::erase_if(peers_, [](const auto& peer) { return peer->gone; });
  }
}

void TestGateway::accept_connection() {
  const int connection = accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK);
  if (connection < 0) return;
  auto peer = std::make_unique<Peer>(kPacketRoom);
  peer->connection = connection;
  peers_.push_back(std::move(peer));
}

bool TestGateway::read_connection(Peer& peer) {
  std::vector<std::uint8_t> bytes(kPacketRoom);
  const ssize_t count = recv(peer.connection, bytes.data(), bytes.size(), 0);
  if (count == 0) return false;
  if (count < 0) return errno == EAGAIN;
  Bytes input(bytes.data(), static_cast<std::size_t>(count));
  while (!input.empty()) {
    const Result<MutableBytes> record = peer.reader.read(input);
    if (!record.ok()) return false;
    if (record.value.empty()) break;
    ++packets_in_;
    if (!silent) take_packet(&peer, record.value, Address{});
  }
  return true;
}

void TestGateway::read_datagrams() {
  std::vector<std::uint8_t> bytes(kPacketRoom);
  for (;;) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const ssize_t count =
        recvfrom(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return;
    ++packets_in_;
    if (silent || lost()) continue;
    take_packet(nullptr, MutableBytes(bytes.data(), static_cast<std::size_t>(count)),
                address_of(from, size));
    flush_all();
  }
}

bool TestGateway::lost() {
  lottery_ = lottery_ * 1664525u + 1013904223u;  // the same losses in each run
  return static_cast<int>((lottery_ >> 16) % 100) < loss_percent;
}

void TestGateway::take_packet(Peer* peer, MutableBytes packet, const Address& from) {
  const std::size_t cid_size = transport_ == Transport::Udp ? kCidSize : 0;
  Bytes cid;
  const PacketKind kind = classify_packet(packet, cid_size, &cid);
  if (kind == PacketKind::Hello) return take_hello(peer, packet, from);
  if (kind == PacketKind::Other) return;
  if (peer == nullptr) {
    for (const auto& one : peers_) {
      const Bytes own = one->handshake.cid();
      if (own.size == cid.size && memcmp(own.data, cid.data, cid.size) == 0) peer = one.get();
    }
  }
  if (peer == nullptr) {
    std::uint8_t out[64];
    const Result<std::size_t> size = write_reset(MutableBytes(out), cid);
    if (kind == PacketKind::Data && size.ok()) put(nullptr, Bytes(out, size.value), from);
    return;
  }
  if (kind == PacketKind::HelloAck) return take_hello_ack(*peer, packet, from);
  if (!peer->begun) return;
  const Result<Event> event = peer->session.receive(packet, from, budget_, now());
  if (event.ok()) take_event(*peer, event.value);
  drain(*peer);
}

void TestGateway::take_hello(Peer* peer, Bytes packet, const Address& from) {
  Hello hello{};
  if (parse_hello(packet, &hello) != Error::None) return;
  std::vector<std::uint8_t> out(kPacketRoom);
  const MutableBytes room(out.data(), out.size());
  if (busy) {
    const Result<std::size_t> size = write_reject(room, hello, RejectReason::Busy);
    if (size.ok()) put(peer, Bytes(out.data(), size.value), from);
    return;
  }
  Peer* chosen = peer;
  for (const auto& one : peers_) {
    if (transport_ == Transport::Udp && one->handshake.same_hello(hello)) chosen = one.get();
  }
  if (chosen == nullptr || (peer != nullptr && !peer->begun)) {
    if (chosen == nullptr) {
      peers_.push_back(std::make_unique<Peer>(0));
      chosen = peers_.back().get();
    }
    chosen->from = from;
    chosen->config = config_;
    chosen->config.suites = static_cast<std::uint8_t>(suites.load());
    chosen->config.limits.max_packet = static_cast<std::uint16_t>(max_packet.load());
    chosen->config.limits.max_message = static_cast<std::uint16_t>(max_message.load());
    chosen->config.limits.window = kWindow;
    std::uint8_t cid[kCidSize];
    fill_random(nullptr, cid, sizeof cid);
    const std::size_t cid_size = transport_ == Transport::Udp ? kCidSize : 0;
    const auto offer = chosen->handshake.begin(chosen->config, hello, Bytes(cid, cid_size), now());
    if (!offer.ok()) return;
    if (offer.value != GatewayHandshake::Offer::Challenge) {
      const RejectReason reason = offer.value == GatewayHandshake::Offer::NoCommonSuite
                                      ? RejectReason::NoCommonSuite
                                      : RejectReason::Parameters;
      const Result<std::size_t> size = write_reject(room, hello, reason);
      if (size.ok()) put(peer, Bytes(out.data(), size.value), from);
      chosen->gone = true;
      return;
    }
  }
  const Result<std::size_t> size = chosen->handshake.write_challenge(room);
  if (size.ok()) put(peer, Bytes(out.data(), size.value), from);
}

void TestGateway::take_hello_ack(Peer& peer, Bytes packet, const Address& from) {
  const auto claim = peer.handshake.open(packet);
  if (!claim.ok()) return;
  std::uint8_t out[128];
  Peer* const way = transport_ == Transport::Tcp ? &peer : nullptr;
  if (claim.value == GatewayHandshake::Claim::Repeat)
    return put(way, peer.handshake.answer(), from);
  const Bytes id = peer.handshake.device_id();
  const bool known =
      std::string(reinterpret_cast<const char*>(id.data), id.size) == std::string(kDeviceId);
  std::uint8_t other[32];
  fill_random(nullptr, other, sizeof other);
  if (!peer.handshake.prove(known ? Bytes(kPsk) : Bytes(other))) {
    const Result<std::size_t> size = peer.handshake.reject(MutableBytes(out));
    if (size.ok()) put(way, Bytes(out, size.value), from);
    return;
  }
  for (const auto& one : peers_) {
    if (one.get() == &peer || !one->begun) continue;
    one->session.close(ByeReason::Replaced, now());
  }
  const Result<std::size_t> size =
      peer.handshake.accept(peer.session, from, MutableBytes(out), now());
  if (!size.ok()) return;
  const ReceiveLimits& limits = peer.config.limits;
  peer.room.resize(limits.max_message);
  peer.places.resize((kWindow - 1u) * chunk_size_max(limits.max_packet));
  peer.place_states.resize(kWindow - 1u);
  peer.session.lend_receive_buffer(
      ReceiveBuffer(peer.room.data(), peer.places.data(), peer.place_states.data()));
  peer.session.lend_send_buffer(
      SendBuffer(peer.chunks.data(), static_cast<std::uint8_t>(peer.chunks.size())));
  peer.begun = true;
  ++handshakes_;
  put(way, Bytes(out, size.value), from);
}

void TestGateway::take_event(Peer& peer, const Event& event) {
  if (event.kind == EventKind::Closed) peer.gone = true;
}

void TestGateway::drain(Peer& peer) {
  Message message;
  while (peer.session.message(&message)) {
    const std::string content(reinterpret_cast<const char*>(message.content.data),
                              message.content.size);
    const std::uint8_t channel = message.channel;
    arrived_.push_back({content, channel, false});
    take_event(peer, peer.session.release_message(now()));
    if (echo) queue(peer, content, channel);
  }
  while (peer.session.next_datagram(&message)) {
    const std::string content(reinterpret_cast<const char*>(message.content.data),
                              message.content.size);
    arrived_.push_back({content, message.channel, true});
    if (!echo) continue;
    if (peer.session.send_datagram(
            Bytes(reinterpret_cast<const std::uint8_t*>(content.data()), content.size()),
            message.channel, now()) == Error::None) {
      flush(peer);
    }
  }
}

void TestGateway::queue(Peer& peer, std::string content, std::uint8_t channel) {
  peer.sending.push_back(std::make_unique<Peer::Sending>());
  Peer::Sending& sending = *peer.sending.back();
  sending.content = std::move(content);
  sending.node.content =
      Bytes(reinterpret_cast<const std::uint8_t*>(sending.content.data()), sending.content.size());
  sending.node.channel = channel;
  if (peer.session.send(sending.node, now()) != Error::None) peer.sending.pop_back();
}

void TestGateway::flush(Peer& peer) {
  std::vector<std::uint8_t> out(kPacketRoom);
  for (;;) {
    Address to{};
    const Result<std::size_t> size =
        peer.session.poll_transmit(MutableBytes(out.data(), out.size()), &to, now());
    if (!size.ok() || size.value == 0) break;
    put(transport_ == Transport::Tcp ? &peer : nullptr, Bytes(out.data(), size.value), to);
  }
  while (peer.session.take_finished() != nullptr) peer.sending.pop_front();
  if (peer.session.state() == State::Closed) peer.gone = true;
}

void TestGateway::flush_all() {
  for (const auto& peer : peers_) {
    if (peer->begun) flush(*peer);
  }
}

void TestGateway::put(Peer* peer, Bytes packet, const Address& to) {
  if (silent) return;
  ++packets_out_;
  if (peer == nullptr) {
    sockaddr_storage address{};
    const socklen_t size = socket_address_of(to, address);
    if (lost()) return;
    sendto(socket_, packet.data, packet.size, 0, reinterpret_cast<sockaddr*>(&address), size);
    return;
  }
  std::vector<std::uint8_t> record(packet.size + kStreamRecordOverhead);
  memcpy(record.data() + kStreamRecordOverhead, packet.data, packet.size);
  if (stream_record_in_place(MutableBytes(record.data(), record.size())) != Error::None) return;
  std::size_t done = 0;
  while (done < record.size()) {
    const ssize_t count =
        ::send(peer->connection, record.data() + done, record.size() - done, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) return;
    if (count > 0) done += static_cast<std::size_t>(count);
  }
}

void TestGateway::send(const std::string& content, std::uint8_t channel) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& peer : peers_) {
    if (peer->begun && !peer->gone) queue(*peer, content, channel);
  }
  flush_all();
}

void TestGateway::send_datagram(const std::string& content, std::uint8_t channel) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& peer : peers_) {
    if (!peer->begun || peer->gone) continue;
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
    if (peer->session.send_datagram(bytes, channel, now()) == Error::None) flush(*peer);
  }
}

void TestGateway::bye(ByeReason reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& peer : peers_) {
    if (peer->begun) peer->session.close(reason, now());
  }
  flush_all();
}

void TestGateway::crash() {
  const std::lock_guard<std::mutex> lock(mutex_);
  peers_.clear();
}

std::vector<Arrived> TestGateway::arrived() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return arrived_;
}

}  // namespace usmp::test
