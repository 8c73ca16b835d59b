// See published_transports.hpp. The mac is made by OpenSSL, not by the library under test.
#include "published_transports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/hmac.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <vector>

#include "usmp_frame.h"

namespace usmp::test {
namespace {

constexpr int kAttempts = 5;
constexpr int kAttemptMs = 500;
/// A read that may block does so no longer than the published one.
constexpr int kReadMs = 50;
constexpr std::size_t kUtackSize = 7;
constexpr std::size_t kMacSize = 8;
constexpr std::uint8_t kUtackMagic = 0xAC;
constexpr std::uint8_t kTypeOfSession = USMP_TYPE_DATA;

using Octets = std::vector<std::uint8_t>;

std::atomic<std::uint32_t> refused{0};
std::atomic<std::uint32_t> confirmed{0};

struct Own {
  int type = SOCK_STREAM;
  int port = 0;
  int file = -1;
  std::deque<Octets> early;  // frames that came while a UTACK was awaited
  bool has_keys = false;
  std::array<std::uint8_t, 32> send_key{};
  std::array<std::uint8_t, 32> receive_key{};
  std::uint8_t handshake_type = 0;  // of the last frame of the handshake that was given out
};

Own& self(usmp_transport_t* t) { return *static_cast<Own*>(t->ctx); }

bool readable(const Own& own, int ms) {
  pollfd file{own.file, POLLIN, 0};
  return poll(&file, 1, ms) > 0;
}

void hang_up(usmp_transport_t* t) {
  Own& own = self(t);
  if (own.file >= 0) ::close(own.file);
  own.file = -1;
}

int dial(usmp_transport_t* t) {
  hang_up(t);
  Own& own = self(t);
  own.file = ::socket(AF_INET, own.type, 0);
  own.early.clear();
  own.has_keys = false;
  own.handshake_type = 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(own.port));
  const sockaddr* to = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(own.file, to, sizeof address) == 0 ? 0 : -1;
}

int is_available(usmp_transport_t* t) {
  return !self(t).early.empty() || readable(self(t), 0) ? 1 : 0;
}

void destroy(usmp_transport_t* t) {
  hang_up(t);
  delete static_cast<Own*>(t->ctx);
  t->ctx = nullptr;
}

int stream_send(usmp_transport_t* t, const std::uint8_t* data, std::size_t len) {
  std::size_t done = 0;
  while (done < len) {
    const ssize_t count = ::send(self(t).file, data + done, len - done, MSG_NOSIGNAL);
    if (count <= 0) return -1;
    done += static_cast<std::size_t>(count);
  }
  return 0;  // and not the size
}

bool read_exactly(const Own& own, std::uint8_t* out, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::recv(own.file, out + done, size - done, 0);
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

int stream_recv(usmp_transport_t* t, std::uint8_t* buf, std::size_t max_len) {
  const Own& own = self(t);
  if (!readable(own, kReadMs)) return 0;
  if (max_len < USMP_HEADER_SIZE || !read_exactly(own, buf, USMP_HEADER_SIZE)) return -1;
  const std::size_t size = buf[8] | static_cast<std::size_t>(buf[9]) << 8;
  if (size > USMP_MAX_PAYLOAD || USMP_HEADER_SIZE + size > max_len) return -1;
  if (!read_exactly(own, buf + USMP_HEADER_SIZE, size)) return -1;
  return static_cast<int>(USMP_HEADER_SIZE + size);
}

Octets mac_of(const std::array<std::uint8_t, 32>& key, const std::uint8_t* head) {
  std::uint8_t whole[EVP_MAX_MD_SIZE];
  unsigned size = sizeof whole;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), head, kUtackSize, whole, &size);
  return Octets(whole, whole + kMacSize);
}

void acknowledge(Own& own, const Octets& frame) {
  Octets utack = {kUtackMagic, kUtackMagic, frame[3], frame[4], frame[5], frame[6], frame[7]};
  if (frame[3] >= kTypeOfSession && frame[3] != USMP_TYPE_HELLO_RETRY && own.has_keys) {
    const Octets mac = mac_of(own.receive_key, utack.data());
    utack.insert(utack.end(), mac.begin(), mac.end());
  }
  (void)::send(own.file, utack.data(), utack.size(), 0);
}

bool is_utack_of(Own& own, const Octets& packet, const std::uint8_t* frame) {
  if (packet.size() < kUtackSize || memcmp(&packet[2], frame + 3, 5) != 0) return false;
  if (frame[3] < kTypeOfSession) return true;
  const bool right =
      own.has_keys && packet.size() == kUtackSize + kMacSize &&
      Octets(packet.begin() + kUtackSize, packet.end()) == mac_of(own.send_key, packet.data());
  if (!right) ++refused;
  return right;
}

Octets read_datagram(const Own& own) {
  Octets packet(2000);
  const ssize_t count = ::recv(own.file, packet.data(), packet.size(), MSG_DONTWAIT);
  packet.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return packet;
}

int datagram_send(usmp_transport_t* t, const std::uint8_t* data, std::size_t len) {
  Own& own = self(t);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (::send(own.file, data, len, 0) < 0) return -1;
    while (readable(own, kAttemptMs)) {
      const Octets packet = read_datagram(own);
      if (packet.empty()) return -1;
      if (packet[0] == kUtackMagic) {
        if (is_utack_of(own, packet, data)) return 0;
      } else if (packet.size() >= USMP_HEADER_SIZE) {
        own.early.push_back(packet);
      }
    }
  }
  return -1;
}

// A frame of the handshake that comes again is acknowledged again, and not given out.
bool comes_again(Own& own, std::uint8_t type) {
  const bool handshake = type < kTypeOfSession || type == USMP_TYPE_HELLO_RETRY;
  if (!handshake) return false;
  const bool again =
      type == own.handshake_type || (type == USMP_TYPE_HELLO_RETRY && own.handshake_type != 0);
  own.handshake_type = type;
  return again;
}

int datagram_recv(usmp_transport_t* t, std::uint8_t* buf, std::size_t max_len) {
  Own& own = self(t);
  for (;;) {
    Octets packet;
    if (!own.early.empty()) {
      packet = own.early.front();
      own.early.pop_front();
    } else {
      if (!readable(own, kReadMs)) return 0;
      packet = read_datagram(own);
    }
    if (packet.size() < USMP_HEADER_SIZE || packet[0] == kUtackMagic) continue;
    if (packet.size() > max_len) return -1;
    acknowledge(own, packet);
    if (comes_again(own, packet[3])) continue;
    memcpy(buf, packet.data(), packet.size());
    return static_cast<int>(packet.size());
  }
}

void take_keys(usmp_transport_t* t, const std::uint8_t* send, const std::uint8_t* receive) {
  Own& own = self(t);
  memcpy(own.send_key.data(), send, own.send_key.size());
  memcpy(own.receive_key.data(), receive, own.receive_key.size());
  own.has_keys = true;
}

void confirm(usmp_transport_t*, std::uint32_t) { ++confirmed; }

void make(usmp_transport_t& transport, int type, int port, Asks asks) {
  transport = usmp_transport_t{};
  Own* own = new Own;
  own->type = type;
  own->port = port;
  transport.ctx = own;
  transport.close = hang_up;
  transport.reconnect = dial;
  transport.destroy = destroy;
  if (asks == Asks::Yes) transport.available = is_available;
  dial(&transport);
}

}  // namespace

void own_stream(usmp_transport_t& transport, int port, Asks asks) {
  make(transport, SOCK_STREAM, port, asks);
  transport.send = stream_send;
  transport.recv = stream_recv;
}

void own_datagrams(usmp_transport_t& transport, int port, Asks asks) {
  make(transport, SOCK_DGRAM, port, asks);
  transport.send = datagram_send;
  transport.recv = datagram_recv;
  transport.set_session_keys = take_keys;
  transport.confirm_authenticated = confirm;
}

std::uint32_t refused_utacks() { return refused; }
std::uint32_t confirmed_frames() { return confirmed; }

}  // namespace usmp::test
