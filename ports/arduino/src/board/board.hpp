// What differs between boards beside their network: random numbers and a number of their own. One
// file for each kind of board; those of others come out empty.
#ifndef USMP_ARDUINO_BOARD_HPP
#define USMP_ARDUINO_BOARD_HPP

#include <stddef.h>
#include <stdint.h>

#if defined(ARDUINO_ARCH_ESP32)
#define USMP_BOARD_ESP32 1
#elif defined(ARDUINO_ARCH_ESP8266)
#define USMP_BOARD_ESP8266 1
#elif defined(ARDUINO_ARCH_RP2040) && __has_include(<pico/rand.h>)
#define USMP_BOARD_PICO 1
#elif defined(__SAMD51__)
#define USMP_BOARD_SAMD51 1
#elif !defined(__AVR__)
#define USMP_BOARD_OTHER 1
#endif

namespace usmp_arduino {

/// True if the board has a generator that is good for keys.
bool has_generator();
/// Fills `out` from it. False: it gave nothing.
bool generate(uint8_t* out, size_t size);
/// `size` bytes (6) that no other board of this kind has. False: there is no such number.
bool board_number(uint8_t* out, size_t size);

}  // namespace usmp_arduino

#endif  // USMP_ARDUINO_BOARD_HPP
