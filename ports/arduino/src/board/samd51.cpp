// SAMD51: the TRNG of the chip. Its number has 16 bytes, which are too many for a device's ID of 6:
// setDeviceId(), or provision it.
#include "board.hpp"
#if defined(USMP_BOARD_SAMD51)
#include <Arduino.h>

namespace usmp_arduino {

bool has_generator() { return true; }

bool generate(uint8_t* out, size_t size) {
  MCLK->APBCMASK.reg |= MCLK_APBCMASK_TRNG;
  TRNG->CTRLA.bit.ENABLE = 1;
  uint32_t word = 0;
  for (size_t index = 0; index < size; ++index) {
    if (index % 4 == 0) {
      while (TRNG->INTFLAG.bit.DATARDY == 0) {
      }
      word = TRNG->DATA.reg;
    }
    out[index] = static_cast<uint8_t>(word >> (8 * (index % 4)));
  }
  return true;
}

bool board_number(uint8_t*, size_t) { return false; }

}  // namespace usmp_arduino
#endif
