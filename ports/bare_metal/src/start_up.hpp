// What happens between reset and main() on every board: variables get their first values. Called by
// the board's own reset code, once a stack is there.
#ifndef USMP_BARE_METAL_START_UP_HPP
#define USMP_BARE_METAL_START_UP_HPP

#include <stdint.h>

extern "C" {
// Of sections.ld.
extern uint32_t data_start[];
extern uint32_t data_end[];
extern const uint32_t data_image[];
extern uint32_t bss_start[];
extern uint32_t bss_end[];
extern void (*const constructors_start[])();
extern void (*const constructors_end[])();
extern uint32_t stack_top[];
extern uint8_t pages_start[];
int main();
}

namespace usmp {

/// Fills .data and .bss, constructs what is static, then runs main(), which never returns.
[[noreturn]] inline void run_main() {
  const uint32_t* from = data_image;
  for (uint32_t* to = data_start; to != data_end;) *to++ = *from++;
  for (uint32_t* to = bss_start; to != bss_end;) *to++ = 0;
  for (void (*const* constructor)() = constructors_start; constructor != constructors_end;) {
    (*constructor++)();
  }
  main();
  for (;;) {
  }
}

}  // namespace usmp

#endif  // USMP_BARE_METAL_START_UP_HPP
