// QEMU's RISC-V machine `virt` with one rv32imc hart in machine mode: 16550 UART behind the PLIC,
// the CLINT's clock. See usmp_bare_metal/board.hpp for what each function promises.
#include "usmp_bare_metal/board.hpp"

#include "byte_ring.hpp"
#include "page_memory.hpp"
#include "start_up.hpp"
#include "watchdog.hpp"

// The compiler's rv32imc leaves out the instructions for control registers; every hart has them.
__asm__(".option arch, +zicsr");

namespace usmp {
namespace board {

namespace {

volatile uint32_t& word(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(static_cast<uintptr_t>(address));
}
volatile uint8_t& byte_at(uint32_t address) {
  return *reinterpret_cast<volatile uint8_t*>(static_cast<uintptr_t>(address));
}

const uint32_t kUartData = 0x10000000;
const uint32_t kUartInterrupts = 0x10000001;
const uint32_t kUartFifo = 0x10000002;
const uint32_t kUartStatus = 0x10000005;
const uint8_t kUartReceived = 1;
const uint8_t kUartRoom = 0x20;
const uint32_t kUartSource = 10;

const uint32_t kPlicPriority = 0x0C000000;
const uint32_t kPlicEnable = 0x0C002000;
const uint32_t kPlicThreshold = 0x0C200000;
const uint32_t kPlicClaim = 0x0C200004;

const uint32_t kClockHz = 10000000;
const uint32_t kClock = 0x0200BFF8;
const uint32_t kClockCompare = 0x02004000;
const uint32_t kTicksPerMs = kClockHz / 1000;

const uint32_t kPower = 0x00100000;
const uint32_t kPowerReset = 0x7777;

const uint32_t kGlobalInterrupts = 8;           // mstatus.MIE
const uint32_t kTimerAndExternal = 0x00000880;  // mie.MTIE, mie.MEIE
const uint32_t kCauseTimer = 0x80000007;
const uint32_t kCauseExternal = 0x8000000B;

ByteRing ring;
volatile uint32_t milliseconds;
uint32_t next_tick;
Watchdog watchdog;
__attribute__((section(".retained"))) WatchdogMark mark;

void mask_interrupts() { __asm__ volatile("csrc mstatus, %0" ::"r"(kGlobalInterrupts) : "memory"); }
void unmask_interrupts() {
  __asm__ volatile("csrs mstatus, %0" ::"r"(kGlobalInterrupts) : "memory");
}

// The low half of the clock wraps every 7 minutes, so the high half of the comparison follows it.
void set_next_tick() {
  const uint32_t low = word(kClock);
  next_tick += kTicksPerMs;
  if (next_tick - low > kTicksPerMs) next_tick = low + kTicksPerMs;  // late, or the first
  uint32_t high = word(kClock + 4);
  if (next_tick < low) ++high;
  word(kClockCompare + 4) = 0xFFFFFFFF;  // never in between
  word(kClockCompare) = next_tick;
  word(kClockCompare + 4) = high;
}

void tick() {
  set_next_tick();
  milliseconds = milliseconds + 1;
  if (watchdog.tick()) {
    mark.set();
    restart();
  }
}

// Where the ring is full the byte stays with the UART, and the line waits or loses what follows:
// the frame's CRC tells, and it comes again.
void receive_interrupt() {
  const uint32_t source = word(kPlicClaim);
  while ((byte_at(kUartStatus) & kUartReceived) != 0 && !ring.full()) {
    ring.push(byte_at(kUartData));
  }
  if (ring.full()) byte_at(kUartInterrupts) = 0;  // until there is room
  word(kPlicClaim) = source;
}

__attribute__((interrupt("machine"), aligned(4))) void trap() {
  uint32_t cause;
  __asm__ volatile("csrr %0, mcause" : "=r"(cause));
  if (cause == kCauseTimer) {
    tick();
  } else if (cause == kCauseExternal) {
    receive_interrupt();
  } else {
    mark.set();  // a fault, which the clock's interrupt cannot overtake
    restart();
  }
}

const Store kStores[kPageCount] = USMP_PAGE_STORES(pages_start, &read_page, &write_page);

}  // namespace

extern "C" __attribute__((section(".vectors"), naked, used)) void reset_vector() {
  __asm__ volatile(
      "la sp, stack_top\n"
      "j run_after_reset\n");
}

extern "C" __attribute__((used)) void run_after_reset() {
  __asm__ volatile("csrw mtvec, %0" ::"r"(&trap));
  run_main();
}

void start() {
  byte_at(kUartFifo) = 1;
  byte_at(kUartInterrupts) = 1;
  word(kPlicPriority + 4 * kUartSource) = 1;
  word(kPlicEnable) = 1u << kUartSource;
  word(kPlicThreshold) = 0;
  watchdog.feed();
  set_next_tick();
  __asm__ volatile("csrw mie, %0" ::"r"(kTimerAndExternal));
  unmask_interrupts();
}

Instant now() { return Instant(milliseconds); }

bool read_byte(uint8_t* byte) {
  if (!ring.pop(byte)) return false;
  byte_at(kUartInterrupts) = 1;  // there is room again
  return true;
}

void write(Bytes bytes) {
  for (size_t index = 0; index < bytes.size; ++index) {
    while ((byte_at(kUartStatus) & kUartRoom) == 0) {
    }
    byte_at(kUartData) = bytes[index];
  }
}

void wait() {
  mask_interrupts();
  if (ring.empty()) __asm__ volatile("wfi" ::: "memory");
  unmask_interrupts();
}

void feed_watchdog() { watchdog.feed(); }

bool started_by_watchdog() { return mark.take(); }

void restart() {
  word(kPower) = kPowerReset;
  for (;;) {
  }
}

const Store& store(Page page) { return kStores[static_cast<uint8_t>(page)]; }

uint32_t instructions_per_tick() { return 1000000000 / kClockHz; }

__attribute__((noinline)) uint32_t ticks() { return word(kClock); }

}  // namespace board
}  // namespace usmp
