// See byte_pipe.hpp.
#include "byte_pipe.hpp"

#include <algorithm>
#include <utility>

namespace usmp::sim {

namespace {

// A callback may set itself to nothing: it is kept while it runs.
void call(const std::function<void()>& callback) {
  const std::function<void()> kept = callback;
  if (kept) kept();
}

}  // namespace

BytePipe::BytePipe(EventQueue& queue, Rng rng, Time delay, std::size_t capacity)
    : queue_(queue), rng_(rng), delay_(delay), capacity_(capacity) {}

void BytePipe::write(Bytes bytes) {
  if (closed_) return;
  std::size_t begin = 0;
  while (begin < bytes.size) {
    const std::size_t count = rng_.between(1, bytes.size - begin);
    std::vector<std::uint8_t> slice(bytes.data + begin, bytes.data + begin + count);
    begin += count;
    under_way_ += count;
    last_arrival_ = std::max(last_arrival_, queue_.now() + delay_);
    queue_.at(last_arrival_, [this, moved = std::move(slice)]() {
      if (closed_) return;
      under_way_ -= moved.size();
      buffer_.insert(buffer_.end(), moved.begin(), moved.end());
      call(on_readable);
    });
  }
}

void BytePipe::consumed(std::size_t count) {
  const bool was_full = !has_room();
  begin_ += count;
  if (begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  }
  if (was_full && has_room() && on_writable) {
    queue_.after(0, [this]() { call(on_writable); });
  }
  look_for_end();
}

void BytePipe::at_end(std::function<void()> action) {
  at_end_ = std::move(action);
  look_for_end();
}

void BytePipe::look_for_end() {
  if (!at_end_ || (!closed_ && (under_way_ > 0 || arrived() > 0))) return;
  queue_.after(delay_, std::move(at_end_));
  at_end_ = nullptr;
}

void BytePipe::close() {
  closed_ = true;
  on_readable = nullptr;
  on_writable = nullptr;
  under_way_ = 0;
  buffer_.clear();
  begin_ = 0;
  look_for_end();
}

}  // namespace usmp::sim
