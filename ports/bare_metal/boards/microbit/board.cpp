// BBC micro:bit (nRF51822, Cortex-M0), as QEMU's machine microbit: UART 0, timer 0, flash by the
// NVMC. See usmp_bare_metal/board.hpp for what each function promises.
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

const uint32_t kClockHz = 16000000;

const uint32_t kUart = 0x40002000;
const uint32_t kUartStartReceive = kUart + 0x000;
const uint32_t kUartStartSend = kUart + 0x008;
const uint32_t kUartReceived = kUart + 0x108;
const uint32_t kUartSent = kUart + 0x11C;
const uint32_t kUartInterruptEnable = kUart + 0x304;
const uint32_t kUartEnable = kUart + 0x500;
const uint32_t kUartPinSend = kUart + 0x50C;
const uint32_t kUartPinReceive = kUart + 0x514;
const uint32_t kUartByteIn = kUart + 0x518;
const uint32_t kUartByteOut = kUart + 0x51C;
const uint32_t kUartBaud = kUart + 0x524;
const uint32_t kBaud115200 = 0x01D7E000;
const uint32_t kPinSend = 24;  // to the USB interface
const uint32_t kPinReceive = 25;
const uint32_t kUartInterrupt = 2;

const uint32_t kTimer = 0x40008000;
const uint32_t kTimerStart = kTimer + 0x000;
const uint32_t kTimerCapture1 = kTimer + 0x044;
const uint32_t kTimerCompared0 = kTimer + 0x140;
const uint32_t kTimerShortcuts = kTimer + 0x200;
const uint32_t kTimerInterruptEnable = kTimer + 0x304;
const uint32_t kTimerBits = kTimer + 0x508;
const uint32_t kTimerPrescaler = kTimer + 0x510;
const uint32_t kTimerCompare0 = kTimer + 0x540;
const uint32_t kTimerCaptured1 = kTimer + 0x544;
const uint32_t kTimer32Bits = 3;
const uint32_t kTimerInterrupt = 8;
const uint32_t kCompare0 = 1u << 16;
const uint32_t kTicksPerMs = kClockHz / 1000;

const uint32_t kFlashReady = 0x4001E400;
const uint32_t kFlashMode = 0x4001E504;  // 0: read, 1: write, 2: erase
const uint32_t kFlashErasePage = 0x4001E508;

ByteRing ring;
volatile uint32_t milliseconds;
Watchdog watchdog;
__attribute__((section(".retained"))) WatchdogMark mark;

// Where the ring is full the byte stays with the UART, and the line waits or loses what follows:
// the frame's CRC tells, and it comes again.
void receive_interrupt() {
  while (word(kUartReceived) != 0 && !ring.full()) {
    word(kUartReceived) = 0;
    ring.push(static_cast<uint8_t>(word(kUartByteIn)));
  }
  if (ring.full()) word(0xE000E180) = 1u << kUartInterrupt;  // until there is room
}

void tick() {
  word(kTimerCompared0) = 0;
  milliseconds = milliseconds + 1;
  if (watchdog.tick()) {
    mark.set();
    cortex_m::reset();
  }
}

// A fault, which the clock's interrupt cannot overtake.
[[noreturn]] void stop() {
  mark.set();
  cortex_m::reset();
}

[[noreturn]] void reset() { run_main(); }

__attribute__((section(".vectors"), used)) const cortex_m::ExceptionTable<9> kExceptions = {
    stack_top,
    &reset,
    &stop,
    {&stop, &stop, &stop, &stop},
    {},
    &stop,
    &stop,
    nullptr,
    &stop,
    &stop,
    {&stop, &stop, &receive_interrupt, &stop, &stop, &stop, &stop, &stop, &tick}};

void flash_mode(uint32_t mode) {
  while (word(kFlashReady) == 0) {
  }
  word(kFlashMode) = mode;
}

// A page is erased, then written word by word; a cut in between leaves it damaged.
bool write_flash(void* page, Bytes content) {
  const uint32_t address = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(page));
  flash_mode(2);
  word(kFlashErasePage) = address;
  flash_mode(1);
  for (size_t offset = 0; offset < content.size; offset += 4) {
    uint32_t value = 0xFFFFFFFF;
    const size_t left = content.size - offset;
    memcpy(&value, content.data + offset, left < 4 ? left : 4);
    while (word(kFlashReady) == 0) {
    }
    word(address + static_cast<uint32_t>(offset)) = value;
  }
  flash_mode(0);
  return true;
}

const Store kStores[kPageCount] = USMP_PAGE_STORES(pages_start, &read_page, &write_flash);

}  // namespace

void start() {
  word(kUartPinSend) = kPinSend;
  word(kUartPinReceive) = kPinReceive;
  word(kUartBaud) = kBaud115200;
  word(kUartEnable) = 4;
  word(kUartInterruptEnable) = 1u << 2;
  word(kUartStartSend) = 1;
  word(kUartStartReceive) = 1;
  word(kUartSent) = 1;  // so that the first byte finds the place free
  cortex_m::enable_interrupt(kUartInterrupt);
  watchdog.feed();
  word(kTimerBits) = kTimer32Bits;
  word(kTimerPrescaler) = 0;
  word(kTimerCompare0) = kTicksPerMs;
  word(kTimerShortcuts) = 1;  // begin again at 0
  word(kTimerInterruptEnable) = kCompare0;
  cortex_m::enable_interrupt(kTimerInterrupt);
  word(kTimerStart) = 1;
}

Instant now() { return Instant(milliseconds); }

bool read_byte(uint8_t* byte) {
  if (!ring.pop(byte)) return false;
  cortex_m::enable_interrupt(kUartInterrupt);  // there is room again
  return true;
}

void write(Bytes bytes) {
  for (size_t index = 0; index < bytes.size; ++index) {
    while (word(kUartSent) == 0) {
    }
    word(kUartSent) = 0;
    word(kUartByteOut) = bytes[index];
  }
}

void wait() {
  cortex_m::mask_interrupts();
  if (ring.empty()) cortex_m::wait_for_interrupt();
  cortex_m::unmask_interrupts();
}

void feed_watchdog() { watchdog.feed(); }

bool started_by_watchdog() { return mark.take(); }

void restart() { cortex_m::reset(); }

const Store& store(Page page) { return kStores[static_cast<uint8_t>(page)]; }

// 62.5 instructions a tick: two ticks are counted as one.
uint32_t instructions_per_tick() { return 125; }

__attribute__((noinline)) uint32_t ticks() {
  cortex_m::mask_interrupts();
  word(kTimerCapture1) = 1;
  const uint32_t within = word(kTimerCaptured1);
  const bool passed = word(kTimerCompared0) != 0;  // a tick that is not yet counted
  const uint32_t before = milliseconds + (passed && within < kTicksPerMs / 2 ? 1 : 0);
  cortex_m::unmask_interrupts();
  return (before * kTicksPerMs + within) / 2;
}

}  // namespace board
}  // namespace usmp
