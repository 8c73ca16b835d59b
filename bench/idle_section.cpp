// What a session costs a gateway while its device is silent: memory alone.
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "engine/session_record.hpp"
#include "memory_gateway.hpp"
#include "plan.hpp"

namespace usmp::bench {
namespace {

constexpr std::size_t kDevicesAtOnce = 50;

/// Bytes that this thread's malloc has given out.
double bytes_allocated() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

/// Bytes of the process that lie in memory.
double bytes_resident() {
  malloc_trim(0);
  unsigned long size = 0;
  unsigned long resident = 0;
  FILE* const file = std::fopen("/proc/self/statm", "r");
  const bool is_read = file != nullptr && std::fscanf(file, "%lu %lu", &size, &resident) == 2;
  if (file != nullptr) std::fclose(file);
  if (!is_read) throw std::runtime_error("cannot read /proc/self/statm");
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Makes sessions that have carried a message each way. The devices are gone afterwards, as if all
/// were silent.
Instant fill(MemoryGateway& gateway, std::size_t first, std::size_t end) {
  Instant now(0);
  for (; first < end; first += kDevicesAtOnce) {
    MemoryLoad load(gateway, first, kDevicesAtOnce);
    load.connect();
    load.echo(1, false);
    now = load.now();
  }
  return now;
}

}  // namespace

void measure_idle_sessions(const Plan& plan, Report& report) {
  report.begin_section("Idle sessions in one engine, memory of each");
  report.add("of that the session's record itself", sizeof(gateway::SessionRecord), "bytes");
  for (const std::size_t sessions : plan.idle_sessions) {
    MemoryGateway gateway(sessions);
    fill(gateway, 0, kDevicesAtOnce);  // makes the buffers that all share
    const double allocated = bytes_allocated();
    const double resident = bytes_resident();
    Instant now = fill(gateway, kDevicesAtOnce, sessions);
    // Until finished handshakes are forgotten, which are kept for repeats (USMP3 §2).
    now = now + kAnswerKept + 1;
    while (now.reached(gateway.engine().next_deadline(now))) {
      gateway.flush(now);
      gateway.clear_sent();
    }
    if (gateway.engine().session_count() != sessions) {
      throw std::runtime_error("not all sessions stand");
    }
    const auto count = static_cast<double>(sessions - kDevicesAtOnce);
    const std::string name = std::to_string(sessions) + " sessions: ";
    report.add(name + "allocated", (bytes_allocated() - allocated) / count, "bytes");
    report.add(name + "resident", (bytes_resident() - resident) / count, "bytes");
  }
}

}  // namespace usmp::bench
