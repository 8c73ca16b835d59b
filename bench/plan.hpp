// How long and how large each section measures, and the sections themselves.
#ifndef USMP_BENCH_PLAN_HPP
#define USMP_BENCH_PLAN_HPP

#include <cstddef>
#include <vector>

#include "report.hpp"

namespace usmp::bench {

inline constexpr std::size_t kLoadSessions = 50;
inline constexpr std::size_t kMessageSize = 64;

struct Plan {
  int rounds = 15;                    ///< how often A and B take turns
  double slice_seconds = 0.4;         ///< of each turn
  std::size_t handshake_batches = 8;  ///< of kLoadSessions handshakes, in each turn
  std::vector<std::size_t> idle_sessions{10'000, 100'000};
  double packet_seconds = 0.2;  ///< for each AEAD figure
};

// Each adds its rows; throws std::runtime_error if what it measures does not work.
void measure_echo(const Plan& plan, Report& report);
void measure_handshakes(const Plan& plan, Report& report);
void measure_packets(const Plan& plan, Report& report);
void measure_idle_sessions(const Plan& plan, Report& report);
void measure_wire(Report& report);

}  // namespace usmp::bench

#endif  // USMP_BENCH_PLAN_HPP
