// usmp_vectors_2 FILE…: checks vector files of the form of spec/vectors/usmp-2.json. Exit 0: all
// hold, with a count; 1: something differs; 2: a file is missing or not of that form.
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>

#include "wire2_vectors.hpp"

int main(int argc, char** argv) {
  using namespace usmp::vectors;
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE...\n", argv[0]);
    return 2;
  }
  Report report;
  for (int index = 1; index < argc; ++index) {
    try {
      std::ifstream file(argv[index]);
      if (!file) throw std::runtime_error("cannot be read");
      const nlohmann::json json = nlohmann::json::parse(file);
      const Wire2Vectors vectors(json);
      report.begin(argv[index]);
      check_wire2_derived(vectors, report);
      check_wire2_device(vectors, report);
      check_wire2_gateway(vectors, report);
      check_wire2_utacks(vectors, report);
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "%s: %s\n", argv[index], problem.what());
      return 2;
    }
  }
  std::printf("%zu checks, %zu flipped bits refused, %zu failures\n", report.checks(),
              report.flips(), report.failures());
  return report.failures() == 0 ? 0 : 1;
}
