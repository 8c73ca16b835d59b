// The same program as C++: what compiles as C compiles here too.
#define USMP_TESTS_AS_CXX
#include "published_program.c"
