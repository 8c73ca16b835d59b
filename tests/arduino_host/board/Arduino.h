// A board on this machine: the portable classes of Debian's Arduino core, a clock, a console on the
// standard streams, a serial port on a terminal device. For sketches that are tested here.
#ifndef USMP_TESTS_ARDUINO_H
#define USMP_TESTS_ARDUINO_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "IPAddress.h"
#include "Print.h"
#include "Stream.h"
#include "WString.h"
#include "host_stream.hpp"
typedef bool boolean;  // as the next header wants it
#include "WCharacter.h"

// The names are Arduino's. NOLINTBEGIN(readability-identifier-naming)
#define ARDUINO 10819
#define ARDUINO_ARCH_HOST

static const int A0 = 0;
static const int LED_BUILTIN = 13;
static const int OUTPUT = 1;
static const int HIGH = 1;
static const int LOW = 0;

unsigned long millis();
void delay(unsigned long ms);
void yield();
int analogRead(int pin);
void pinMode(int pin, int mode);
void digitalWrite(int pin, int level);

extern HostStream Serial;   ///< standard input and output
extern HostStream Serial1;  ///< the terminal device that USMP_SERIAL1 names

/// Ends the program after this round of loop(): a board has no such call.
void host_end(int exit_code);

void setup();
void loop();
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_TESTS_ARDUINO_H
