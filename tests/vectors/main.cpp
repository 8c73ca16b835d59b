// usmp_vectors [--flip-every N] FILE…: checks vector files of the form of spec/vectors/usmp-3.json.
// Exit 0: all hold, with a count; 1: something differs; 2: a file is missing or not of that form.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>

#include "vector_session.hpp"

int main(int argc, char** argv) {
  using namespace usmp::vectors;
  Report report;
  int first_file = 1;
  if (argc > 2 && std::strcmp(argv[1], "--flip-every") == 0) {
    report.set_flip_step(std::strtoul(argv[2], nullptr, 10));
    first_file = 3;
  }
  if (first_file >= argc || report.flip_step() == 0) {
    std::fprintf(stderr, "usage: %s [--flip-every N] FILE...\n", argv[0]);
    return 2;
  }
  std::size_t sessions = 0;
  for (int index = first_file; index < argc; ++index) {
    try {
      std::ifstream file(argv[index]);
      if (!file) throw std::runtime_error("cannot be read");
      const nlohmann::json json = nlohmann::json::parse(file);
      for (const auto& one : json.at("sessions")) {
        const VectorSession session(one);
        report.begin(std::string(argv[index]) + ", " + session.name);
        check_derived(session, report);
        check_device(session, report);
        check_gateway(session, report);
        check_data(session, report);
        check_compact(session, report);
        ++sessions;
      }
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "%s: %s\n", argv[index], problem.what());
      return 2;
    }
  }
  std::printf("%zu sessions, %zu checks, %zu flipped bits refused, %zu failures\n", sessions,
              report.checks(), report.flips(), report.failures());
  return report.failures() == 0 && sessions > 0 ? 0 : 1;
}
