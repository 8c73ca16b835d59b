// See simulated_avr.hpp.
#include "simulated_avr.hpp"

#include <simavr/sim_avr.h>

#include <cstring>
#include <stdexcept>

namespace usmp::simavr {
namespace {

constexpr size_t kGpior0 = 0x3e, kGpior1 = 0x4a, kGpior2 = 0x4b;
constexpr uint64_t kCyclesMax = 4'000'000'000;

}  // namespace

SimulatedAvr::SimulatedAvr(const std::string& mcu, const std::string& image)
    : watched_(mcu, image) {
  run_until_host_has_the_turn();
  const uint8_t* const data = watched_.avr()->data;
  mailbox_ = static_cast<uint16_t>(data[kGpior1] | data[kGpior2] << 8);
  Mailbox box{};
  box.operation = Operation::Nothing;
  nothing_ = call(box, 0);
}

uint8_t SimulatedAvr::turn() { return watched_.avr()->data[kGpior0]; }

void SimulatedAvr::run_until_host_has_the_turn() {
  const uint64_t end = watched_.cycle() + kCyclesMax;
  uint64_t first_cycle = 0;
  size_t first_stack = 0;
  bool measuring = false;
  while (turn() != static_cast<uint8_t>(Turn::Host)) {
    watched_.step();
    const uint8_t now = turn();
    if (now == static_cast<uint8_t>(Turn::Failed)) throw std::runtime_error("no such operation");
    if (now == static_cast<uint8_t>(Turn::Measured)) {
      if (!measuring) {
        measuring = true;
        first_cycle = watched_.cycle();
        // begin() has not returned yet: its return address lies there and is no one else's.
        first_stack = watched_.stack_pointer() + static_cast<size_t>(watched_.avr()->address_size);
        last_ = Figures{};
      }
      const size_t depth = first_stack - watched_.stack_pointer();
      const bool known = watched_.stack_pointer_whole() && watched_.stack_pointer() <= first_stack;
      if (known && depth > last_.stack) last_.stack = depth;
      last_.cycles = watched_.cycle() - first_cycle;
    }
    if (watched_.cycle() > end) throw std::runtime_error("the AVR does not come to an end");
  }
  const size_t memory_begin = mailbox_ + sizeof(Mailbox);
  if (first_stack != 0 && first_stack - last_.stack < memory_begin) {
    throw std::runtime_error("the stack ran into the mailbox");
  }
}

Figures SimulatedAvr::call(Mailbox& box, size_t size) {
  const size_t used = offsetof(Mailbox, data) + size;
  if (size > kMailboxDataSize) throw std::runtime_error("too large for the AVR");
  std::memcpy(watched_.avr()->data + mailbox_, &box, used);
  watched_.avr()->data[kGpior0] = static_cast<uint8_t>(Turn::Avr);
  run_until_host_has_the_turn();
  std::memcpy(&box, watched_.avr()->data + mailbox_, used);
  last_.cycles -= nothing_.cycles;
  return last_;
}

SimulatedAvr& the_avr() {
  static SimulatedAvr avr(USMP_SIMAVR_MCU, USMP_SIMAVR_IMAGE);
  return avr;
}

}  // namespace usmp::simavr
