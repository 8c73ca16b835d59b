// An assertion for programmer's mistakes that needs no library: it stops, on every target.
#ifndef USMP_BASE_ASSERT_HPP
#define USMP_BASE_ASSERT_HPP

#define USMP_ASSERT(condition)          \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (false)

#endif  // USMP_BASE_ASSERT_HPP
