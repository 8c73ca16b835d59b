// usmp_sim: runs schedules by seed. The first broken rule ends it, with the command that replays
// it.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include "plan.hpp"
#include "world.hpp"

namespace {

using usmp::sim::make_plan;
using usmp::sim::World;

struct Options {
  std::uint64_t seed = 0;
  std::uint64_t first = 1;
  std::uint64_t count = 2000;
  std::string schedule = "any";
  std::string seeds_file;
  bool trace = false;
  bool go_on = false;
};

// False: a rule was broken.
bool run_one(std::uint64_t seed, const std::string& schedule, bool trace) {
  try {
    World world(make_plan(seed, schedule), trace ? &std::cout : nullptr);
    world.run();
    return true;
  } catch (const std::exception& broken) {
    std::cout << "FAILED: " << broken.what() << "\n"
              << "replay: usmp_sim --seed " << seed << " --schedule " << schedule << " --trace\n"
              << std::flush;
    return false;
  }
}

// Lines of `seed schedule name …`; # begins a comment.
int run_file(const Options& options) {
  std::ifstream file(options.seeds_file);
  if (!file) {
    std::cerr << "cannot read " << options.seeds_file << "\n";
    return 2;
  }
  std::uint64_t failed = 0;
  std::uint64_t count = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::uint64_t seed = 0;
    std::string schedule;
    std::string name;
    if (line.empty() || line[0] == '#' || !(words >> seed >> schedule >> name)) continue;
    ++count;
    if (run_one(seed, schedule, options.trace)) continue;
    std::cout << "found before as: " << name << "\n";
    ++failed;
  }
  std::cout << count << " found seeds, " << failed << " failed\n";
  return failed == 0 && count != 0 ? 0 : 1;
}

int run_range(const Options& options) {
  std::uint64_t failed = 0;
  std::uint64_t done = 0;
  for (; done < options.count; ++done) {
    if (run_one(options.first + done, options.schedule, false)) continue;
    ++failed;
    if (!options.go_on) break;
  }
  std::cout << done + (failed != 0 && !options.go_on ? 1 : 0) << " schedules, " << failed
            << " failed\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Runs USMP sessions in virtual time through networks with faults, and checks them.");
  CLI::Option* const seed = app.add_option("--seed", options.seed, "run this one seed");
  app.add_option("--first", options.first, "the first seed of a range")->capture_default_str();
  app.add_option("--count", options.count, "how many seeds")->capture_default_str();
  std::string schedules = "kind of schedule: any, " + std::string(usmp::sim::kLongSchedule);
  for (const std::string_view name : usmp::sim::kSchedules) schedules += ", " + std::string(name);
  for (const std::string_view name : usmp::sim::kWire2Schedules) {
    schedules += ", " + std::string(name);
  }
  schedules += ", " + std::string(usmp::sim::kCompactSchedule);
  app.add_option("--schedule", options.schedule, schedules)->capture_default_str();
  app.add_option("--seeds-file", options.seeds_file, "run the seeds of this file");
  app.add_flag("--trace", options.trace, "print packets, events and faults");
  app.add_flag("--go-on", options.go_on, "do not stop at the first failure");
  CLI11_PARSE(app, argc, argv);
  if (!options.seeds_file.empty()) return run_file(options);
  if (seed->count() != 0) {
    const bool passed = run_one(options.seed, options.schedule, options.trace);
    if (passed) std::cout << "passed\n";
    return passed ? 0 : 1;
  }
  return run_range(options);
}
