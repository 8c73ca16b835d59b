// See gateway_terminal.hpp.
#include "gateway_terminal.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "command_error.hpp"
#include "standard_streams.hpp"
#include "typed_line.hpp"

namespace usmp::cli {
namespace {

constexpr int kTypedPauseMs = 1000;
constexpr std::chrono::milliseconds kSecondSignalAfter{500};

std::int64_t now_ms() {
  timespec time{};
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

/// Takes the signals that end the program, before the first thread is made: all threads block them.
gateway::FileDescriptor take_signals() {
  const sigset_t ending = ending_signals();
  (void)pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  // Reading a terminal from the background gives an error instead of stopping the gateway.
  (void)signal(SIGTTIN, SIG_IGN);
  gateway::FileDescriptor signals(signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals.is_open()) throw std::system_error(errno, std::generic_category(), "signalfd");
  return signals;
}

Bytes bytes_of(std::string_view text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

GatewayTerminal::GatewayTerminal(const TerminalOptions& options)
    : options_(options),
      signals_(take_signals()),
      output_failed_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      console_(options.console,
               [this] {
                 const std::uint64_t one = 1;
                 (void)!write(output_failed_.number(), &one, sizeof one);
               }),
      server_(options.server, console_),
      registry_(std::make_unique<gateway::Registry>(options.server.registry_path,
                                                    gateway::OpenMode::Read)),
      typed_(STDIN_FILENO) {
  if (!output_failed_.is_open()) throw std::system_error(errno, std::generic_category(), "eventfd");
}

GatewayTerminal::~GatewayTerminal() {
  // After an error: nobody is left to wait for the reader of stdout.
  console_.hurry();
}

void GatewayTerminal::run() {
  server_.start();
  for (const std::string& uri : server_.listening()) console_.say_listening(uri);
  write_ready_file();
  serve();

  const std::jthread second_signal([this](const std::stop_token& done) { heed_signals(done); });
  console_.hurry();
  server_.stop();
  if (!options_.ready_file.empty()) (void)unlink(options_.ready_file.c_str());
  if (console_.echoes_refused() != 0) {
    console_.note(std::to_string(console_.echoes_refused()) + " messages were not sent back");
  }
  console_.say_counters(server_.counters(), true);
  console_.finish();
  if (has_failed_output_) {
    throw CommandError(ExitCode::Failure, "cannot write to stdout: who read it is gone");
  }
}

void GatewayTerminal::heed_signals(const std::stop_token& done) const {
  std::mutex mutex;
  std::condition_variable_any until_done;
  std::unique_lock lock(mutex);
  const auto is_done = [&done] { return done.stop_requested(); };
  // One Ctrl-C or one `timeout` may reach a program twice: the second is for who waited in vain.
  if (until_done.wait_for(lock, done, kSecondSignalAfter, is_done)) return;
  if (is_done()) return;
  signalfd_siginfo repeated;
  while (read(signals_.number(), &repeated, sizeof repeated) > 0) continue;
  // From here on a signal ends the program as it does any other.
  const sigset_t ending = ending_signals();
  (void)pthread_sigmask(SIG_UNBLOCK, &ending, nullptr);
  until_done.wait(lock, done, is_done);
}

void GatewayTerminal::write_ready_file() const {
  if (options_.ready_file.empty()) return;
  std::string text;
  for (const std::string& uri : server_.listening()) text += uri + "\n";
  // Whoever waits for the file finds it whole or not at all.
  const std::string made = options_.ready_file + ".new";
  const gateway::FileDescriptor file(
      open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.is_open() || !write_all(file.number(), bytes_of(text)) ||
      rename(made.c_str(), options_.ready_file.c_str()) != 0) {
    throw CommandError(ExitCode::Failure, "cannot write " + options_.ready_file + ": " +
                                              std::generic_category().message(errno));
  }
}

void GatewayTerminal::serve() {
  if (options_.stats_interval_s != 0) next_stats_ms_ = now_ms() + options_.stats_interval_s * 1000;
  for (;;) {
    const bool reads_typed = !typed_has_ended_ && now_ms() >= typed_again_ms_;
    pollfd files[3] = {{signals_.number(), POLLIN, 0},
                       {output_failed_.number(), POLLIN, 0},
                       {reads_typed ? STDIN_FILENO : -1, POLLIN, 0}};
    (void)poll(files, 3, wait_ms());
    if (files[0].revents != 0) {
      // Taken, or it would come again when signals are let through.
      signalfd_siginfo signal_info;
      (void)!read(signals_.number(), &signal_info, sizeof signal_info);
      return;
    }
    if (files[1].revents != 0) {
      has_failed_output_ = true;
      return;
    }
    if (files[2].revents != 0) read_typed();
    if (next_stats_ms_ != 0 && now_ms() >= next_stats_ms_) {
      next_stats_ms_ += options_.stats_interval_s * 1000;
      console_.say_counters(server_.counters(), false);
    }
  }
}

int GatewayTerminal::wait_ms() const {
  std::int64_t until = INT64_MAX;
  if (next_stats_ms_ != 0) until = next_stats_ms_;
  if (!typed_has_ended_ && typed_again_ms_ != 0) until = std::min(until, typed_again_ms_);
  if (until == INT64_MAX) return -1;
  return static_cast<int>(std::clamp<std::int64_t>(until - now_ms(), 0, 60'000));
}

void GatewayTerminal::read_typed() {
  typed_again_ms_ = 0;
  const auto take = [this](std::string_view line) { send_typed(line); };
  const auto too_long = [this] { console_.say_refused("the line is too long for a message"); };
  switch (typed_.read(take, too_long)) {
    case LineReader::Found::Lines:
      break;
    case LineReader::Found::NotOurs:
      typed_again_ms_ = now_ms() + kTypedPauseMs;
      break;
    case LineReader::Found::End:
      typed_has_ended_ = true;
      break;
  }
}

void GatewayTerminal::send_typed(std::string_view line) {
  const ParsedLine parsed = parse_typed_line(line);
  if (!parsed.message) {
    if (!parsed.problem.empty()) console_.say_refused(parsed.problem);
    return;
  }
  const TypedMessage& message = *parsed.message;
  const std::string problem = why_not_sent(message.device);
  if (!problem.empty()) {
    console_.say_refused(problem);
    return;
  }
  const bool is_connected = server_.is_connected(message.device);
  // Told before it is sent, so that "delivered" never stands above it.
  console_.say_taken(message.device, ++token_, is_connected);
  if (!server_.send(message.device, message.channel, bytes_of(message.text), token_)) {
    console_.say_refused("message " + std::to_string(token_) +
                         ": too much waits for this device already, try again later");
  }
}

std::string GatewayTerminal::why_not_sent(const gateway::DeviceId& device) {
  try {
    const auto entry = registry_->show(device);
    const std::string name = gateway::format_device_id(device);
    if (!entry) return "there is no device " + name + " in " + options_.server.registry_path;
    if (entry->revoked_s) return name + " is revoked";
    return {};
  } catch (const gateway::RegistryError& error) {
    return error.what();
  }
}

}  // namespace usmp::cli
