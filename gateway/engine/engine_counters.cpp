// Sums of counters over threads.
#include "engine/engine_counters.hpp"

#include <cstddef>

namespace usmp::gateway {

void EngineCounters::add(const EngineCounters& other) {
  // Every member is a uint64_t, so that none can be forgotten here.
  constexpr std::size_t kCount = sizeof(EngineCounters) / sizeof(std::uint64_t);
  static_assert(kCount * sizeof(std::uint64_t) == sizeof(EngineCounters));
  auto* mine = reinterpret_cast<std::uint64_t*>(this);
  const auto* theirs = reinterpret_cast<const std::uint64_t*>(&other);
  for (std::size_t index = 0; index < kCount; ++index) mine[index] += theirs[index];
}

}  // namespace usmp::gateway
