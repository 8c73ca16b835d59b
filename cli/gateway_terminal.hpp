// Runs a gateway until a signal ends it: typed lines go to devices, the console prints the rest.
// Not the command line: gateway_command.cpp reads that.
#ifndef USMP_CLI_GATEWAY_TERMINAL_HPP
#define USMP_CLI_GATEWAY_TERMINAL_HPP

#include <poll.h>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "gateway_console.hpp"
#include "line_reader.hpp"
#include "listen/file_descriptor.hpp"
#include "loop/server.hpp"
#include "registry/registry.hpp"

namespace usmp::cli {

struct TerminalOptions {
  gateway::ServerConfig server;
  ConsoleOptions console;
  unsigned stats_interval_s = 0;  ///< 0: none
  std::string ready_file;         ///< empty: none
};

class GatewayTerminal {
 public:
  explicit GatewayTerminal(const TerminalOptions& options);
  ~GatewayTerminal();

  /// Starts the server and returns when SIGINT or SIGTERM came and every session is ended. Throws
  /// what Server::start() throws, or CommandError if stdout takes no more.
  void run();

 private:
  void heed_signals(const std::stop_token& done) const;
  void write_ready_file() const;
  void serve();
  int wait_ms() const;
  void read_typed();
  void send_typed(std::string_view line);
  std::string why_not_sent(const gateway::DeviceId& device);

  TerminalOptions options_;
  gateway::FileDescriptor signals_;        // signalfd; first, because it comes before all threads
  gateway::FileDescriptor output_failed_;  // eventfd
  GatewayConsole console_;
  gateway::Server server_;
  std::unique_ptr<gateway::Registry> registry_;  // to know the devices that lines are typed for
  LineReader typed_;
  std::uint64_t token_ = 0;
  std::int64_t next_stats_ms_ = 0;
  std::int64_t typed_again_ms_ = 0;  // when stdin is looked at again
  bool typed_has_ended_ = false;
  bool has_failed_output_ = false;
};

}  // namespace usmp::cli

#endif  // USMP_CLI_GATEWAY_TERMINAL_HPP
