// ESP8266: the generator of the chip, and the MAC address as its number.
#include "board.hpp"
#if defined(USMP_BOARD_ESP8266)
#include <ESP8266WiFi.h>
#include <Esp.h>

namespace usmp_arduino {

bool has_generator() { return true; }

bool generate(uint8_t* out, size_t size) { return ESP.random(out, size) != nullptr; }

bool board_number(uint8_t* out, size_t size) {
  uint8_t mac[6];
  if (size > sizeof mac) return false;
  WiFi.macAddress(mac);
  for (size_t index = 0; index < size; ++index) out[index] = mac[index];
  return true;
}

}  // namespace usmp_arduino
#endif
