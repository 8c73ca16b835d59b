// Runs a device until its input ends or a signal comes: lines go to the gateway, its messages are
// printed, sessions are made anew. Not the command line: connect_command.cpp reads that.
#ifndef USMP_CLI_DEVICE_TERMINAL_HPP
#define USMP_CLI_DEVICE_TERMINAL_HPP

#include <poll.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "device_console.hpp"
#include "exit_code.hpp"
#include "line_reader.hpp"
#include "listen/file_descriptor.hpp"
#include "listen/listen_uri.hpp"
#include "usmp.h"
#include "usmp/bytes.hpp"
#include "usmp_posix/sleep_state_file.hpp"

namespace usmp::cli {

struct TerminalConfig {
  gateway::ListenUri gateway;
  int channel = 0;
  std::uint8_t cipher = 0;  ///< usmp_cipher_suite_t, 0: any
  const usmp_wire_t* wire = &usmp_wire_3;
  bool json = false;
  bool once = false;
  bool wait = false;
  std::uint32_t listen_for_s = 0;
  std::string sleep_state;  ///< empty: none
  bool early_data = false;
  bool stats = false;
};

class DeviceTerminal {
 public:
  /// `psk` outlives it.
  DeviceTerminal(const TerminalConfig& config, Bytes device_id, Bytes psk);
  ~DeviceTerminal();
  DeviceTerminal(const DeviceTerminal&) = delete;
  DeviceTerminal& operator=(const DeviceTerminal&) = delete;

  /// Returns when the device is done. Throws CommandError if stdout takes no more.
  ExitCode run();

 private:
  /// A line that is a message, until the gateway has acknowledged it.
  struct Line {
    std::string content;
    usmp_message_t message{};
  };
  /// How far the end is.
  enum class Ending : std::uint8_t {
    No,
    Delivering,  ///< the input ended: until all is acknowledged
    Listening,   ///< for messages, as long as was asked for
    Draining,    ///< before sleep: until the gateway says that it holds nothing
    Done,
  };

  void take_signals();
  void begin();
  int prepare_transport();
  bool is_udp() const { return config_.gateway.transport == gateway::Transport::Udp; }
  bool wake();
  void wait_for_something();
  int wait_ms() const;
  void read_lines();
  void submit_lines();
  void step();
  void session_over(usmp_err_t code);
  void give_up(usmp_err_t code);
  void receive_messages();
  void take_finished();
  void go_on_ending();
  void fall_asleep();
  void finish();

  TerminalConfig config_;
  DeviceConsole console_;
  std::unique_ptr<usmp_t> ctx_;  // it is large
  usmp_transport_t transport_{};
  gateway::FileDescriptor signals_;
  LineReader reader_;
  std::deque<std::unique_ptr<Line>> waiting_;    // not yet with the session
  std::deque<std::unique_ptr<Line>> under_way_;  // in the order in which they will be finished
  std::optional<posix::SleepStateFile> sleep_file_;
  Ending ending_ = Ending::No;
  ExitCode code_ = ExitCode::Ok;
  bool input_ended_ = false;
  bool is_asleep_ = false;
  bool drain_asked_ = false;
  std::uint32_t ending_until_ms_ = 0;   // Listening and Draining
  std::uint32_t restart_at_ms_ = 0;     // after the gateway ended the session
  std::uint32_t restart_pause_ms_ = 0;  // the last one
  bool restart_due_ = false;
  std::uint32_t input_again_ms_ = 0;
  bool input_pausing_ = false;
  std::string received_;
};

}  // namespace usmp::cli

#endif  // USMP_CLI_DEVICE_TERMINAL_HPP
