// What a board gives to the port: one UART, a clock, a watchdog, a few pages that outlive a reset.
// A port to a board of your own implements these functions, and nothing else.
#ifndef USMP_BARE_METAL_BOARD_HPP
#define USMP_BARE_METAL_BOARD_HPP

#include <stdint.h>

#include "usmp/bytes.hpp"
#include "usmp/time.hpp"
#include "usmp_storage/store.hpp"

namespace usmp {
namespace board {

/// The pages of a board, in the order in which they lie.
enum class Page : uint8_t {
  Identity,   ///< who the device is: see identity.hpp; never written by the firmware
  FirstSeed,  ///< what FlashSeedRandom is provisioned with; erased by it
  SeedA,
  SeedB,
  SleepState,
};
static const uint8_t kPageCount = 5;

/// Starts UART, clock and watchdog. First of all, once.
void start();

/// Milliseconds since some moment; they wrap after 49 days.
Instant now();

/// The next byte that came in. False: none. Bytes are collected by an interrupt, so that none is
/// lost while a packet goes out.
bool read_byte(uint8_t* byte);

/// Puts bytes on the line; returns when all are with the UART.
void write(Bytes bytes);

/// Stops the processor until the next interrupt, at most a tick of the clock, unless a byte waits.
void wait();

/// Says that the loop still runs. A board that does not hear it for kWatchdogMs starts anew.
void feed_watchdog();
static const Duration kWatchdogMs = 8000;

/// True if the watchdog started the board last.
bool started_by_watchdog();

/// Starts the board anew, as after the deepest sleep: only pages outlive it.
void restart() __attribute__((noreturn));

/// A page as a store. The same object each time.
const Store& store(Page page);

/// A counter for measurements, and how many instructions a step of it stands for in an emulator
/// that runs one a nanosecond. It may wrap after a second.
uint32_t ticks();
uint32_t instructions_per_tick();

}  // namespace board
}  // namespace usmp

#endif  // USMP_BARE_METAL_BOARD_HPP
