// See link.hpp.
#include "link.hpp"

#include <algorithm>
#include <utility>

namespace usmp::sim {

namespace {

constexpr std::uint64_t kMicrosecondsPerMs = 1000;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;
constexpr std::uint64_t kFlippedBitsMax = 4;

}  // namespace

Link::Link(EventQueue& queue, Rng rng, const LinkConfig& config, Deliver deliver)
    : queue_(queue), rng_(rng), config_(config), deliver_(std::move(deliver)) {}

void Link::send(Datagram datagram) {
  ++sent_count_;
  sent_bytes_ += datagram.bytes.size();
  const std::size_t size = datagram.bytes.size();
  if (cut_ || (config_.mtu != 0 && size > config_.mtu) || rng_.chance(config_.loss)) return;
  Time when = 0;
  if (!departs(size, &when)) return;
  if (rng_.chance(config_.duplicate)) carry(datagram, when);
  carry(std::move(datagram), when);
}

// The moment when the packet has left the queue at the rate limit. False: the queue is full.
bool Link::departs(std::size_t size, Time* when) {
  *when = queue_.now();
  if (config_.bytes_per_second == 0) return true;
  const std::uint64_t now_us = queue_.now() * kMicrosecondsPerMs;
  const std::uint64_t wait_us = free_at_us_ > now_us ? free_at_us_ - now_us : 0;
  if (wait_us * config_.bytes_per_second / kMicrosecondsPerSecond > config_.queue_bytes) {
    return false;
  }
  free_at_us_ = now_us + wait_us + size * kMicrosecondsPerSecond / config_.bytes_per_second;
  *when = free_at_us_ / kMicrosecondsPerMs;
  return true;
}

void Link::carry(Datagram datagram, Time departs) {
  if (rng_.chance(config_.corrupt)) flip_bits(datagram.bytes);
  Time arrival = std::max(departs + config_.delay, last_arrival_);
  if (rng_.chance(config_.reorder)) {
    arrival += rng_.between(1, std::max<Time>(config_.reorder_delay, 1));
  } else {
    last_arrival_ = arrival;
  }
  queue_.at(arrival, [this, moved = std::move(datagram)]() { deliver_(moved); });
}

void Link::flip_bits(Packet& packet) {
  if (packet.empty()) return;
  for (std::uint64_t count = rng_.between(1, kFlippedBitsMax); count > 0; --count) {
    const std::uint64_t bit = rng_.below(packet.size() * 8);
    packet[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
}

}  // namespace usmp::sim
