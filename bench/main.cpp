// usmp_bench: what the gateway costs beside the bare cost of its crypto and its system calls, and
// beside DTLS. See docs/reference/benchmarks.md.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "plan.hpp"

namespace usmp::bench {
namespace {

struct Section {
  const char* name;
  void (*measure)(const Plan& plan, Report& report);
};

constexpr Section kSections[] = {
    {"echo", measure_echo},
    {"handshakes", measure_handshakes},
    {"packets", measure_packets},
    {"idle", measure_idle_sessions},
    {"wire", [](const Plan& /*plan*/, Report& report) { measure_wire(report); }},
};

constexpr const char* kFooter =
    "Sections:\n"
    "  echo        a gateway on loopback that sends messages back, against a bare echo by\n"
    "              recvmmsg and sendmmsg under the same load\n"
    "  handshakes  a gateway's handshake against the bare cost of its crypto, and against DTLS\n"
    "  packets     each crypto backend packet by packet; an echo without the system\n"
    "  idle        memory of sessions whose devices are silent\n"
    "  wire        bytes of handshakes, messages and wakes, counted\n\n"
    "Times are CPU times of the thread measured, so that other programs disturb them little; what\n"
    "is compared takes turns, so that they disturb both alike. A line shows the median and, in\n"
    "brackets, the least and the greatest of all turns. Compare ratios (x), not microseconds:\n"
    "those are this machine's. --quick proves that everything runs; its figures mean nothing.\n";

Plan quick_plan() {
  Plan plan;
  plan.rounds = 3;
  plan.slice_seconds = 0.05;
  plan.handshake_batches = 1;
  plan.idle_sessions = {1'000};
  plan.packet_seconds = 0.005;
  return plan;
}

int run(int argc, char** argv) {
  CLI::App app("Measures USMP's gateway on this machine.", "usmp_bench");
  bool is_quick = false;
  bool wants_json = false;
  std::vector<std::string> wanted;
  std::vector<std::string> names;
  for (const Section& section : kSections) names.emplace_back(section.name);
  app.add_flag("--quick", is_quick, "Short turns, few sessions: a test of the benchmark itself");
  app.add_flag("--json", wants_json, "Print the rows as a JSON array");
  app.add_option("--section", wanted, "Measure these only, in the order below")
      ->check(CLI::IsMember(names));
  app.footer(kFooter);
  CLI11_PARSE(app, argc, argv);

  const Plan plan = is_quick ? quick_plan() : Plan();
  Report report;
  for (const Section& section : kSections) {
    const bool is_wanted =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), section.name) != wanted.end();
    if (!is_wanted) continue;
    std::fprintf(stderr, "measuring %s\n", section.name);
    section.measure(plan, report);
  }
  std::fputs((wants_json ? report.json() + "\n" : report.table()).c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace usmp::bench

int main(int argc, char** argv) {
  try {
    return usmp::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "usmp_bench: %s\n", error.what());
    return 1;
  }
}
