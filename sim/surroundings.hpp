// What every simulated host lives in.
#ifndef USMP_SIM_SURROUNDINGS_HPP
#define USMP_SIM_SURROUNDINGS_HPP

#include "event_queue.hpp"
#include "ledger.hpp"
#include "network.hpp"
#include "trace.hpp"

namespace usmp::sim {

/// A host asks to be called again at the same moment at most so often in a row; beyond that it
/// spins.
inline constexpr unsigned kCallsPerMomentMax = 1000;

struct Surroundings {
  EventQueue& queue;
  Ledger& ledger;
  Network& network;
  const Trace& trace;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_SURROUNDINGS_HPP
