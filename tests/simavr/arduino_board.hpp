// An Arduino Uno or Mega: the processor with its UARTs on lines, an EEPROM that outlives a power
// cut, the LED of pin 13, reset and power. Kept in step with real time, since what it talks to is
// real.
#ifndef USMP_TESTS_SIMAVR_ARDUINO_BOARD_HPP
#define USMP_TESTS_SIMAVR_ARDUINO_BOARD_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "uart_line.hpp"
#include "watched_avr.hpp"

struct avr_eeprom_t;

namespace usmp::simavr {

struct LedChange {
  uint64_t cycle;
  bool lit;
};

/// A frame that went over one of the lines.
struct SeenFrame {
  unsigned line;
  UartLine::Way way;
  LineFrame frame;
};

/// Where the stack was deepest.
struct DeepestStack {
  size_t bytes = 0;
  uint32_t program_counter = 0;   ///< of the instruction behind, in bytes
  std::vector<uint8_t> contents;  ///< from the deepest byte up
};

class ArduinoBoard {
 public:
  /// `mcu`: atmega328p (Uno, UART 0) or atmega2560 (Mega, UARTs 0 and 1). Has power at once.
  ArduinoBoard(const std::string& mcu, const std::string& image);

  /// Runs for a few milliseconds of the AVR's time, and waits until as many have really passed.
  void run();
  /// As the button does: memory stays.
  void reset();
  /// Off, the processor stands still. On again, it starts with memory full of anything.
  void set_power(bool on);

  std::vector<uint8_t> eeprom() const;
  void set_eeprom(const std::vector<uint8_t>& content);

  uint64_t cycle() const { return watched_.cycle(); }
  /// What is not simulated in time: real time that went by while the AVR was behind.
  double seconds_behind() const { return seconds_behind_; }
  const std::vector<std::unique_ptr<UartLine>>& lines() const { return lines_; }
  const std::vector<LedChange>& led_changes() const { return led_changes_; }
  const DeepestStack& deepest() const { return deepest_; }
  /// The stack ran into the variables: whatever happened since is of no worth.
  bool overrun() const { return overrun_; }
  unsigned starts_by_watchdog() const { return watched_.starts_by_watchdog(); }
  const std::vector<SeenFrame>& frames() const { return frames_; }

 private:
  static void led_written(avr_irq_t* irq, uint32_t value, void* self);
  static void eeprom_command_written(avr_irq_t* irq, uint32_t value, void* self);
  static uint64_t eeprom_written(avr_t* avr, uint64_t when, void* self);
  void set_led(bool lit);
  void run_until(uint64_t cycle);
  void look_at_stack();
  void keep_in_step();

  WatchedAvr watched_;
  avr_eeprom_t* eeprom_;
  uint8_t last_eeprom_command_ = 0;
  std::vector<std::unique_ptr<UartLine>> lines_;
  std::vector<LedChange> led_changes_;
  std::vector<SeenFrame> frames_;
  DeepestStack deepest_;
  size_t lowest_stack_pointer_;
  bool power_ = true;
  bool overrun_ = false;
  double seconds_behind_ = 0;
  std::chrono::steady_clock::time_point real_;  // when the present cycle is due
};

}  // namespace usmp::simavr

#endif  // USMP_TESTS_SIMAVR_ARDUINO_BOARD_HPP
