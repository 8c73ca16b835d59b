// Buffers are made when first needed and never freed before the pool.
#include "engine/buffer_pool.hpp"

#include <utility>

namespace usmp::gateway {

bool ReceiveBufferPool::lend(ReceiveBuffer* buffer) {
  if (!free_.empty()) {
    *buffer = free_.back();
    free_.pop_back();
    return true;
  }
  if (made_.size() >= count_max_) return false;
  const std::size_t place_count = limits_.window - std::size_t{1};
  const std::size_t chunk_size = chunk_size_max(limits_.max_packet);
  Block block;
  // Not zeroed: pages of a large room that no message fills are never touched.
  block.bytes.reset(new std::uint8_t[limits_.max_message + place_count * chunk_size]);
  block.places = std::make_unique<PlaceState[]>(place_count + 1);
  *buffer =
      ReceiveBuffer(block.bytes.get(), block.bytes.get() + limits_.max_message, block.places.get());
  made_.push_back(std::move(block));
  free_.reserve(made_.size());
  return true;
}

void ReceiveBufferPool::take_back(ReceiveBuffer buffer) { free_.push_back(buffer); }

bool SendBufferPool::lend(SendBuffer* buffer) {
  if (!free_.empty()) {
    *buffer = free_.back();
    free_.pop_back();
    return true;
  }
  if (made_.size() >= count_max_) return false;
  made_.push_back(std::make_unique<ChunkState[]>(chunk_count_));
  free_.reserve(made_.size());
  *buffer = SendBuffer(made_.back().get(), chunk_count_);
  return true;
}

}  // namespace usmp::gateway
