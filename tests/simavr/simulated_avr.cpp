// See simulated_avr.hpp.
#include "simulated_avr.hpp"

#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

#include <cstring>
#include <stdexcept>

namespace usmp::simavr {
namespace {

constexpr size_t kGpior0 = 0x3e, kGpior1 = 0x4a, kGpior2 = 0x4b;
constexpr size_t kStackPointerLow = 0x5d, kStackPointerHigh = 0x5e;
// `out SPH, r` and `out SPL, r`, whatever r is.
constexpr unsigned kOutMask = 0xfe0f, kOutStackPointerHigh = 0xbe0e, kOutStackPointerLow = 0xbe0d;
constexpr uint64_t kCyclesMax = 4'000'000'000;
constexpr uint64_t kCyclesOfAnInstructionMax = 5;

}  // namespace

SimulatedAvr::SimulatedAvr(const std::string& mcu, const std::string& image)
    : avr_(avr_make_mcu_by_name(mcu.c_str())) {
  if (avr_ == nullptr) throw std::runtime_error("simavr knows no " + mcu);
  elf_firmware_t firmware{};
  if (elf_read_firmware(image.c_str(), &firmware) != 0) {
    throw std::runtime_error(image + " cannot be read");
  }
  avr_init(avr_);
  avr_->log = LOG_ERROR;
  avr_load_firmware(avr_, &firmware);
  // One instruction at each avr_run().
  avr_->run_cycle_limit = 1;
  avr_->run_cycle_count = 1;
  run_until_host_has_the_turn();
  mailbox_ = static_cast<uint16_t>(avr_->data[kGpior1] | avr_->data[kGpior2] << 8);
  Mailbox box{};
  box.operation = Operation::Nothing;
  nothing_ = call(box, 0);
}

SimulatedAvr::~SimulatedAvr() { avr_terminate(avr_); }

uint8_t SimulatedAvr::turn() const { return avr_->data[kGpior0]; }

size_t SimulatedAvr::stack_pointer() const {
  return static_cast<size_t>(avr_->data[kStackPointerLow] | avr_->data[kStackPointerHigh] << 8);
}

void SimulatedAvr::step() {
  const uint64_t before = avr_->cycle;
  const unsigned instruction =
      static_cast<unsigned>(avr_->flash[avr_->pc] | avr_->flash[avr_->pc + 1] << 8) & kOutMask;
  const int state = avr_run(avr_);
  if (state == cpu_Done || state == cpu_Crashed) throw std::runtime_error("the AVR crashed");
  if (avr_->cycle - before > kCyclesOfAnInstructionMax) {
    throw std::runtime_error("simavr ran more than one instruction: the stack was not watched");
  }
  // Between its halves the stack pointer says nothing; whoever writes them keeps interrupts out.
  if (instruction == kOutStackPointerHigh) stack_pointer_half_written_ = true;
  if (instruction == kOutStackPointerLow) stack_pointer_half_written_ = false;
}

void SimulatedAvr::run_until_host_has_the_turn() {
  const uint64_t end = avr_->cycle + kCyclesMax;
  uint64_t first_cycle = 0;
  size_t first_stack = 0;
  bool measuring = false;
  while (turn() != static_cast<uint8_t>(Turn::Host)) {
    step();
    const uint8_t now = turn();
    if (now == static_cast<uint8_t>(Turn::Failed)) throw std::runtime_error("no such operation");
    if (now == static_cast<uint8_t>(Turn::Measured)) {
      if (!measuring) {
        measuring = true;
        first_cycle = avr_->cycle;
        // begin() has not returned yet: its return address lies there and is no one else's.
        first_stack = stack_pointer() + static_cast<size_t>(avr_->address_size);
        last_ = Figures{};
      }
      const size_t depth = first_stack - stack_pointer();
      const bool known = !stack_pointer_half_written_ && stack_pointer() <= first_stack;
      if (known && depth > last_.stack) last_.stack = depth;
      last_.cycles = avr_->cycle - first_cycle;
    }
    if (avr_->cycle > end) throw std::runtime_error("the AVR does not come to an end");
  }
  const size_t memory_begin = mailbox_ + sizeof(Mailbox);
  if (first_stack != 0 && first_stack - last_.stack < memory_begin) {
    throw std::runtime_error("the stack ran into the mailbox");
  }
}

Figures SimulatedAvr::call(Mailbox& box, size_t size) {
  const size_t used = offsetof(Mailbox, data) + size;
  if (size > kMailboxDataSize) throw std::runtime_error("too large for the AVR");
  std::memcpy(avr_->data + mailbox_, &box, used);
  avr_->data[kGpior0] = static_cast<uint8_t>(Turn::Avr);
  run_until_host_has_the_turn();
  std::memcpy(&box, avr_->data + mailbox_, used);
  last_.cycles -= nothing_.cycles;
  return last_;
}

SimulatedAvr& the_avr() {
  static SimulatedAvr avr(USMP_SIMAVR_MCU, USMP_SIMAVR_IMAGE);
  return avr;
}

}  // namespace usmp::simavr
