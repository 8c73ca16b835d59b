// What every Cortex-M has: masking of interrupts, waiting, reset, the table of exceptions.
// Not a board: see boards/.
#ifndef USMP_BARE_METAL_CORTEX_M_HPP
#define USMP_BARE_METAL_CORTEX_M_HPP

#include <stddef.h>
#include <stdint.h>

namespace usmp {
namespace cortex_m {

inline volatile uint32_t& word(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(static_cast<uintptr_t>(address));
}

inline void mask_interrupts() { __asm__ volatile("cpsid i" ::: "memory"); }
inline void unmask_interrupts() { __asm__ volatile("cpsie i" ::: "memory"); }
/// Returns when an interrupt is pending, also while they are masked.
inline void wait_for_interrupt() { __asm__ volatile("dsb\n wfi" ::: "memory"); }

static const uint32_t kInterruptEnable = 0xE000E100;
inline void enable_interrupt(uint32_t number) { word(kInterruptEnable) = 1u << number; }

[[noreturn]] inline void reset() {
  static const uint32_t kApplicationInterruptAndReset = 0xE000ED0C;
  static const uint32_t kResetRequest = 0x05FA0004;
  __asm__ volatile("dsb" ::: "memory");
  word(kApplicationInterruptAndReset) = kResetRequest;
  for (;;) {
  }
}

/// What the processor reads at address 0: where the stack begins, then who handles what. The board
/// enables the first `kInterruptCount` interrupts at most.
template <size_t kInterruptCount>
struct ExceptionTable {
  void* stack_top;
  void (*reset)();
  void (*non_maskable)();
  void (*faults[4])();
  void (*reserved[4])();
  void (*supervisor_call)();
  void (*debug)();
  void (*reserved_too)();
  void (*pending)();
  void (*system_tick)();
  void (*interrupts[kInterruptCount])();
};

}  // namespace cortex_m
}  // namespace usmp

#endif  // USMP_BARE_METAL_CORTEX_M_HPP
