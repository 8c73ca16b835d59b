// See device_load.hpp.
#include "device_load.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "cpu_clock.hpp"
#include "loop/monotonic_clock.hpp"
#include "loop/system_random.hpp"

namespace usmp::bench {
namespace {

constexpr std::uint8_t kCidSize = 8;
constexpr int kPatienceMs = 500;

std::uint64_t cid_number(const std::uint8_t* cid) {
  std::uint64_t number = 0;
  std::memcpy(&number, cid, kCidSize);
  return number;
}

Instant now() { return gateway::MonotonicTime::read().now; }

}  // namespace

BenchDevice::BenchDevice(std::size_t index, DeviceOptions options) : identity_(index), config_() {
  config_.device_id = identity_.id_bytes();
  config_.psk = identity_.psk_bytes();
  config_.random = gateway::system_random();
  config_.limits = storage_.limits();
  config_.medium = Medium::Udp;
  config_.suites = options.suites;
  config_.cid_size = options.cid_size;
  if (session_.init(config_, storage_.send_buffer(), storage_.receive_buffer()) != Error::None) {
    throw std::runtime_error("a device's configuration is wrong");
  }
  for (Outgoing& node : nodes_) free_.push_back(&node);
}

bool BenchDevice::send(Instant now) {
  if (free_.empty()) return false;
  Outgoing& node = *free_.back();
  node.content = Bytes(content_.data(), content_.size());
  node.channel = 0;
  if (session_.send(node, now) != Error::None) return false;
  free_.pop_back();
  return true;
}

bool BenchDevice::send_datagram(Instant now) {
  return session_.send_datagram(Bytes(content_.data(), content_.size()), 0, now) == Error::None;
}

Packet BenchDevice::poll(Instant now) {
  Packet packet(kMaxPacketUdp);
  const auto size = session_.poll_transmit(MutableBytes(packet.data(), packet.size()), now);
  packet.resize(size.ok() ? size.value : 0);
  return packet;
}

std::size_t BenchDevice::receive(MutableBytes packet, Instant now) {
  static_cast<void>(session_.receive(packet, now));
  std::size_t count = 0;
  Message message{};
  while (session_.next_datagram(&message)) ++count;
  while (session_.message(&message)) {
    ++count;
    static_cast<void>(session_.release_message(now));
  }
  while (Outgoing* node = session_.take_finished()) free_.push_back(node);
  return count;
}

DeviceLoad::DeviceLoad(std::uint16_t port, std::size_t devices) : socket_(port) {
  for (std::size_t index = 0; index < devices; ++index) {
    devices_.push_back(std::make_unique<BenchDevice>(index));
  }
}

void DeviceLoad::poll_all() {
  packets_.clear();
  const Instant at = now();
  for (const auto& device : devices_) {
    for (Packet packet = device->poll(at); !packet.empty(); packet = device->poll(at)) {
      packets_.push_back(std::move(packet));
    }
  }
  socket_.send(packets_);
}

std::size_t DeviceLoad::receive_once(int timeout_ms) {
  std::size_t count = 0;
  for (const MutableBytes& packet : socket_.receive(timeout_ms)) {
    if (packet.size < 1 + kCidSize) continue;
    const auto found = by_cid_.find(cid_number(packet.data + 1));
    if (found != by_cid_.end()) count += found->second->receive(packet, now());
  }
  return count;
}

void DeviceLoad::connect() {
  by_cid_.clear();
  packets_.clear();
  for (const auto& device : devices_) {
    if (device->session().connect(now()) != Error::None) {
      throw std::runtime_error("a device cannot begin a handshake");
    }
    by_cid_[cid_number(device->session().agreement().own_cid.bytes)] = device.get();
  }
  const double until = wall_seconds() + 10;
  for (std::size_t established = 0; established < devices_.size();) {
    if (wall_seconds() > until) throw std::runtime_error("a handshake did not end");
    poll_all();
    // Answers of all before the next packets of any: batches as a busy gateway has them.
    std::size_t awaited = packets_.size();
    while (awaited > 0) {
      const auto came = socket_.receive(kPatienceMs);
      if (came.empty()) break;
      for (const MutableBytes& packet : came) {
        const auto found = by_cid_.find(cid_number(packet.data + 1));
        if (found != by_cid_.end()) found->second->receive(packet, now());
      }
      awaited -= std::min(awaited, came.size());
    }
    established = 0;
    for (const auto& device : devices_) {
      if (awaited > 0) static_cast<void>(device->session().on_deadline(now()));
      established += device->session().established() ? 1U : 0U;
    }
  }
}

void DeviceLoad::close() {
  for (const auto& device : devices_) device->session().close(ByeReason::Done, now());
  poll_all();
}

RoundCount DeviceLoad::echo(std::size_t messages, bool datagrams) {
  RoundCount round;
  packets_.clear();
  const Instant at = now();
  for (std::size_t turn = 0; turn < messages; ++turn) {
    for (const auto& device : devices_) {
      const bool taken = datagrams ? device->send_datagram(at) : device->send(at);
      round.sent += taken ? 1U : 0U;
      Packet packet = device->poll(at);
      if (!packet.empty()) packets_.push_back(std::move(packet));
    }
  }
  socket_.send(packets_);
  while (round.returned < round.sent) {
    const std::size_t count = receive_once(20);
    round.returned += count;
    if (count != 0) continue;
    if (datagrams) break;  // one that is lost is lost
    if (now().since(at) > 10'000) throw std::runtime_error("messages do not come back");
    for (const auto& device : devices_) static_cast<void>(device->session().on_deadline(now()));
    poll_all();
  }
  return round;
}

}  // namespace usmp::bench
