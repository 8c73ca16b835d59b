// Buffers that sessions work in while they are busy. The one given back last is lent next, because
// it is still in the processor's cache. Bounded; memory once made is kept.
#ifndef USMP_GATEWAY_ENGINE_BUFFER_POOL_HPP
#define USMP_GATEWAY_ENGINE_BUFFER_POOL_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "usmp/buffers.hpp"

namespace usmp::gateway {

/// Buffers of one geometry.
class ReceiveBufferPool {
 public:
  ReceiveBufferPool(const ReceiveLimits& limits, std::size_t count_max)
      : limits_(limits), count_max_(count_max) {}
  /// False: all are lent.
  bool lend(ReceiveBuffer* buffer);
  void take_back(ReceiveBuffer buffer);
  std::size_t lent_count() const { return made_.size() - free_.size(); }

 private:
  struct Block {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::unique_ptr<PlaceState[]> places;
  };

  ReceiveLimits limits_;
  std::size_t count_max_;
  std::vector<Block> made_;
  std::vector<ReceiveBuffer> free_;
};

class SendBufferPool {
 public:
  SendBufferPool(std::uint8_t chunk_count, std::size_t count_max)
      : chunk_count_(chunk_count), count_max_(count_max) {}
  /// False: all are lent.
  bool lend(SendBuffer* buffer);
  void take_back(SendBuffer buffer) { free_.push_back(buffer); }
  std::size_t lent_count() const { return made_.size() - free_.size(); }

 private:
  std::uint8_t chunk_count_;
  std::size_t count_max_;
  std::vector<std::unique_ptr<ChunkState[]>> made_;
  std::vector<SendBuffer> free_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_BUFFER_POOL_HPP
