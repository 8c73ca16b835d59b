// A gateway's engines and real devices in one process: packets move between them in memory, time
// moves when a test says so. For tests of the engine; not for sockets or loss, see sim/.
#ifndef USMP_TESTS_UNIT_ENGINE_WORLD_HPP
#define USMP_TESTS_UNIT_ENGINE_WORLD_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "usmp/device_session.hpp"
#include "wire2_device.hpp"

namespace usmp::gateway::test {

using Packet = std::vector<std::uint8_t>;

Bytes view(std::string_view text);
DeviceId id_of(std::string_view text);
/// ::ffff:10.0.`net`.`host`, port 5000 + host.
Address address_of(unsigned net, unsigned host);
Random system_random();

struct SentDatagram {
  Packet packet;
  Address to;
};

/// Keeps what an engine sends until the world moves it on.
class MemoryOutput : public Output {
 public:
  MutableBytes datagram_room() override;
  void commit_datagram(std::size_t size, const Address& to) override;
  MutableBytes record_room(ConnectionId connection) override;
  void commit_record(ConnectionId connection, std::size_t size) override;
  void close_connection(ConnectionId connection) override { closed.insert(connection); }

  std::deque<SentDatagram> datagrams;
  std::map<ConnectionId, std::deque<Packet>> records;
  std::set<ConnectionId> closed;
  std::size_t room_left = SIZE_MAX;  ///< datagrams that still fit
  std::set<ConnectionId> blocked;    ///< connections that take nothing

 private:
  std::uint8_t room_[65536];
};

struct SeenMessage {
  std::string device;
  std::string content;
  std::uint8_t channel;
  bool is_datagram;
};
struct SeenChange {
  std::string device;
  SessionChange change;
  Cause cause;
  WireVersion wire;
};
struct SeenSettled {
  std::string device;
  std::uint64_t token;
  Outcome outcome;
};

class Recorder : public Application {
 public:
  void message_arrived(const ArrivedMessage& message) override;
  void message_settled(const DeliveryReport& report) override;
  void session_changed(const SessionReport& report) override;
  /// The changes of this kind.
  std::vector<SeenChange> changes_of(SessionChange change) const;

  std::vector<SeenMessage> messages;
  std::vector<SeenSettled> settled;
  std::vector<SeenChange> changes;
  std::function<void(const ArrivedMessage&)> on_message;
};

class KeyTable : public KeySource {
 public:
  KeyLookup find(const DeviceId& device, DeviceKey& key) override;
  void put(std::string_view device, std::string_view psk, std::int64_t generation = 1,
           std::uint8_t wire = 3);

  struct Entry {
    std::string psk;
    std::uint8_t wire = 3;
    bool revoked = false;
    std::int64_t generation = 1;
  };
  std::map<std::string, Entry> entries;
  bool available = true;
  unsigned asked_count = 0;
};

/// A device with its application: takes every message, keeps every event.
class Device {
 public:
  Device(std::string_view id, std::string_view psk, Medium medium, const Address& from);

  void connect(Instant now);
  void send(std::string_view text, Instant now, std::uint8_t channel = 0);
  void receive(Packet packet, Instant now);
  /// The next packet; empty: none.
  Packet poll(Instant now);
  void on_deadline(Instant now);
  bool saw(EventKind kind, Cause cause) const;
  bool established() const { return session.established(); }
  bool is_stream() const { return usmp::is_stream(config_.medium); }
  /// Its stream is gone.
  void connection_closed(Instant now);

  DeviceSession session;
  Address address;
  ConnectionId connection = 0;  ///< of a stream
  unsigned thread = 0;          ///< of the gateway that its packets come to
  std::vector<std::string> messages;
  std::vector<std::string> datagrams;
  std::vector<Event> events;
  std::deque<std::unique_ptr<Outgoing>> nodes;
  std::deque<std::string> texts;

 private:
  void note(Event event);
  void drain(Instant now);

  std::string id_;
  std::string psk_;
  DeviceConfig config_{};
  SessionStorage<8, 1232, 20000> storage_;
};

/// Engine, output, application of one thread.
struct Thread {
  MemoryOutput output;
  Recorder recorder;
  std::unique_ptr<Engine> engine;
};

class World {
 public:
  explicit World(const EngineConfig& config = default_config(),
                 DirectoryConfig directory_config = {});
  static EngineConfig default_config();

  /// Knows the device's key already.
  Device& add_device(std::string_view id, Medium medium = Medium::Udp, unsigned net = 1);
  /// With a key of its own choice; the gateway knows nothing of it.
  Device& add_stranger(std::string_view id, std::string_view psk, Medium medium = Medium::Udp,
                       unsigned net = 1);
  /// A wire 2 device whose key the gateway knows.
  Wire2Device& add_wire2_device(std::string_view id, Medium medium = Medium::Udp, unsigned net = 1);
  Wire2Device& add_wire2_stranger(std::string_view id, std::string_view psk,
                                  Medium medium = Medium::Udp, unsigned net = 1,
                                  crypto::Suite suite = crypto::Suite::Aes256Gcm);
  /// Begins, and runs until nothing moves. A stream gets a new connection.
  void connect(Device& device);
  void connect(Wire2Device& device);
  /// Moves packets until nobody has any.
  void run();
  /// Lets time go on, with everything that falls due.
  void advance(Duration span);
  /// Hands one packet to the gateway and flushes. What it answers stays in the output.
  void inject(const Packet& packet, const Address& from, unsigned thread = 0);
  /// Takes the packets that wait in the output of a thread.
  std::vector<SentDatagram> take_output(unsigned thread = 0);

  Engine& engine(unsigned thread = 0) { return *threads[thread]->engine; }
  Recorder& recorder(unsigned thread = 0) { return threads[thread]->recorder; }
  MemoryOutput& output(unsigned thread = 0) { return threads[thread]->output; }
  EngineCounters counters() const;

  Instant now{0xFFFFF000u};  // wraps after four seconds
  std::uint64_t seconds = 1'700'000'000;
  Directory directory;
  KeyTable keys;
  std::vector<std::unique_ptr<Thread>> threads;
  std::vector<std::unique_ptr<Device>> devices;
  std::vector<std::unique_ptr<Wire2Device>> wire2_devices;
  /// Packets of a first byte that are lost on their way to the gateway, or to a device.
  std::set<std::uint8_t> lost_up, lost_down;
  /// Counts of packets moved, by first byte.
  std::map<std::uint8_t, unsigned> moved_up, moved_down;
  /// Asked of each datagram, if it is there: true loses it.
  std::function<bool(const Packet& packet, bool is_up)> loses;

 private:
  template <typename Visitor>
  void for_each_device(const Visitor& visit) {
    for (const auto& device : devices) visit(*device);
    for (const auto& device : wire2_devices) visit(*device);
  }
  template <typename AnyDevice>
  void connect_any(AnyDevice& device);
  template <typename AnyDevice>
  bool move_up(AnyDevice& device);
  bool move_up();
  bool move_down(Thread& thread);
  template <typename AnyDevice>
  bool move_records_down(Thread& thread, AnyDevice& device);

  ConnectionId next_connection_ = 1;
  unsigned next_host_ = 1;
};

}  // namespace usmp::gateway::test

#endif  // USMP_TESTS_UNIT_ENGINE_WORLD_HPP
