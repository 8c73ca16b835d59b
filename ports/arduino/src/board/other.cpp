// Every other board (SAMD21, STM32, …): no generator that this library knows. Random numbers come
// from the provisioned seed or from USMP::useRandom(), the ID from setDeviceId() or provisioning.
#include "board.hpp"
#if defined(USMP_BOARD_OTHER)

namespace usmp_arduino {

bool has_generator() { return false; }
bool generate(uint8_t*, size_t) { return false; }
bool board_number(uint8_t*, size_t) { return false; }

}  // namespace usmp_arduino
#endif
