// An ATmega328P or 2560 in libsimavr that runs the program of firmware/: makes calls there, counts
// their cycles and watches their stack at every instruction. Knows no primitive.
#ifndef USMP_TESTS_SIMAVR_SIMULATED_AVR_HPP
#define USMP_TESTS_SIMAVR_SIMULATED_AVR_HPP

#include <cstdint>
#include <memory>
#include <string>

#include "firmware/mailbox.hpp"
#include "watched_avr.hpp"

namespace usmp::simavr {

/// What a call took, without the call of a function that does nothing.
struct Figures {
  uint64_t cycles = 0;
  /// The most bytes that lay on the stack at any instruction, return address included.
  size_t stack = 0;
};

class SimulatedAvr {
 public:
  /// `image` is an ELF file for the processor `mcu`. Throws if it does not start.
  SimulatedAvr(const std::string& mcu, const std::string& image);

  /// Makes the call in `box`, of whose data the first `size` bytes are input and output. Throws if
  /// the program crashes or leaves its memory.
  Figures call(Mailbox& box, size_t size);

  /// Of the last call.
  const Figures& last() const { return last_; }

 private:
  void run_until_host_has_the_turn();
  uint8_t turn();

  WatchedAvr watched_;
  uint16_t mailbox_ = 0;
  Figures nothing_;
  Figures last_;
};

/// The one of this process, with the image that the build made.
SimulatedAvr& the_avr();

}  // namespace usmp::simavr

#endif  // USMP_TESTS_SIMAVR_SIMULATED_AVR_HPP
