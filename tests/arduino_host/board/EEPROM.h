// The EEPROM of the board on this machine: 1024 bytes in the file that USMP_EEPROM names, written
// when they are committed, as in the emulations of boards with flash.
#ifndef USMP_TESTS_EEPROM_H
#define USMP_TESTS_EEPROM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The names are Arduino's. NOLINTBEGIN(readability-identifier-naming)
class EEPROMClass {
 public:
  void begin(size_t) {
    if (begun_) return;
    begun_ = true;
    memset(bytes_, 0xFF, sizeof bytes_);
    FILE* file = fopen(path(), "rb");
    if (file == nullptr) return;
    if (fread(bytes_, 1, sizeof bytes_, file) != sizeof bytes_) abort();
    fclose(file);
  }
  uint8_t read(int address) const { return bytes_[address]; }
  void write(int address, uint8_t value) { bytes_[address] = value; }
  // Whole or not at all, for who reads the file meanwhile, and where the board is killed.
  bool commit() const {
    char other[1024];
    snprintf(other, sizeof other, "%s.new", path());
    FILE* file = fopen(other, "wb");
    if (file == nullptr) return false;
    const bool whole = fwrite(bytes_, 1, sizeof bytes_, file) == sizeof bytes_;
    return fclose(file) == 0 && whole && rename(other, path()) == 0;
  }

 private:
  static const char* path() { return getenv("USMP_EEPROM"); }
  bool begun_ = false;
  uint8_t bytes_[1024];
};
static EEPROMClass EEPROM;
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_TESTS_EEPROM_H
