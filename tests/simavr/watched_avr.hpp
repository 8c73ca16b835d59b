// A processor in libsimavr that runs an ELF file one instruction at a time and watches the stack at
// every one. Knows neither what the program is for nor what hangs on the processor's pins.
#ifndef USMP_TESTS_SIMAVR_WATCHED_AVR_HPP
#define USMP_TESTS_SIMAVR_WATCHED_AVR_HPP

#include <cstddef>
#include <cstdint>
#include <string>

struct avr_t;

namespace usmp::simavr {

class WatchedAvr {
 public:
  /// `image` is an ELF file for the processor `mcu`. Throws if there is no such thing.
  WatchedAvr(const std::string& mcu, const std::string& image);
  ~WatchedAvr();
  WatchedAvr(const WatchedAvr&) = delete;
  WatchedAvr& operator=(const WatchedAvr&) = delete;

  /// One instruction, and the interrupt that is served behind it. Throws if the program crashed.
  void step();
  /// As the reset line does: memory stays.
  void reset();

  /// Since the construction, resets included.
  uint64_t cycle() const;
  unsigned starts_by_watchdog() const { return starts_by_watchdog_; }
  /// False between the two instructions that write the halves of the stack pointer.
  bool stack_pointer_whole() const { return !stack_pointer_half_written_; }
  size_t stack_pointer() const;
  /// The first address behind the program's variables, where the stack must end.
  size_t variables_end() const { return variables_end_; }

  avr_t* avr() { return avr_; }

 private:
  avr_t* avr_;
  size_t variables_end_ = 0;
  uint64_t cycles_before_reset_ = 0;
  uint64_t last_cycle_ = 0;
  unsigned starts_by_watchdog_ = 0;
  bool stack_pointer_half_written_ = false;
};

}  // namespace usmp::simavr

#endif  // USMP_TESTS_SIMAVR_WATCHED_AVR_HPP
