// See lossy_proxy.hpp.
#include "proxy/lossy_proxy.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <utility>

#include "listen/listen_error.hpp"
#include "listen/listen_socket.hpp"

namespace usmp::gateway {

namespace {

constexpr std::size_t kDatagramMax = 65535;
constexpr int kBatch = 64;  // datagrams taken from one socket before the next one has its turn

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

std::string key_of(const SocketAddress& address) {
  return format_address(ip_of(address), port_of(address));
}

}  // namespace

LossyProxy::LossyProxy(const ListenUri& listen, const ListenUri& target, const LineQuality& quality)
    : quality_(quality), random_(quality.seed), target_(resolve(target).front()) {
  std::vector<ListenPoint> points = open_listen_points(listen, 1);
  listener_ = std::move(points.front().sockets.front());
  listen_text_ = points.front().text();
}

bool LossyProxy::chance(unsigned percent) { return random_() % 100 < percent; }

LossyProxy::Device& LossyProxy::device_at(const SocketAddress& address, const std::string& key) {
  const auto found = devices_.find(key);
  if (found != devices_.end()) return found->second;
  if (devices_.size() >= kDevicesMax) {
    devices_.erase(std::min_element(
        devices_.begin(), devices_.end(),
        [](const auto& one, const auto& other) { return one.second.used < other.second.used; }));
  }
  Device device{address, FileDescriptor(socket(target_.family(), SOCK_DGRAM | SOCK_NONBLOCK, 0)),
                0};
  if (device.upstream.is_open()) {
    // A failure shows as datagrams that do not arrive, which is what this proxy is for.
    (void)connect(device.upstream.number(), &target_.generic, target_.size());
  }
  return devices_.emplace(key, std::move(device)).first->second;
}

void LossyProxy::send(const std::string& key, Direction direction,
                      const std::vector<std::uint8_t>& bytes) {
  const auto found = devices_.find(key);
  if (found == devices_.end()) return;
  const Device& device = found->second;
  if (direction == Direction::ToGateway) {
    (void)::send(device.upstream.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  } else {
    (void)sendto(listener_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                 &device.address.generic, device.address.size());
  }
}

void LossyProxy::pass(const std::string& key, Direction direction, const std::uint8_t* bytes,
                      std::size_t size) {
  Fate fate = Fate::Passed;
  if (chance(quality_.duplicate_percent)) fate = Fate::Doubled;
  if (chance(quality_.reorder_percent)) fate = Fate::HeldBack;
  if (chance(quality_.loss_percent) || delayed_.size() >= kDelayedMax) fate = Fate::Dropped;
  if (on_passage) on_passage({direction, fate, size, size > 0 ? bytes[0] : std::uint8_t{0}});
  ++(direction == Direction::ToGateway ? counts_.to_gateway : counts_.to_device);
  if (fate == Fate::Dropped) {
    ++counts_.dropped;
    return;
  }
  const std::vector<std::uint8_t> copy(bytes, bytes + size);
  const unsigned delay = quality_.delay_ms + (fate == Fate::HeldBack ? quality_.reorder_ms : 0);
  for (int count = fate == Fate::Doubled ? 2 : 1; count > 0; --count) {
    if (delay == 0) {
      send(key, direction, copy);
    } else {
      delayed_.emplace(now_ms() + delay, Delayed{key, direction, copy});
    }
  }
}

void LossyProxy::receive_from_devices() {
  std::array<std::uint8_t, kDatagramMax> bytes;
  for (int count = 0; count < kBatch; ++count) {
    SocketAddress address;
    socklen_t length = sizeof address.ipv6;
    const ssize_t size = recvfrom(listener_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT,
                                  &address.generic, &length);
    if (size < 0) return;
    const std::string key = key_of(address);
    device_at(address, key).used = ++uses_;
    pass(key, Direction::ToGateway, bytes.data(), static_cast<std::size_t>(size));
  }
}

void LossyProxy::receive_from_gateway(const std::string& key, Device& device) {
  std::array<std::uint8_t, kDatagramMax> bytes;
  for (int count = 0; count < kBatch; ++count) {
    const ssize_t size = recv(device.upstream.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0) return;
    pass(key, Direction::ToDevice, bytes.data(), static_cast<std::size_t>(size));
  }
}

void LossyProxy::send_due() {
  const std::uint64_t now = now_ms();
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    const Delayed due = std::move(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    send(due.device, due.direction, due.bytes);
  }
}

int LossyProxy::wait_ms(int timeout_ms) const {
  if (delayed_.empty()) return timeout_ms;
  const std::uint64_t now = now_ms(), due = delayed_.begin()->first;
  const int left = due <= now ? 0 : static_cast<int>(due - now);
  return timeout_ms < 0 ? left : std::min(left, timeout_ms);
}

void LossyProxy::run_once(int timeout_ms) {
  std::vector<pollfd> files{{listener_.number(), POLLIN, 0}};
  std::vector<std::string> keys;
  for (const auto& [key, device] : devices_) {
    files.push_back({device.upstream.number(), POLLIN, 0});
    keys.push_back(key);
  }
  (void)poll(files.data(), files.size(), wait_ms(timeout_ms));
  for (std::size_t index = 0; index < keys.size(); ++index) {
    if (files[index + 1].revents != 0) receive_from_gateway(keys[index], devices_.at(keys[index]));
  }
  if (files[0].revents != 0) receive_from_devices();
  send_due();
}

}  // namespace usmp::gateway
