// One engine of a gateway and devices beside it, without sockets: packets go over by function
// calls, in a time of their own. What the protocol costs without the system, packet by packet.
#ifndef USMP_BENCH_MEMORY_GATEWAY_HPP
#define USMP_BENCH_MEMORY_GATEWAY_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "device_load.hpp"
#include "engine/engine.hpp"

namespace usmp::bench {

/// The engine, with an application that echoes. Devices are those of BenchIdentity, each at an
/// address of its own.
class MemoryGateway final : private gateway::Output,
                            private gateway::Application,
                            private gateway::KeySource {
 public:
  /// Asks a HELLO for a cookie while `handshakes_soft` others are not finished.
  explicit MemoryGateway(std::size_t sessions_max, std::size_t handshakes_soft = 1'000);

  struct Sent {
    std::size_t device;
    MutableBytes packet;
  };

  void receive(std::size_t device, MutableBytes packet, Instant now);
  /// What is due at `now`, and all that sessions have to send.
  void flush(Instant now);
  /// What left since clear_sent().
  std::span<const Sent> sent() const { return sent_; }
  void clear_sent() { sent_.clear(); }
  bool is_full() const { return sent_.size() == kPacketsMax; }
  gateway::Engine& engine() { return *engine_; }

 private:
  static constexpr std::size_t kPacketsMax = 512;

  MutableBytes datagram_room() override;
  void commit_datagram(std::size_t size, const Address& to) override;
  MutableBytes record_room(gateway::ConnectionId connection) override;
  void commit_record(gateway::ConnectionId connection, std::size_t size) override;
  void close_connection(gateway::ConnectionId connection) override;
  void message_arrived(const gateway::ArrivedMessage& message) override;
  void message_settled(const gateway::DeliveryReport& report) override;
  void session_changed(const gateway::SessionReport& report) override;
  gateway::KeyLookup find(const gateway::DeviceId& device, gateway::DeviceKey& key) override;

  gateway::Directory directory_;
  std::vector<std::uint8_t> memory_;
  std::vector<Sent> sent_;
  std::unique_ptr<gateway::Engine> engine_;
};

/// A packet that went between a device and its gateway.
struct SeenPacket {
  std::size_t device;
  bool is_from_device;
  std::uint8_t byte0;
  std::size_t size;
};

/// Devices that talk to a MemoryGateway, all in step.
class MemoryLoad {
 public:
  MemoryLoad(MemoryGateway& gateway, std::size_t first_device, std::size_t devices,
             DeviceOptions options = {});

  /// Each gives the CPU time of the engine, in seconds. Throws std::runtime_error if it fails.
  double connect();
  double close();
  /// Each device sends `messages`; all come back.
  double echo(std::size_t messages, bool datagrams);
  /// Sends and delivers until nobody has anything to send.
  double exchange();

  BenchDevice& device(std::size_t index) { return *devices_[index]; }
  Instant now() const { return now_; }
  void pass_time(Duration span) { now_ = now_ + span; }
  /// From now on every packet is entered there, in order; nullptr: no more.
  void watch(std::vector<SeenPacket>* seen) { seen_ = seen; }

 private:
  bool poll_all();
  void note(std::size_t device, bool is_from_device, Bytes packet);

  MemoryGateway& gateway_;
  std::size_t first_device_;
  std::vector<std::unique_ptr<BenchDevice>> devices_;
  struct OnItsWay {
    std::size_t device;
    Packet packet;
  };
  std::vector<OnItsWay> packets_;
  std::vector<SeenPacket>* seen_ = nullptr;
  std::size_t returned_ = 0;
  Instant now_{1000};
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_MEMORY_GATEWAY_HPP
