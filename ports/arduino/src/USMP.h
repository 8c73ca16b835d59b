// USMP for Arduino: what a sketch includes. On an AVR a device on a serial line.
#ifndef USMP_ARDUINO_USMP_H
#define USMP_ARDUINO_USMP_H

#if defined(__AVR__)
#include "small/usmp_small_client.hpp"
#endif

#endif  // USMP_ARDUINO_USMP_H
