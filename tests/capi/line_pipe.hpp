// A pipe of bytes as a program would write one for its UART, with a gateway at its other end: what
// comes out as frames goes on as datagrams. It can damage bytes, take few at a time and be gone.
#ifndef USMP_TESTS_CAPI_LINE_PIPE_HPP
#define USMP_TESTS_CAPI_LINE_PIPE_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "usmp.h"
#include "usmp/framing/serial.hpp"

namespace usmp::test {

class LinePipe {
 public:
  /// To a TestGateway on UDP.
  explicit LinePipe(int gateway_port);
  ~LinePipe();
  LinePipe(const LinePipe&) = delete;
  LinePipe& operator=(const LinePipe&) = delete;

  /// With `send`, `recv`, `stream`, and `open` and `close` only where `opens` is set.
  usmp_transport_t transport(bool opens = false);

  std::size_t take_max = SIZE_MAX;  ///< bytes taken or given in one call
  unsigned damage_every = 0;        ///< one of so many bytes, by chance, has a bit flipped; 0: none
  bool is_gone = false;             ///< as an adapter that was pulled out
  bool is_deaf = false;             ///< takes nothing
  unsigned opened_count = 0;
  std::uint64_t bytes_out = 0;  ///< from the device
  bool first_byte_was_zero = false;
  SerialDrops drops() const { return deframer_.drops(); }

 private:
  int send(const std::uint8_t* data, std::size_t len);
  int recv(std::uint8_t* buf, std::size_t max_len);
  std::uint8_t damaged(std::uint8_t byte);

  int socket_;
  std::vector<std::uint8_t> packet_;
  SerialDeframer deframer_;
  std::string incoming_;  // frames for the device
  std::uint32_t lottery_ = 1;
};

}  // namespace usmp::test

#endif  // USMP_TESTS_CAPI_LINE_PIPE_HPP
