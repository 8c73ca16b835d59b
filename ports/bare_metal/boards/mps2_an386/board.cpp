// ARM MPS2 with a Cortex-M4 (AN386), as QEMU's machine mps2-an386: CMSDK UART 0, SysTick, CMSDK
// watchdog. See usmp_bare_metal/board.hpp for what each function promises.
#include "usmp_bare_metal/board.hpp"

#include "byte_ring.hpp"
#include "cortex_m.hpp"
#include "page_memory.hpp"
#include "start_up.hpp"
#include "watchdog.hpp"

namespace usmp {
namespace board {

using cortex_m::word;

namespace {

const uint32_t kClockHz = 25000000;

const uint32_t kUartData = 0x40004000;
const uint32_t kUartState = 0x40004004;  // bit 0: no room to send, bit 1: a byte came
const uint32_t kUartControl = 0x40004008;
const uint32_t kUartInterrupts = 0x4000400C;
const uint32_t kUartDivider = 0x40004010;
const uint32_t kUartSendEnable = 1;
const uint32_t kUartReceiveEnable = 2;
const uint32_t kUartReceiveInterrupt = 8;
const uint32_t kUartReceived = 2;
const uint32_t kUartInterrupt = 0;
const uint32_t kBaud = 115200;

const uint32_t kTickControl = 0xE000E010;
const uint32_t kTickReload = 0xE000E014;
const uint32_t kTickValue = 0xE000E018;
const uint32_t kTicksPerMs = kClockHz / 1000;

const uint32_t kWatchdogLoad = 0x40008000;
const uint32_t kWatchdogControl = 0x40008008;
const uint32_t kWatchdogClear = 0x4000800C;
const uint32_t kWatchdogLock = 0x40008C00;
const uint32_t kWatchdogUnlock = 0x1ACCE551;

ByteRing ring;
volatile uint32_t milliseconds;
__attribute__((section(".retained"))) WatchdogMark mark;

// Where the ring is full the byte stays with the UART, and the line waits or loses what follows:
// the frame's CRC tells, and it comes again.
void receive_interrupt() {
  word(kUartInterrupts) = kUartReceived;
  while ((word(kUartState) & kUartReceived) != 0 && !ring.full()) {
    ring.push(static_cast<uint8_t>(word(kUartData)));
  }
}

void tick() { milliseconds = milliseconds + 1; }

// The watchdog interrupts after half of its time, and resets after the other half.
void watchdog_interrupt() { mark.set(); }

[[noreturn]] void stop() {
  for (;;) {
  }
}

[[noreturn]] void reset() { run_main(); }

__attribute__((section(".vectors"), used)) const cortex_m::ExceptionTable<1> kExceptions = {
    stack_top, &reset, &watchdog_interrupt, {&stop, &stop, &stop, &stop}, {}, &stop, &stop, nullptr,
    &stop,     &tick,  {&receive_interrupt}};

const Store kStores[kPageCount] = USMP_PAGE_STORES(pages_start, &read_page, &write_page);

}  // namespace

void start() {
  word(kUartDivider) = kClockHz / kBaud;
  word(kUartControl) = kUartSendEnable | kUartReceiveEnable | kUartReceiveInterrupt;
  cortex_m::enable_interrupt(kUartInterrupt);
  word(kTickReload) = kTicksPerMs - 1;
  word(kTickValue) = 0;
  word(kTickControl) = 7;  // on, with interrupt, by the processor's clock
  word(kWatchdogLock) = kWatchdogUnlock;
  word(kWatchdogLoad) = kWatchdogMs / 2 * kTicksPerMs;
  word(kWatchdogControl) = 3;  // interrupt and reset
}

Instant now() { return Instant(milliseconds); }

bool read_byte(uint8_t* byte) {
  if (!ring.pop(byte)) return false;
  if ((word(kUartState) & kUartReceived) != 0) {
    // A byte that found the ring full made its interrupt then: take it now.
    cortex_m::mask_interrupts();
    receive_interrupt();
    cortex_m::unmask_interrupts();
  }
  return true;
}

void write(Bytes bytes) {
  for (size_t index = 0; index < bytes.size; ++index) {
    while ((word(kUartState) & 1) != 0) {
    }
    word(kUartData) = bytes[index];
  }
}

void wait() {
  cortex_m::mask_interrupts();
  if (ring.empty()) cortex_m::wait_for_interrupt();
  cortex_m::unmask_interrupts();
}

void feed_watchdog() { word(kWatchdogClear) = 1; }

bool started_by_watchdog() { return mark.take(); }

void restart() { cortex_m::reset(); }

const Store& store(Page page) { return kStores[static_cast<uint8_t>(page)]; }

uint32_t instructions_per_tick() { return 1000000000 / kClockHz; }

__attribute__((noinline)) uint32_t ticks() {
  cortex_m::mask_interrupts();
  const uint32_t within = kTicksPerMs - 1 - word(kTickValue);
  const bool passed = (word(0xE000ED04) & (1u << 26)) != 0;  // a tick that is not yet counted
  const uint32_t before = milliseconds + (passed && within < kTicksPerMs / 2 ? 1 : 0);
  cortex_m::unmask_interrupts();
  return before * kTicksPerMs + within;
}

}  // namespace board
}  // namespace usmp
