/* Included before every source of crypto/tiny by the compiler's command line: what the code says is
 * no secret any more, valgrind believes from there on. */
#ifndef USMP_TESTS_TINY_DECLASSIFY_H
#define USMP_TESTS_TINY_DECLASSIFY_H

#include <valgrind/memcheck.h>

#define USMP_TINY_DECLASSIFY(value) VALGRIND_MAKE_MEM_DEFINED(&(value), sizeof(value))

#endif  // USMP_TESTS_TINY_DECLASSIFY_H
