// Which build of the core a board has, in the Arduino library: eight-bit ones are devices on a
// serial line, all others can do everything. Not used elsewhere: core/include/usmp/build.hpp is.
#ifndef USMP_ARDUINO_BUILD_HPP
#define USMP_ARDUINO_BUILD_HPP

#if defined(__AVR__)
#include "usmp/build/serial_device.hpp"
#else
#include "usmp/build/everything.hpp"
#endif

#endif  // USMP_ARDUINO_BUILD_HPP
