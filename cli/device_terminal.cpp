// See device_terminal.hpp.
#include "device_terminal.hpp"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "command_error.hpp"
#include "connect_exit_code.hpp"
#include "standard_streams.hpp"

namespace usmp::cli {
namespace {

/// Lines that are read ahead of what is acknowledged. More stay where they come from.
constexpr std::size_t kLinesMax = 1024;
/// How long a device that wants to sleep waits for the gateway's word that nothing is held.
constexpr std::uint32_t kDrainWaitMs = 3000;
/// USMP3 §2: the pauses after a failed attempt; here, after the gateway ended the session.
constexpr std::uint32_t kPauseFirstMs = kPauseFirst;
constexpr std::uint32_t kPauseMaxMs = kPauseMax;
constexpr std::uint32_t kInputPauseMs = 1000;
constexpr std::uint32_t kWaitMaxMs = 60'000;

bool reached(std::uint32_t moment) { return Instant(usmp_port_millis()).reached(Instant(moment)); }

std::uint32_t until(std::uint32_t moment) {
  return Instant(moment).since(Instant(usmp_port_millis()));
}

}  // namespace

DeviceTerminal::DeviceTerminal(const TerminalConfig& config, Bytes device_id, Bytes psk)
    : config_(config),
      console_(config.json),
      ctx_(std::make_unique<usmp_t>()),
      reader_(STDIN_FILENO),
      received_(USMP_MAX_MESSAGE, '\0') {
  ctx_->psk = psk.data;
  ctx_->psk_len = psk.size;
  memcpy(ctx_->device_id, device_id.data, device_id.size);
  ctx_->device_id_len = static_cast<std::uint8_t>(device_id.size);
  ctx_->cipher_suite = config.cipher;
  ctx_->wire = config.wire;
  ctx_->early_data = config.early_data;
  ctx_->user = &console_;
  ctx_->on_datagram = [](usmp_t* ctx, const std::uint8_t* data, std::size_t len,
                         std::uint8_t channel) {
    static_cast<DeviceConsole*>(ctx->user)->print_message(Bytes(data, len), channel, true);
  };
  if (!config.sleep_state.empty()) sleep_file_.emplace(config.sleep_state);
}

DeviceTerminal::~DeviceTerminal() {
  usmp_close(ctx_.get());
  usmp_transport_destroy(&transport_);
}

ExitCode DeviceTerminal::run() {
  take_signals();
  begin();
  while (ending_ != Ending::Done) {
    wait_for_something();
    step();
    receive_messages();
    take_finished();
    submit_lines();
    console_.say_state(*ctx_);
    go_on_ending();
  }
  finish();
  return code_;
}

void DeviceTerminal::take_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  (void)pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  // Reading a terminal from the background gives an error instead of stopping the session.
  (void)signal(SIGTTIN, SIG_IGN);
  signals_ = gateway::FileDescriptor(signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_.is_open()) throw std::system_error(errno, std::generic_category(), "signalfd");
}

void DeviceTerminal::begin() {
  const int prepared = prepare_transport();
  if (prepared != 0) {
    throw CommandError(ExitCode::Failure, usmp_strerror(static_cast<usmp_err_t>(prepared)));
  }
  if (sleep_file_ && wake()) return;
  const usmp_err_t begun = usmp_connect_async(ctx_.get(), &transport_);
  if (begun != USMP_OK) throw CommandError(ExitCode::Failure, usmp_strerror(begun));
}

int DeviceTerminal::prepare_transport() {
  const gateway::ListenUri& uri = config_.gateway;
  switch (uri.transport) {
    case gateway::Transport::Udp:
      return usmp_transport_udp_prepare(&transport_, uri.host.c_str(), uri.port);
    case gateway::Transport::Tcp:
      return usmp_transport_tcp_prepare(&transport_, uri.host.c_str(), uri.port);
    case gateway::Transport::Serial:
      return usmp_transport_serial_prepare(&transport_, uri.device.c_str(),
                                           static_cast<int>(uri.baud_rate));
    case gateway::Transport::SerialTcp:
      break;
  }
  // The server passes bytes on as they come: what TCP carries is a line's, not a stream's records.
  const int prepared = usmp_transport_tcp_prepare(&transport_, uri.host.c_str(), uri.port);
  transport_.stream = USMP_TRANSPORT_LINE;
  return prepared;
}

bool DeviceTerminal::wake() {
  posix::SleepState state;
  const posix::SleepStateResult taken = sleep_file_->take(state);
  if (taken != posix::SleepStateResult::Done) {
    if (taken == posix::SleepStateResult::Nothing) return false;
    const std::string why = sleep_file_->describe(taken);
    // What cannot be read now could not be written at the end either: said before anything is sent.
    if (taken != posix::SleepStateResult::Damaged) throw CommandError(ExitCode::Failure, why);
    console_.note(why + "; making a handshake");
    return false;
  }
  if (is_udp()) usmp_transport_udp_set_local_port(&transport_, state.local_port);
  const usmp_err_t woken =
      usmp_wake(ctx_.get(), &transport_, state.bytes, state.size, state.slept_s);
  if (woken == USMP_OK) {
    console_.say_woken(*ctx_);
    return true;
  }
  console_.note(std::string(usmp_strerror(woken)) + "; making a handshake");
  return false;
}

void DeviceTerminal::wait_for_something() {
  const bool reads = !input_ended_ && waiting_.size() + under_way_.size() < kLinesMax &&
                     (!input_pausing_ || reached(input_again_ms_));
  const short link_events =
      static_cast<short>(usmp_wants_to_send(ctx_.get()) ? POLLIN | POLLOUT : POLLIN);
  pollfd files[3] = {{signals_.number(), POLLIN, 0},
                     {reads ? STDIN_FILENO : -1, POLLIN, 0},
                     {usmp_poll_fd(ctx_.get()), link_events, 0}};
  (void)poll(files, 3, wait_ms());
  if (files[0].revents != 0) {
    signalfd_siginfo signal_info;
    (void)!read(signals_.number(), &signal_info, sizeof signal_info);
    // What is with the gateway already needs no more waiting; the rest is told by the exit code.
    if (ending_ == Ending::No || ending_ == Ending::Delivering) {
      if (!waiting_.empty() || !under_way_.empty()) code_ = ExitCode::Unacknowledged;
    }
    input_ended_ = true;
    ending_ =
        sleep_file_ && code_ == ExitCode::Ok && ctx_->established ? Ending::Draining : Ending::Done;
    ending_until_ms_ = usmp_port_millis() + kDrainWaitMs;
  }
  if (files[1].revents != 0) read_lines();
}

int DeviceTerminal::wait_ms() const {
  std::uint32_t span = std::min(usmp_next_timeout_ms(ctx_.get()), kWaitMaxMs);
  if (restart_due_) span = std::min(span, until(restart_at_ms_));
  if (input_pausing_) span = std::min(span, until(input_again_ms_));
  if (ending_ == Ending::Draining || (ending_ == Ending::Listening && !config_.wait)) {
    span = std::min(span, until(ending_until_ms_));
  }
  return static_cast<int>(span);
}

void DeviceTerminal::read_lines() {
  input_pausing_ = false;
  const auto refuse = [this] {
    console_.note("a line is too large for a message and was not sent");
    code_ = ExitCode::TooLarge;
  };
  const auto take = [this](std::string_view content) {
    auto line = std::make_unique<Line>();
    line->content = content;
    waiting_.push_back(std::move(line));
  };
  switch (reader_.read(take, refuse)) {
    case LineReader::Found::Lines:
      break;
    case LineReader::Found::NotOurs:
      input_pausing_ = true;
      input_again_ms_ = usmp_port_millis() + kInputPauseMs;
      break;
    case LineReader::Found::End:
      input_ended_ = true;
      if (ending_ == Ending::No) ending_ = Ending::Delivering;
      break;
  }
  submit_lines();
}

void DeviceTerminal::submit_lines() {
  while (!waiting_.empty()) {
    Line& line = *waiting_.front();
    line.message.data = line.content.data();
    line.message.len = line.content.size();
    line.message.channel = static_cast<std::uint8_t>(config_.channel);
    line.message.user = &line;
    const usmp_err_t code = usmp_submit(ctx_.get(), &line.message);
    if (code == USMP_ERR_NOT_CONNECTED) return;  // it waits for the session
    if (code == USMP_OK) {
      under_way_.push_back(std::move(waiting_.front()));
    } else {
      console_.note("a message of " + std::to_string(line.content.size()) +
                    " bytes was not sent: " + usmp_strerror(code));
      code_ = exit_code_of(code);
    }
    waiting_.pop_front();
  }
}

void DeviceTerminal::step() {
  if (restart_due_) {
    if (!reached(restart_at_ms_)) return;
    restart_due_ = false;
    (void)usmp_reconnect_async(ctx_.get());
  }
  const usmp_err_t code = usmp_step(ctx_.get());
  if (ctx_->established && code == USMP_OK) restart_pause_ms_ = 0;
  if (code == USMP_OK) return;
  console_.say_error(code);
  if (config_.once) {
    give_up(code);
  } else if (ctx_->state == USMP_STATE_ERROR) {
    session_over(code);
  }
}

void DeviceTerminal::session_over(usmp_err_t code) {
  // Two devices of one ID would throw each other out for ever.
  if (code == USMP_ERR_REPLACED) return give_up(code);
  restart_pause_ms_ =
      restart_pause_ms_ == 0 ? kPauseFirstMs : std::min(restart_pause_ms_ * 2, kPauseMaxMs);
  restart_at_ms_ = usmp_port_millis() + restart_pause_ms_;
  restart_due_ = true;
}

void DeviceTerminal::give_up(usmp_err_t code) {
  code_ = exit_code_of(code);
  ending_ = Ending::Done;
}

void DeviceTerminal::receive_messages() {
  std::size_t len = 0;
  std::uint8_t channel = 0;
  while (usmp_message_waits(ctx_.get()) &&
         usmp_recv_on(ctx_.get(), received_.data(), received_.size(), &len, &channel, 0) ==
             USMP_OK) {
    console_.print_message(Bytes(reinterpret_cast<const std::uint8_t*>(received_.data()), len),
                           channel, false);
  }
}

void DeviceTerminal::take_finished() {
  while (usmp_message_t* message = usmp_take_finished(ctx_.get())) {
    const auto is_it = [message](const auto& line) { return &line->message == message; };
    if (message->delivery == USMP_DELIVERY_REFUSED) {
      console_.note("a message of " + std::to_string(message->len) +
                    " bytes is larger than the gateway takes and was not sent");
      code_ = ExitCode::TooLarge;
    }
    if (message->delivery == USMP_DELIVERY_RETURNED && code_ == ExitCode::Ok) {
      code_ = ExitCode::Unacknowledged;
    }
    std::erase_if(under_way_, is_it);
  }
}

void DeviceTerminal::go_on_ending() {
  if (ending_ == Ending::Delivering && waiting_.empty() && under_way_.empty() &&
      ctx_->established) {
    ending_ = Ending::Listening;
    ending_until_ms_ = usmp_port_millis() + config_.listen_for_s * 1000;
  }
  if (ending_ == Ending::Listening && !config_.wait && reached(ending_until_ms_)) {
    ending_ = sleep_file_ && ctx_->established ? Ending::Draining : Ending::Done;
    ending_until_ms_ = usmp_port_millis() + kDrainWaitMs;
  }
  if (ending_ != Ending::Draining) return;
  if (!ctx_->established) {
    ending_ = Ending::Done;
  } else if (usmp_drained(ctx_.get())) {
    fall_asleep();
  } else if (reached(ending_until_ms_)) {
    console_.note("the gateway does not say that it holds nothing; saying goodbye instead");
    ending_ = Ending::Done;
  } else if (!drain_asked_) {
    // USMP3 §5: DRAINED stands in the answer.
    drain_asked_ = usmp_ping_async(ctx_.get()) == USMP_OK;
  }
}

void DeviceTerminal::fall_asleep() {
  posix::SleepState state;
  const int local_port = is_udp() ? usmp_transport_udp_local_port(&transport_) : 0;
  const usmp_err_t slept = usmp_sleep(ctx_.get(), state.bytes, sizeof state.bytes, &state.size);
  if (slept != USMP_OK) {
    // Something came in between: it is printed, then this is tried again.
    drain_asked_ = false;
    return;
  }
  is_asleep_ = true;
  ending_ = Ending::Done;
  const posix::SleepStateResult saved =
      sleep_file_->save(Bytes(state.bytes, state.size), static_cast<std::uint16_t>(local_port));
  if (saved == posix::SleepStateResult::Done) return console_.say_asleep();
  console_.note(sleep_file_->describe(saved) + "; the next run makes a handshake");
  code_ = ExitCode::Failure;
}

void DeviceTerminal::finish() {
  usmp_stats_t stats;
  usmp_get_stats(ctx_.get(), &stats);
  if (!is_asleep_) {
    const bool had_session = ctx_->established;
    usmp_close(ctx_.get());
    take_finished();
    if (had_session) console_.say_closed();
  }
  if (!waiting_.empty() && code_ == ExitCode::Ok) code_ = ExitCode::Unacknowledged;
  if (code_ == ExitCode::Unacknowledged) {
    console_.note("ended before all messages were acknowledged");
  }
  if (config_.stats) console_.say_stats(stats);
}

}  // namespace usmp::cli
