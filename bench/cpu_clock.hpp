// CPU time of a thread, which a busy machine disturbs less than the time of day.
// Not a clock of the protocol.
#ifndef USMP_BENCH_CPU_CLOCK_HPP
#define USMP_BENCH_CPU_CLOCK_HPP

#include <time.h>

namespace usmp::bench {

/// Seconds on `clock`: CLOCK_THREAD_CPUTIME_ID, or the clock of another thread.
inline double seconds_on(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

inline double own_cpu_seconds() { return seconds_on(CLOCK_THREAD_CPUTIME_ID); }
inline double wall_seconds() { return seconds_on(CLOCK_MONOTONIC); }

}  // namespace usmp::bench

#endif  // USMP_BENCH_CPU_CLOCK_HPP
