// An UART of a simulated AVR as a line to a TCP socket, at the speed that the AVR has set: a byte
// takes its ten bits each way, and one that comes while nobody fetches those before it is lost, as
// on a real one. Not a model of noise: a proxy on the line does that.
#ifndef USMP_TESTS_SIMAVR_UART_LINE_HPP
#define USMP_TESTS_SIMAVR_UART_LINE_HPP

#include <cstdint>
#include <deque>
#include <functional>

#include "watched_avr.hpp"

struct avr_uart_t;
struct avr_irq_t;

namespace usmp::simavr {

/// A frame of the line, up to its 0x00, by the clock of the AVR.
struct LineFrame {
  uint64_t first_cycle = 0;  ///< when its first byte begins
  uint64_t last_cycle = 0;   ///< when its 0x00 ends
  uint32_t size = 0;         ///< without the 0x00
  uint8_t packet_byte = 0;   ///< byte 0 of the packet in it: the one behind COBS's first
};

class UartLine {
 public:
  enum class Way : uint8_t { In, Out };
  typedef std::function<void(Way, const LineFrame&)> FrameSeen;

  /// UART `number` of the AVR, listening on a port of 127.0.0.1 that the system chooses.
  UartLine(WatchedAvr& watched, unsigned number, FrameSeen seen);
  ~UartLine();
  UartLine(const UartLine&) = delete;
  UartLine& operator=(const UartLine&) = delete;

  uint16_t port() const { return port_; }
  /// Bytes that came while the AVR did not fetch those before them, or was off.
  uint64_t bytes_lost() const { return bytes_lost_; }

  /// Moves bytes between line and AVR as the time has come for them; at least once a byte's time.
  void advance();
  /// Moves bytes between line and socket.
  void exchange();
  /// The AVR has no power, or has it again.
  void set_power(bool on);

 private:
  struct Departing {
    uint64_t cycle;
    uint8_t byte;
  };

  static void byte_written(avr_irq_t* irq, uint32_t value, void* self);
  void take(uint8_t byte);
  uint64_t byte_cycles() const;
  bool listens() const;
  void look_for_peer();
  void hang_up();
  void watch(Way way, uint8_t byte, uint64_t begin, uint64_t end);

  WatchedAvr& watched_;
  avr_uart_t* uart_;
  FrameSeen seen_;
  int listener_ = -1;
  int peer_ = -1;
  uint16_t port_ = 0;
  bool power_ = true;
  std::deque<uint8_t> arriving_;
  std::deque<Departing> departing_;
  uint64_t in_free_at_ = 0;
  uint64_t out_free_at_ = 0;
  uint64_t bytes_lost_ = 0;
  LineFrame frames_[2];  // being collected, in and out
};

}  // namespace usmp::simavr

#endif  // USMP_TESTS_SIMAVR_UART_LINE_HPP
