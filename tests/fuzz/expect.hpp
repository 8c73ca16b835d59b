// What a fuzzer holds to be true: the input that shows otherwise is a finding. Stops the program,
// as libFuzzer wants it; not for GoogleTest.
#ifndef USMP_TESTS_FUZZ_EXPECT_HPP
#define USMP_TESTS_FUZZ_EXPECT_HPP

#include <cstdio>
#include <cstdlib>

#define USMP_FUZZ_EXPECT(condition, what)                                             \
  do {                                                                                \
    if (!(condition)) {                                                               \
      std::fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, what, #condition); \
      std::abort();                                                                   \
    }                                                                                 \
  } while (false)

#endif  // USMP_TESTS_FUZZ_EXPECT_HPP
