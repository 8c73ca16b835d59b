// See memory_gateway.hpp.
#include "memory_gateway.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "cpu_clock.hpp"
#include "loop/system_random.hpp"

namespace usmp::bench {
namespace {

constexpr std::size_t kNumberAt = 12;  // in an address: the IPv4 in an IPv6
constexpr std::size_t kNumberSize = 4;
constexpr int kTurnsMax = 1000;  // of one exchange: beyond, it does not end

Address address_of(std::size_t device) {
  Address address{};
  address.size = kAddressSizeMax;
  address.bytes[10] = address.bytes[11] = 0xff;
  for (std::size_t byte = 0; byte < kNumberSize; ++byte) {
    address.bytes[kNumberAt + byte] = static_cast<std::uint8_t>(device >> (8 * byte));
  }
  address.bytes[16] = 0x23;
  return address;
}

std::size_t device_at(const Address& address) {
  std::size_t device = 0;
  for (std::size_t byte = 0; byte < kNumberSize; ++byte) {
    device |= std::size_t{address.bytes[kNumberAt + byte]} << (8 * byte);
  }
  return device;
}

gateway::EngineConfig make_config(std::size_t sessions_max, std::size_t handshakes_soft) {
  gateway::EngineConfig config;
  config.random = gateway::system_random();
  config.sessions_max = sessions_max;
  config.handshakes_soft = handshakes_soft;
  return config;
}

}  // namespace

MemoryGateway::MemoryGateway(std::size_t sessions_max, std::size_t handshakes_soft)
    : directory_(gateway::DirectoryConfig{}), memory_(kPacketsMax * gateway::kDatagramSizeMax) {
  sent_.reserve(kPacketsMax);
  gateway::KeySource& keys = *this;
  gateway::Output& output = *this;
  gateway::Application& application = *this;
  engine_ = std::make_unique<gateway::Engine>(make_config(sessions_max, handshakes_soft), 0,
                                              directory_, keys, output, application, Instant(1000));
}

void MemoryGateway::receive(std::size_t device, MutableBytes packet, Instant now) {
  engine_->receive_datagram(packet, address_of(device), now, now.ms / 1000);
}

void MemoryGateway::flush(Instant now) {
  if (now.reached(engine_->next_deadline(now))) engine_->on_deadline(now);
  static_cast<void>(engine_->flush(now));  // what has no room now leaves with the next flush
}

MutableBytes MemoryGateway::datagram_room() {
  if (is_full()) return {};
  return {memory_.data() + sent_.size() * gateway::kDatagramSizeMax, gateway::kDatagramSizeMax};
}

void MemoryGateway::commit_datagram(std::size_t size, const Address& to) {
  sent_.push_back({device_at(to), MutableBytes(datagram_room().data, size)});
}

MutableBytes MemoryGateway::record_room(gateway::ConnectionId /*connection*/) { return {}; }

void MemoryGateway::commit_record(gateway::ConnectionId /*connection*/, std::size_t /*size*/) {}

void MemoryGateway::close_connection(gateway::ConnectionId /*connection*/) {}

void MemoryGateway::message_arrived(const gateway::ArrivedMessage& message) {
  // What has no room is missed by the load, which counts what comes back.
  if (message.is_datagram) {
    engine_->reply_datagram(message.session, message.channel, message.content, message.now);
  } else {
    (void)engine_->reply(message.session, message.channel, message.content, 0, message.now);
  }
}

void MemoryGateway::message_settled(const gateway::DeliveryReport& /*report*/) {}

void MemoryGateway::session_changed(const gateway::SessionReport& /*report*/) {}

gateway::KeyLookup MemoryGateway::find(const gateway::DeviceId& device, gateway::DeviceKey& key) {
  const std::string id(reinterpret_cast<const char*>(device.bytes().data), device.bytes().size);
  const std::size_t prefix = id.find('-') + 1;
  const BenchIdentity identity(std::stoul(id.substr(prefix)));
  const bool is_known = identity.id == id && key.psk.assign(identity.psk_bytes());
  return is_known ? gateway::KeyLookup::Found : gateway::KeyLookup::Unknown;
}

MemoryLoad::MemoryLoad(MemoryGateway& gateway, std::size_t first_device, std::size_t devices,
                       DeviceOptions options)
    : gateway_(gateway), first_device_(first_device) {
  for (std::size_t index = 0; index < devices; ++index) {
    devices_.push_back(std::make_unique<BenchDevice>(first_device + index, options));
  }
}

void MemoryLoad::note(std::size_t device, bool is_from_device, Bytes packet) {
  if (seen_ != nullptr) seen_->push_back({device, is_from_device, packet[0], packet.size});
}

bool MemoryLoad::poll_all() {
  packets_.clear();
  for (std::size_t index = 0; index < devices_.size(); ++index) {
    BenchDevice& device = *devices_[index];
    for (Packet packet = device.poll(now_); !packet.empty(); packet = device.poll(now_)) {
      note(first_device_ + index, true, Bytes(packet.data(), packet.size()));
      packets_.push_back({first_device_ + index, std::move(packet)});
    }
  }
  return !packets_.empty();
}

double MemoryLoad::exchange() {
  double spent = 0;
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    if (!poll_all() && !gateway_.is_full() && turn != 0) return spent;
    gateway_.clear_sent();
    const double begun = own_cpu_seconds();
    for (OnItsWay& one : packets_) {
      gateway_.receive(one.device, MutableBytes(one.packet.data(), one.packet.size()), now_);
    }
    gateway_.flush(now_);
    spent += own_cpu_seconds() - begun;
    for (const MemoryGateway::Sent& sent : gateway_.sent()) {
      note(sent.device, false, sent.packet);
      // What went to a device that is not of this load is none of it.
      if (sent.device - first_device_ >= devices_.size()) continue;
      returned_ += devices_[sent.device - first_device_]->receive(sent.packet, now_);
    }
  }
  throw std::runtime_error("devices and gateway do not come to rest");
}

double MemoryLoad::connect() {
  for (const auto& device : devices_) {
    if (device->session().connect(now_) != Error::None) {
      throw std::runtime_error("a device cannot begin a handshake");
    }
  }
  const double spent = exchange();
  for (const auto& device : devices_) {
    if (!device->session().established()) throw std::runtime_error("a handshake did not end");
  }
  return spent;
}

double MemoryLoad::close() {
  for (const auto& device : devices_) device->session().close(ByeReason::Done, now_);
  return exchange();
}

double MemoryLoad::echo(std::size_t messages, bool datagrams) {
  double spent = 0;
  returned_ = 0;
  for (std::size_t turn = 0; turn < messages; ++turn) {
    for (const auto& device : devices_) {
      const bool is_taken = datagrams ? device->send_datagram(now_) : device->send(now_);
      if (!is_taken) throw std::runtime_error("a device does not take a message");
    }
    spent += exchange();
  }
  if (returned_ != messages * devices_.size()) {
    throw std::runtime_error("a message did not come back");
  }
  return spent;
}

}  // namespace usmp::bench
