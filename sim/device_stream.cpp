// A simulated device on a byte stream: records out and in, connections that open and break.
#include <string>

#include "device.hpp"
#include "violation.hpp"

namespace usmp::sim {

void Device::open_connection() {
  drop_connection();
  record_held_ = false;
  reader_ = std::make_unique<StreamRecordReader>(
      MutableBytes(record_buffer_.data(), record_buffer_.size()));
  wire2_reader_ = std::make_unique<wire2::StreamReader>(
      MutableBytes(record_buffer_.data(), record_buffer_.size()));
  connection_ = surroundings_.network.connect(index_);
  connection_->down.on_readable = [this, life = life_, id = connection_->id]() {
    if (life == life_ && connection_ && connection_->id == id) service();
  };
  connection_->up.on_writable = connection_->down.on_readable;
  connection_->on_gateway_gone = [this, life = life_, id = connection_->id]() {
    if (life != life_ || !connection_ || connection_->id != id) return;
    drop_connection();
    take_all_messages();
    handle(session_->connection_lost(instant()));
    service();
  };
  surroundings_.network.announce(connection_);
}

void Device::drop_connection() {
  if (!connection_) return;
  const ConnectionPtr closed = connection_;
  connection_.reset();
  record_held_ = false;
  surroundings_.network.close_device_end(closed);
}

void Device::break_connection() {
  if (connection_) surroundings_.network.break_both(connection_);
}

bool Device::stream_has_room() const { return connection_ && connection_->up.has_room(); }

Result<MutableBytes> Device::read_packet(Bytes& input) {
  return plan_.is_wire2() ? wire2_reader_->read(input) : reader_->read(input);
}

void Device::write_record(Bytes packet) {
  if (plan_.is_wire2()) {  // a frame tells its own length
    surroundings_.trace.packet(surroundings_.queue.now(), index_, "=>", packet);
    connection_->up.write(packet);
    return;
  }
  std::uint8_t header[kStreamRecordHeaderSize];
  if (stream_record_header(packet, header) != Error::None) throw Violation("a packet is no record");
  std::vector<std::uint8_t> record(header, header + sizeof header);
  record.insert(record.end(), packet.data + 1, packet.data + packet.size);
  surroundings_.trace.packet(surroundings_.queue.now(), index_, "=>", packet);
  connection_->up.write(Bytes(record.data(), record.size()));
}

void Device::read_stream() {
  while (connection_ && !(record_held_ && message_seen_)) {
    if (!record_held_) {
      Bytes input = connection_->down.readable();
      const std::size_t before = input.size;
      const Result<MutableBytes> packet = read_packet(input);
      const std::size_t used = before - input.size;
      if (!packet.ok()) throw Violation("the gateway sent a record that is too large");
      if (!packet.value.empty()) {
        next_packet_.assign(packet.value.data, packet.value.data + packet.value.size);
      }
      connection_->down.consumed(used);
      if (packet.value.empty()) return;
    }
    const Result<Event> result = receive(MutableBytes(next_packet_.data(), next_packet_.size()));
    record_held_ = !result.ok() && result.error == Error::MessageWaiting;
    if (result.ok()) {
      packet_.swap(next_packet_);  // frames behind a message are read from it later
      take_datagrams();
      handle(result.value);
    }
    note_session();
    while (take_message()) {
    }
  }
}

}  // namespace usmp::sim
