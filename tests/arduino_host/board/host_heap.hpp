// What tests ask of the board that no board has: how often the program and the library took from
// the heap, and random numbers of the system.
#ifndef USMP_TESTS_HOST_HEAP_HPP
#define USMP_TESTS_HOST_HEAP_HPP

#include <stddef.h>
#include <stdint.h>

/// Calls of malloc(), realloc() and new by what is linked here, the Arduino classes included; those
/// within the system's libraries do not count.
unsigned long host_heap_calls();

bool host_random_bytes(uint8_t* out, size_t size);

#endif  // USMP_TESTS_HOST_HEAP_HPP
