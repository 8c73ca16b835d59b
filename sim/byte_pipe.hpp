// One direction of a connection: bytes come whole and in order, cut anywhere, until the connection
// breaks. It takes a bounded number that the reader has not taken.
#ifndef USMP_SIM_BYTE_PIPE_HPP
#define USMP_SIM_BYTE_PIPE_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "event_queue.hpp"
#include "rng.hpp"
#include "usmp/bytes.hpp"

namespace usmp::sim {

class BytePipe {
 public:
  BytePipe(EventQueue& queue, Rng rng, Time delay, std::size_t capacity);

  /// True if a packet may be written.
  bool has_room() const { return under_way_ + arrived() < capacity_; }
  void write(Bytes bytes);

  /// Bytes that arrived, not yet consumed().
  Bytes readable() const { return Bytes(buffer_.data() + begin_, arrived()); }
  void consumed(std::size_t count);

  /// Called when everything written so far has arrived and been consumed, or can no more be.
  void at_end(std::function<void()> action);
  /// The reader, or the whole connection, is gone: what is under way is lost.
  void close();

  std::function<void()> on_readable;
  std::function<void()> on_writable;  ///< after has_room() was false

 private:
  std::size_t arrived() const { return buffer_.size() - begin_; }

  EventQueue& queue_;
  Rng rng_;
  Time delay_;
  Time last_arrival_ = 0;
  std::size_t capacity_;
  std::size_t under_way_ = 0;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::function<void()> at_end_;
  bool closed_ = false;

  void look_for_end();
};

}  // namespace usmp::sim

#endif  // USMP_SIM_BYTE_PIPE_HPP
