// The generator of this board. A program that sets another one has that.
#include "host_heap.hpp"
#include "usmp_port.h"

extern "C" int usmp_port_random(uint8_t* out, size_t len) {
  return host_random_bytes(out, len) ? 0 : -1;
}
