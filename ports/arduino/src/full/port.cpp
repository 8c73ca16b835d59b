// The functions of usmp_port.h. They are weak: a program that defines one of them gets its own.
#if !defined(__AVR__)
#include <Arduino.h>

#include "../board/board.hpp"
#include "../usmp_api.h"
#include "random_choice.hpp"
#include "usmp_client.hpp"

#define USMP_WEAK __attribute__((weak))

namespace {
bool (*sketch_random)(uint8_t*, size_t) = nullptr;
usmp::FlashSeedRandom* stored_seed = nullptr;
Print* log_sink = nullptr;
}  // namespace

void usmp_arduino::use_seed(usmp::FlashSeedRandom* seed) { stored_seed = seed; }

void USMP::useRandom(bool (*fill)(uint8_t*, size_t)) { sketch_random = fill; }

void USMPClient::logTo(Print& out) { log_sink = &out; }

extern "C" {

USMP_WEAK int usmp_port_random(uint8_t* out, size_t len) {
  if (sketch_random != nullptr) return sketch_random(out, len) ? 0 : -1;
  if (usmp_arduino::has_generator()) return usmp_arduino::generate(out, len) ? 0 : -1;
  const bool filled = stored_seed != nullptr && stored_seed->fill(usmp::MutableBytes(out, len));
  return filled ? 0 : -1;
}

USMP_WEAK int usmp_port_get_device_id(uint8_t* out, size_t len) {
  return usmp_arduino::board_number(out, len) ? 0 : -1;
}

USMP_WEAK uint32_t usmp_port_millis(void) { return static_cast<uint32_t>(millis()); }

USMP_WEAK void usmp_port_delay_ms(uint32_t ms) { delay(ms); }

// What feeds the watchdog of a board that has one, and lets its network run.
USMP_WEAK void usmp_port_wdt_feed(void) { yield(); }

USMP_WEAK void usmp_port_log(char level, const char* tag, const char* msg) {
  if (log_sink == nullptr) return;
  log_sink->print(level);
  log_sink->print(' ');
  log_sink->print(tag);
  log_sink->print(": ");
  log_sink->println(msg);
}
}
#endif  // not __AVR__
