// See random_source.hpp.
#include "random_source.hpp"

#include "usmp_port.h"

namespace usmp {
namespace capi {
namespace {

bool fill_random(void*, uint8_t* out, size_t size) { return usmp_port_random(out, size) == 0; }

}  // namespace

Random random_source() {
  Random random;
  random.fill = fill_random;
  random.context = nullptr;
  return random;
}

}  // namespace capi
}  // namespace usmp
