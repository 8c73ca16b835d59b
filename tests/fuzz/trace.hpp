// What happens in an input's world, line by line, where the environment has USMP_FUZZ_TRACE: to
// read a finding. Silent otherwise.
#ifndef USMP_TESTS_FUZZ_TRACE_HPP
#define USMP_TESTS_FUZZ_TRACE_HPP

#include <cstdio>
#include <cstdlib>

#include "script.hpp"

namespace usmp::fuzz {

inline bool tracing() {
  static const bool is_on = std::getenv("USMP_FUZZ_TRACE") != nullptr;
  return is_on;
}

inline void trace(const char* what, std::uint32_t number) {
  if (tracing()) std::fprintf(stderr, "  %s %u\n", what, static_cast<unsigned>(number));
}

inline void trace(const char* what, const Octets& packet) {
  if (!tracing()) return;
  std::fprintf(stderr, "  %s", what);
  for (const std::uint8_t byte : packet) std::fprintf(stderr, " %02x", byte);
  std::fprintf(stderr, "\n");
}

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_TRACE_HPP
