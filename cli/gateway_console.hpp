// What `usmp gateway` prints: messages from devices as lines or JSON on stdout, what happens to
// sessions and messages on stderr. Called by the server's threads.
#ifndef USMP_CLI_GATEWAY_CONSOLE_HPP
#define USMP_CLI_GATEWAY_CONSOLE_HPP

#include <spdlog/logger.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/engine_counters.hpp"
#include "line_writer.hpp"
#include "loop/server_application.hpp"

namespace usmp::cli {

struct ConsoleOptions {
  bool json = false;
  bool quiet = false;  ///< print no messages
  bool echo = false;   ///< send each message back
  bool lines = false;  ///< print the counters of serial lines too
};

class GatewayConsole final : public gateway::ServerApplication {
 public:
  /// `output_failed` is called once, on another thread, if stdout takes no more.
  GatewayConsole(const ConsoleOptions& options, std::function<void()> output_failed);
  ~GatewayConsole() override;

  void message_arrived(gateway::Engine& engine, const gateway::ArrivedMessage& message) override;
  void message_settled(const gateway::DeliveryReport& report) override;
  void session_changed(const gateway::SessionReport& report) override;
  void warned(const std::string& line) override;

  // For the command itself, on stderr:

  void say_listening(const std::string& uri);
  /// A line for a person; with JSON an object {"event": "note", "text": …}.
  void note(const std::string& line);
  /// A typed message was taken: it has a session to go to, or it is held.
  void say_taken(const gateway::DeviceId& device, std::uint64_t token, bool is_connected);
  /// A typed line was not taken, and why.
  void say_refused(const std::string& why);
  void say_counters(const gateway::EngineCounters& counters, bool is_end);

  /// The end is near: no callback waits for the reader of stdout any more.
  void hurry() { lines_.hurry(); }
  /// Prints what is left.
  void finish();
  /// Echoes that a device's limit did not allow.
  std::uint64_t echoes_refused() const { return echoes_refused_.load(); }

 private:
  void print_message(const gateway::ArrivedMessage& message);
  void echo(gateway::Engine& engine, const gateway::ArrivedMessage& message);

  ConsoleOptions options_;
  LineWriter lines_;
  std::shared_ptr<spdlog::logger> log_;  // to stderr
  std::atomic<std::uint64_t> echoes_refused_{0};
};

}  // namespace usmp::cli

#endif  // USMP_CLI_GATEWAY_CONSOLE_HPP
