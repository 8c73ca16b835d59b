// See arduino_board.hpp.
#include "arduino_board.hpp"

#include <simavr/avr_eeprom.h>
#include <simavr/avr_ioport.h>
#include <simavr/sim_avr.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>
#include <thread>

namespace usmp::simavr {
namespace {

constexpr uint32_t kFrequency = 16'000'000;
constexpr uint64_t kCyclesARun = kFrequency / 2000;
constexpr uint64_t kCyclesALook = 340;  // a quarter of a byte at 115200 bits a second
constexpr auto kRun = std::chrono::microseconds(500);
// Later than that, the time that is lost is lost: the AVR is not made to run faster than a real
// one.
constexpr auto kBehindMax = std::chrono::milliseconds(20);

constexpr size_t kMcusr = 0x54;
constexpr size_t kEecr = 0x3f;
constexpr uint8_t kEepromWrites = 2, kEepromMayWrite = 4;  // EEPE, EEMPE
constexpr uint32_t kEepromWriteUs = 3400;                  // by the data sheet, erasing included
constexpr uint8_t kPowerOn = 1, kExternalReset = 2;

struct Kind {
  const char* mcu;
  unsigned uarts;
  int led;  // of port B
};
constexpr Kind kKinds[] = {{"atmega328p", 1, 5}, {"atmega2560", 2, 7}};

const Kind& kind_of(const std::string& mcu) {
  for (const Kind& kind : kKinds) {
    if (mcu == kind.mcu) return kind;
  }
  throw std::runtime_error("no Arduino has a " + mcu);
}

avr_io_t* find_module(avr_t* avr, const char* kind) {
  for (avr_io_t* port = avr->io_port; port != nullptr; port = port->next) {
    if (std::strcmp(port->kind, kind) == 0) return port;
  }
  throw std::runtime_error(std::string("the AVR has no ") + kind);
}

}  // namespace

ArduinoBoard::ArduinoBoard(const std::string& mcu, const std::string& image)
    : watched_(mcu, image), real_(std::chrono::steady_clock::now()) {
  avr_t* const avr = watched_.avr();
  avr->frequency = kFrequency;
  lowest_stack_pointer_ = avr->ramend;
  const Kind& kind = kind_of(mcu);
  for (unsigned number = 0; number < kind.uarts; ++number) {
    lines_.push_back(std::make_unique<UartLine>(
        watched_, number, [this, number](UartLine::Way way, const LineFrame& frame) {
          frames_.push_back({number, way, frame});
        }));
  }
  avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), kind.led),
                          &ArduinoBoard::led_written, this);
  eeprom_ = reinterpret_cast<avr_eeprom_t*>(find_module(avr, "eeprom"));
  avr_irq_register_notify(avr_iomem_getirq(avr, eeprom_->r_eecr, nullptr, AVR_IOMEM_IRQ_ALL),
                          &ArduinoBoard::eeprom_command_written, this);
  set_power(true);
}

void ArduinoBoard::led_written(avr_irq_t*, uint32_t value, void* self) {
  auto* const board = static_cast<ArduinoBoard*>(self);
  board->set_led(value != 0);
}

void ArduinoBoard::set_led(bool lit) {
  const bool was_lit = !led_changes_.empty() && led_changes_.back().lit;
  if (lit != was_lit) led_changes_.push_back({cycle(), lit});
}

void ArduinoBoard::reset() {
  if (!power_) return;
  watched_.reset();
  set_led(false);
  watched_.avr()->data[kMcusr] = kExternalReset;
}

void ArduinoBoard::set_power(bool on) {
  power_ = on;
  for (auto& line : lines_) line->set_power(on);
  set_led(false);
  if (!on) return;
  watched_.reset();
  avr_t* const avr = watched_.avr();
  std::mt19937 random(static_cast<uint32_t>(watched_.cycle()) + 1);
  for (size_t address = avr->ioend + 1u; address <= avr->ramend; ++address) {
    avr->data[address] = static_cast<uint8_t>(random());
  }
  avr->data[kMcusr] = kPowerOn;
  real_ = std::chrono::steady_clock::now();
}

// simavr writes at once, and says so.
void ArduinoBoard::eeprom_command_written(avr_irq_t*, uint32_t value, void* self) {
  auto* const board = static_cast<ArduinoBoard*>(self);
  avr_t* const avr = board->watched_.avr();
  if ((value & kEepromWrites) == 0 || (board->last_eeprom_command_ & kEepromMayWrite) == 0) {
    board->last_eeprom_command_ = static_cast<uint8_t>(value);
    return;
  }
  board->last_eeprom_command_ = 0;
  avr->data[kEecr] |= kEepromWrites;
  avr_cycle_timer_register_usec(avr, kEepromWriteUs, &ArduinoBoard::eeprom_written, nullptr);
}

uint64_t ArduinoBoard::eeprom_written(avr_t* avr, uint64_t, void*) {
  avr->data[kEecr] &= static_cast<uint8_t>(~kEepromWrites);
  return 0;
}

std::vector<uint8_t> ArduinoBoard::eeprom() const {
  return std::vector<uint8_t>(eeprom_->eeprom, eeprom_->eeprom + eeprom_->size);
}

void ArduinoBoard::set_eeprom(const std::vector<uint8_t>& content) {
  if (content.size() != eeprom_->size) {
    throw std::runtime_error("the file is no image of this board's EEPROM");
  }
  std::copy(content.begin(), content.end(), eeprom_->eeprom);
}

void ArduinoBoard::look_at_stack() {
  const size_t pointer = watched_.stack_pointer();
  if (pointer >= lowest_stack_pointer_ || !watched_.stack_pointer_whole()) return;
  lowest_stack_pointer_ = pointer;
  const avr_t* const avr = watched_.avr();
  deepest_.bytes = avr->ramend - pointer;
  deepest_.program_counter = avr->pc;
  deepest_.contents.assign(avr->data + pointer + 1, avr->data + avr->ramend + 1);
  if (pointer + 1 < watched_.variables_end()) overrun_ = true;
}

void ArduinoBoard::run_until(uint64_t cycle) {
  while (watched_.cycle() < cycle) {
    const uint64_t look = watched_.cycle() + kCyclesALook;
    while (watched_.cycle() < look) {
      watched_.step();
      look_at_stack();
    }
    for (auto& line : lines_) line->advance();
  }
}

void ArduinoBoard::keep_in_step() {
  real_ += kRun;
  std::this_thread::sleep_until(real_);
  const auto behind = std::chrono::steady_clock::now() - real_;
  if (behind <= kBehindMax) return;
  seconds_behind_ += std::chrono::duration<double>(behind).count();
  real_ += behind;
}

void ArduinoBoard::run() {
  if (power_) run_until(watched_.cycle() + kCyclesARun);
  for (auto& line : lines_) line->exchange();
  keep_in_step();
}

}  // namespace usmp::simavr
