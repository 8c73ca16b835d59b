// See engine_thread.hpp.
#include "engine_thread.hpp"

#include <algorithm>

#include "usmp/limits.hpp"
#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr double kOutputFullShare = 0.01;  // of the moments at which the socket takes no more
constexpr unsigned kFlushesMax = 100'000;

}  // namespace

EngineGateway::Thread::Thread(EngineGateway& owner, unsigned index,
                              const gateway::EngineConfig& config, Rng rng)
    : owner_(owner),
      rng_(rng),
      life_(owner.life_),
      alarm_(owner.surroundings_.queue, "engine " + std::to_string(index),
             [this]() { on_alarm(); }),
      room_(std::max(gateway::kDatagramSizeMax, gateway::kRecordSizeMax)) {
  gateway::KeySource& keys = owner;
  gateway::Application& application = owner;
  gateway::Output& output = *this;
  engine_ = std::make_unique<gateway::Engine>(config, index, *owner.directory_, keys, output,
                                              application, owner.instant());
}

void EngineGateway::Thread::datagram(Datagram datagram) {
  engine_->receive_datagram(MutableBytes(datagram.bytes.data(), datagram.bytes.size()),
                            datagram.from, owner_.instant(), owner_.seconds());
  wake();
}

// The round comes after everything else of this moment: a batch.
void EngineGateway::Thread::wake() {
  if (round_due_ || finishing_) return;
  round_due_ = true;
  owner_.surroundings_.queue.after(0, [&owner = owner_, life = life_, this]() {
    if (life == owner.life_) round();
  });
}

void EngineGateway::Thread::round() {
  round_due_ = false;
  closed_lines_.clear();
  const Time now = owner_.surroundings_.queue.now();
  engine_->take_mail(owner_.instant(), owner_.seconds());
  if (!engine_->flush(owner_.instant())) {
    alarm_.set(now + 1);  // the socket takes more in a moment
    return;
  }
  alarm_.set(owner_.clock_.when(engine_->next_deadline(owner_.instant()), now));
}

void EngineGateway::Thread::on_alarm() {
  if (!alive()) return;
  engine_->on_deadline(owner_.instant());
  round();
}

void EngineGateway::Thread::finish() {
  finishing_ = true;
  for (unsigned count = 0; !engine_->flush(owner_.instant()); ++count) {
    if (count > kFlushesMax) throw Violation("flush() never ends after stop()");
  }
}

void EngineGateway::Thread::break_connections() {
  for (const auto& [id, line] : lines_) {
    line->connection->on_device_gone = nullptr;
    owner_.surroundings_.network.close_gateway_end(line->connection);
  }
  lines_.clear();
}

MutableBytes EngineGateway::Thread::datagram_room() {
  if (!finishing_ && rng_.chance(kOutputFullShare)) return MutableBytes();
  return MutableBytes(room_.data(), room_.size());
}

void EngineGateway::Thread::commit_datagram(std::size_t size, const Address& to) {
  owner_.surroundings_.network.from_gateway(to, Bytes(room_.data(), size));
}

MutableBytes EngineGateway::Thread::record_room(gateway::ConnectionId connection) {
  const auto line = lines_.find(connection);
  if (line == lines_.end()) throw Violation("the engine writes to a connection that it closed");
  if (!line->second->connection->down.has_room()) return MutableBytes();
  return MutableBytes(room_.data(), room_.size());
}

void EngineGateway::Thread::commit_record(gateway::ConnectionId connection, std::size_t size) {
  const auto line = lines_.find(connection);
  if (line == lines_.end()) throw Violation("the engine writes to a connection that it closed");
  const Bytes packet(room_.data(), size);
  if (line->second->is_wire2) {
    Connection& to = *line->second->connection;
    owner_.surroundings_.trace.packet(owner_.surroundings_.queue.now(), to.device, "<=", packet);
    to.down.write(packet);
    return;
  }
  std::uint8_t header[kStreamRecordHeaderSize];
  if (stream_record_header(packet, header) != Error::None) throw Violation("a packet is no record");
  Connection& to = *line->second->connection;
  owner_.surroundings_.trace.packet(owner_.surroundings_.queue.now(), to.device, "<=", packet);
  to.down.write(Bytes(header));
  to.down.write(packet.from(1));
}

void EngineGateway::Thread::close_connection(gateway::ConnectionId connection) {
  const auto line = lines_.find(connection);
  if (line == lines_.end()) throw Violation("the engine closed a connection twice");
  owner_.surroundings_.network.close_gateway_end(line->second->connection);
  closed_lines_.push_back(std::move(line->second));
  lines_.erase(line);
}

void EngineGateway::Thread::open(const ConnectionPtr& connection) {
  const Address& peer = owner_.surroundings_.network.address_of(connection->device);
  if (!engine_->open_connection(connection->id, peer, owner_.instant())) {
    owner_.surroundings_.network.close_gateway_end(connection);
    return;
  }
  const std::size_t packet_size_max =
      std::max<std::size_t>(owner_.plan_.limits.max_packet, kHelloSizeMax);
  lines_[connection->id] = std::make_unique<Line>(connection, packet_size_max,
                                                  owner_.identities_[connection->device].is_wire2);
  const auto guarded = [&owner = owner_, life = life_](auto action) {
    return [&owner, life, action]() {
      if (life == owner.life_) action();
    };
  };
  const gateway::ConnectionId id = connection->id;
  connection->up.on_readable = guarded([this, id]() { read(id); });
  connection->on_device_gone = guarded([this, id]() { lost(id); });
  connection->down.on_writable = guarded([this, id]() {
    if (lines_.count(id) != 0) engine_->connection_writable(id);
    wake();
  });
  read(id);
}

void EngineGateway::Thread::read(gateway::ConnectionId id) {
  wake();
  for (;;) {
    const auto found = lines_.find(id);
    if (found == lines_.end()) return;
    Line& line = *found->second;
    Bytes input = line.connection->up.readable();
    const std::size_t before = input.size;
    const Result<MutableBytes> packet = line.read(input);
    if (!packet.ok()) throw Violation("a device sent a record that is too large");
    line.connection->up.consumed(before - input.size);
    if (packet.value.empty()) return;
    engine_->receive_record(id, packet.value, owner_.instant());
  }
}

void EngineGateway::Thread::lost(gateway::ConnectionId id) {
  const auto found = lines_.find(id);
  if (found == lines_.end()) return;
  closed_lines_.push_back(std::move(found->second));
  lines_.erase(found);
  engine_->connection_lost(id, owner_.instant());
  wake();
}

}  // namespace usmp::sim
