// getrandom(): see system_random.hpp.
#include "loop/system_random.hpp"

#include <errno.h>
#include <sys/random.h>

namespace usmp::gateway {
namespace {

bool fill_from_system(void* /*context*/, uint8_t* out, size_t size) {
  while (size != 0) {
    const ssize_t count = getrandom(out, size, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    out += count;
    size -= static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

Random system_random() { return Random{&fill_from_system, nullptr}; }

}  // namespace usmp::gateway
