// ESP32 and its family: the generator of the chip, and the MAC address as its number.
#include "board.hpp"
#if defined(USMP_BOARD_ESP32)
#include <bootloader_random.h>
#include <esp_mac.h>
#include <esp_random.h>
#include <esp_wifi.h>

namespace usmp_arduino {

bool has_generator() { return true; }

bool generate(uint8_t* out, size_t size) {
  // Without radio the generator repeats itself (ESP-IDF, Random Number Generation): noise of the
  // ADC takes its place for a moment.
  wifi_mode_t mode = WIFI_MODE_NULL;
  const bool radio = esp_wifi_get_mode(&mode) == ESP_OK && mode != WIFI_MODE_NULL;
  if (!radio) bootloader_random_enable();
  esp_fill_random(out, size);
  if (!radio) bootloader_random_disable();
  return true;
}

bool board_number(uint8_t* out, size_t size) {
  uint8_t mac[8];
  if (size > 6 || esp_efuse_mac_get_default(mac) != ESP_OK) return false;
  for (size_t index = 0; index < size; ++index) out[index] = mac[index];
  return true;
}

}  // namespace usmp_arduino
#endif
