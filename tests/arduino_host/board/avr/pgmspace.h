// What Debian's Arduino classes want of avr-libc, on a machine with one kind of memory.
#ifndef USMP_TESTS_PGMSPACE_H
#define USMP_TESTS_PGMSPACE_H

#include <stdint.h>
#include <string.h>

// The names are avr-libc's. NOLINTBEGIN(readability-identifier-naming)
#define PROGMEM
#define PGM_P const char*
#define PSTR(text) (text)
#define pgm_read_byte(address) (*reinterpret_cast<const uint8_t*>(address))
#define strlen_P strlen
#define strncmp_P strncmp
#define strcpy_P strcpy
#define memcpy_P memcpy

char* itoa(int value, char* out, int base);
char* utoa(unsigned int value, char* out, int base);
char* ltoa(long value, char* out, int base);
char* ultoa(unsigned long value, char* out, int base);
char* dtostrf(double value, signed char width, unsigned char places, char* out);
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_TESTS_PGMSPACE_H
