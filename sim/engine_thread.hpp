// One engine with what its loop would do: batches, timers, connections. In virtual time.
#ifndef USMP_SIM_ENGINE_THREAD_HPP
#define USMP_SIM_ENGINE_THREAD_HPP

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alarm.hpp"
#include "engine_gateway.hpp"
#include "usmp/wire2/stream_reader.hpp"

namespace usmp::sim {

/// A connection as the engine's loop sees it.
struct EngineGateway::Line {
  Line(ConnectionPtr opened, std::size_t packet_size_max, bool of_wire2)
      : connection(std::move(opened)),
        buffer(std::max(packet_size_max, of_wire2 ? wire2::kFrameSizeMax : 0)),
        reader(MutableBytes(buffer.data(), buffer.size())),
        wire2_reader(MutableBytes(buffer.data(), buffer.size())),
        is_wire2(of_wire2) {}

  Result<MutableBytes> read(Bytes& input) {
    return is_wire2 ? wire2_reader.read(input) : reader.read(input);
  }

  ConnectionPtr connection;
  std::vector<std::uint8_t> buffer;
  StreamRecordReader reader;
  wire2::StreamReader wire2_reader;
  bool is_wire2;
};

class EngineGateway::Thread : private gateway::Output {
 public:
  Thread(EngineGateway& owner, unsigned index, const gateway::EngineConfig& config, Rng rng);

  gateway::Engine& engine() { return *engine_; }
  const gateway::Engine& engine() const { return *engine_; }
  void datagram(Datagram datagram);
  void open(const ConnectionPtr& connection);
  /// Mail came, or something was sent: the loop does its round at this moment.
  void wake();
  /// Sends all that is left, as a loop does before it ends.
  void finish();
  /// All connections break, as when a process ends.
  void break_connections();

 private:
  MutableBytes datagram_room() override;
  void commit_datagram(std::size_t size, const Address& to) override;
  MutableBytes record_room(gateway::ConnectionId connection) override;
  void commit_record(gateway::ConnectionId connection, std::size_t size) override;
  void close_connection(gateway::ConnectionId connection) override;

  void round();
  void on_alarm();
  void read(gateway::ConnectionId id);
  void lost(gateway::ConnectionId id);
  bool alive() const { return life_ == owner_.life_; }

  EngineGateway& owner_;
  Rng rng_;
  std::uint64_t life_;
  Alarm alarm_;
  std::vector<std::uint8_t> room_;
  std::map<gateway::ConnectionId, std::unique_ptr<Line>> lines_;
  std::vector<std::unique_ptr<Line>> closed_lines_;  // maybe still in use further up the stack
  bool round_due_ = false;
  bool finishing_ = false;
  std::unique_ptr<gateway::Engine> engine_;  // last: its end may call back
};

}  // namespace usmp::sim

#endif  // USMP_SIM_ENGINE_THREAD_HPP
