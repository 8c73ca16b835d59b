// The functions of Arduino.h on this machine.
#include <Arduino.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "usmp_api.h"

HostStream Serial(nullptr);
HostStream Serial1("USMP_SERIAL1");

namespace {

char* write_number(unsigned long value, bool negative, char* out, int base) {
  std::string digits;
  do {
    const int digit = static_cast<int>(value % static_cast<unsigned long>(base));
    digits += static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
    value /= static_cast<unsigned long>(base);
  } while (value != 0);
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return strcpy(out, digits.c_str());
}

}  // namespace

char* ltoa(long value, char* out, int base) {
  const bool negative = value < 0 && base == 10;
  const auto bits = static_cast<unsigned long>(value);
  return write_number(negative ? 0 - bits : bits, negative, out, base);
}
char* itoa(int value, char* out, int base) { return ltoa(value, out, base); }
char* ultoa(unsigned long value, char* out, int base) {
  return write_number(value, false, out, base);
}
char* utoa(unsigned int value, char* out, int base) { return ultoa(value, out, base); }
char* dtostrf(double value, signed char width, unsigned char places, char* out) {
  sprintf(out, "%*.*f", width, places, value);
  return out;
}

unsigned long millis() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  // A board's has 32 bits.
  return static_cast<uint32_t>(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

void delay(unsigned long ms) { usleep(static_cast<useconds_t>(ms * 1000)); }
void yield() {}
int analogRead(int) { return 512; }
void pinMode(int, int) {}
void digitalWrite(int, int) {}

// What a board of this kind has.
extern "C" int usmp_port_get_device_id(uint8_t* out, size_t len) {
  static const uint8_t kNumber[6] = {0xe9, 0x1d, 0xed, 0xef, 0x5c, 0x04};
  memcpy(out, kNumber, std::min(len, sizeof kNumber));
  return 0;
}

void HostStream::begin(unsigned long) {
  if (in_ >= 0) return;
  if (device_variable_ == nullptr) {
    in_ = STDIN_FILENO;
    out_ = STDOUT_FILENO;
    fcntl(in_, F_SETFL, fcntl(in_, F_GETFL) | O_NONBLOCK);
    return;
  }
  const char* device = getenv(device_variable_);
  in_ = out_ = device != nullptr ? open(device, O_RDWR | O_NOCTTY | O_NONBLOCK) : -1;
  termios settings = {};
  if (tcgetattr(in_, &settings) == 0) {
    cfmakeraw(&settings);
    tcsetattr(in_, TCSANOW, &settings);
  }
}

int HostStream::peek() {
  uint8_t byte = 0;
  if (next_ < 0 && in_ >= 0 && ::read(in_, &byte, 1) == 1) next_ = byte;
  return next_;
}

int HostStream::available() { return peek() >= 0 ? 1 : 0; }

int HostStream::read() {
  const int byte = peek();
  next_ = -1;
  return byte;
}

size_t HostStream::write(const uint8_t* data, size_t size) {
  size_t written = 0;
  while (out_ >= 0 && written < size) {
    const ssize_t count = ::write(out_, data + written, size - written);
    if (count > 0) {
      written += static_cast<size_t>(count);
    } else if (errno == EAGAIN) {
      usleep(1000);
    } else if (errno != EINTR) {
      break;
    }
  }
  return written;
}

int HostStream::printf(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  const int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  write(text);
  return size;
}
