// See watched_avr.hpp.
#include "watched_avr.hpp"

#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

#include <cstdarg>
#include <cstdio>
#include <stdexcept>

namespace usmp::simavr {
namespace {

constexpr size_t kStackPointerLow = 0x5d, kStackPointerHigh = 0x5e;
// `out SPH, r` and `out SPL, r`, whatever r is.
constexpr unsigned kOutMask = 0xfe0f, kOutStackPointerHigh = 0xbe0e, kOutStackPointerLow = 0xbe0d;
constexpr uint64_t kCyclesOfAnInstructionMax = 5;

// Whoever runs the processor also keeps it in step with the time, if at all.
void sleep_at_once(avr_t*, avr_cycle_count_t) {}

// simavr's own logger says much, and on the standard output.
void log_errors(avr_t*, const int level, const char* format, va_list arguments) {
  if (level <= LOG_ERROR) std::vfprintf(stderr, format, arguments);
}

}  // namespace

WatchedAvr::WatchedAvr(const std::string& mcu, const std::string& image)
    : avr_(avr_make_mcu_by_name(mcu.c_str())) {
  if (avr_ == nullptr) throw std::runtime_error("simavr knows no " + mcu);
  avr_global_logger_set(log_errors);
  elf_firmware_t firmware{};
  if (elf_read_firmware(image.c_str(), &firmware) != 0) {
    throw std::runtime_error(image + " cannot be read");
  }
  avr_init(avr_);
  avr_->log = LOG_ERROR;
  avr_->sleep = sleep_at_once;
  avr_load_firmware(avr_, &firmware);
  variables_end_ = avr_->ioend + 1u + firmware.datasize + firmware.bsssize;
  // One instruction at each avr_run().
  avr_->run_cycle_limit = 1;
  avr_->run_cycle_count = 1;
}

WatchedAvr::~WatchedAvr() { avr_terminate(avr_); }

size_t WatchedAvr::stack_pointer() const {
  return static_cast<size_t>(avr_->data[kStackPointerLow] | avr_->data[kStackPointerHigh] << 8);
}

uint64_t WatchedAvr::cycle() const { return cycles_before_reset_ + avr_->cycle; }

void WatchedAvr::reset() {
  cycles_before_reset_ = cycle();
  avr_reset(avr_);
  avr_->cycle = last_cycle_ = 0;
  avr_->run_cycle_count = 1;
  stack_pointer_half_written_ = false;
}

void WatchedAvr::step() {
  const unsigned instruction =
      static_cast<unsigned>(avr_->flash[avr_->pc] | avr_->flash[avr_->pc + 1] << 8) & kOutMask;
  const bool asleep = avr_->state == cpu_Sleeping;
  const int state = avr_run(avr_);
  if (state == cpu_Done || state == cpu_Crashed) throw std::runtime_error("the AVR crashed");
  if (avr_->cycle < last_cycle_) {  // its watchdog started it anew
    cycles_before_reset_ += last_cycle_;
    ++starts_by_watchdog_;
    stack_pointer_half_written_ = false;
  } else if (!asleep && state != cpu_Sleeping &&
             avr_->cycle - last_cycle_ > kCyclesOfAnInstructionMax) {
    throw std::runtime_error("simavr ran more than one instruction: the stack was not watched");
  }
  last_cycle_ = avr_->cycle;
  // Between its halves the stack pointer says nothing; whoever writes them keeps interrupts out.
  if (instruction == kOutStackPointerHigh) stack_pointer_half_written_ = true;
  if (instruction == kOutStackPointerLow) stack_pointer_half_written_ = false;
}

}  // namespace usmp::simavr
