// The library USMP for Arduino: an encrypted, mutually authenticated link from a board to its
// gateway. The calls are those of the published USMP 1.3, and more. Not the gateway.
#ifndef USMP_ARDUINO_H
#define USMP_ARDUINO_H

#include <Arduino.h>

#if defined(__AVR__)
// An Uno or a Mega: serial lines, wire 3, in 2 KB of RAM.
#include "small/usmp_small_client.hpp"
#else
#include "full/usmp_board_storage.hpp"
#include "full/usmp_client_static.hpp"
#include "full/usmp_eeprom.hpp"
#include "full/usmp_media.hpp"
#include "full/usmp_nvs.hpp"
#endif

#endif  // USMP_ARDUINO_H
