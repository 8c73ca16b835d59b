// See host_heap.hpp. The linker sends the calls here (--wrap).
#include "host_heap.hpp"

#include <sys/random.h>

namespace {
unsigned long calls = 0;
}  // namespace

unsigned long host_heap_calls() { return calls; }

bool host_random_bytes(uint8_t* out, size_t size) {
  return getrandom(out, size, 0) == static_cast<ssize_t>(size);
}

// The names are the linker's. NOLINTBEGIN
extern "C" {
void* __real_malloc(size_t size);
void* __real_realloc(void* memory, size_t size);
void* __real__Znwm(size_t size);
void* __wrap_malloc(size_t size);
void* __wrap_realloc(void* memory, size_t size);
void* __wrap__Znwm(size_t size);

void* __wrap_malloc(size_t size) {
  ++calls;
  return __real_malloc(size);
}
void* __wrap_realloc(void* memory, size_t size) {
  ++calls;
  return __real_realloc(memory, size);
}
void* __wrap__Znwm(size_t size) {
  ++calls;
  return __real__Znwm(size);
}
}
// NOLINTEND
