// What `usmp connect` prints: messages as lines on stdout, what happens to the session on stderr,
// or both as JSON on stdout. Not what happens: device_terminal.cpp decides that.
#ifndef USMP_CLI_DEVICE_CONSOLE_HPP
#define USMP_CLI_DEVICE_CONSOLE_HPP

#include <cstdint>
#include <string>

#include "usmp.h"
#include "usmp/bytes.hpp"

namespace usmp::cli {

class DeviceConsole {
 public:
  explicit DeviceConsole(bool json) : json_(json) {}

  /// Throws CommandError if stdout takes no more, as all of these with JSON.
  void print_message(Bytes content, std::uint8_t channel, bool is_datagram);

  /// Tells a new session, and a new hint why there is none yet; once each.
  void say_state(const usmp_t& ctx);
  void say_woken(const usmp_t& ctx);
  void say_asleep();
  void say_closed();
  void say_error(usmp_err_t code);
  void say_stats(const usmp_stats_t& stats);
  /// A line for a person; with JSON an object {"event": "note", "text": …}.
  void note(const std::string& line);

 private:
  bool json_;
  bool was_established_ = false;
  usmp_err_t hint_ = USMP_OK;
};

}  // namespace usmp::cli

#endif  // USMP_CLI_DEVICE_CONSOLE_HPP
