// See gateway_console.hpp.
#include "gateway_console.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <time.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "listen/socket_address.hpp"
#include "printable_text.hpp"
#include "registry/device_id.hpp"

namespace usmp::cli {
namespace {

using gateway::ArrivedMessage;
using gateway::SessionChange;
using Json = nlohmann::ordered_json;

/// Lines for stderr that wait for it; the oldest give way rather than hold up devices.
constexpr std::size_t kLogQueueSize = 8192;
/// Messages sent back have this token: nobody waits to hear what became of them.
constexpr std::uint64_t kEchoToken = 0;

/// `2026-01-31T12:00:00.000Z`.
std::string time_now() {
  timespec time{};
  (void)clock_gettime(CLOCK_REALTIME, &time);
  tm parts{};
  gmtime_r(&time.tv_sec, &parts);
  char day[32];
  char text[48];
  (void)strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  (void)snprintf(text, sizeof text, "%s.%03ldZ", day, time.tv_nsec / 1'000'000);
  return text;
}

/// One JSON object, in ASCII: safe for every terminal.
std::string dump(const Json& object) { return object.dump(-1, ' ', true); }

Json event(const char* name) { return Json{{"time", time_now()}, {"event", name}}; }

const char* name_of(SessionChange change) {
  switch (change) {
    case SessionChange::Established:
      return "connected";
    case SessionChange::Moved:
      return "moved";
    case SessionChange::Woke:
      return "woke";
    case SessionChange::Asleep:
      return "asleep";
    case SessionChange::Closed:
      return "closed";
  }
  return "changed";
}

const char* name_of(Cause cause) {
  switch (cause) {
    case Cause::ByeDone:
      return "done";
    case Cause::ByeProtocolError:
      return "protocol error";
    case Cause::ByeIdle:
      return "silent for too long";
    case Cause::ByeReplaced:
      return "replaced by a newer session";
    case Cause::ByeRevoked:
      return "key revoked or changed";
    case Cause::ByeGoingDown:
      return "gateway going down";
    case Cause::ConnectionLost:
      return "connection lost";
    case Cause::StreamBroken:
      return "connection broke the protocol";
    case Cause::NumbersSpent:
      return "sequence numbers spent";
    case Cause::NoAnswer:
      return "no answer";
    case Cause::None:
    case Cause::NotAuthenticated:
    case Cause::NoCommonSuite:
    case Cause::Busy:
    case Cause::Parameters:
    case Cause::ByeOther:
      break;
  }
  return "ended";
}

const char* name_of(gateway::Outcome outcome) {
  switch (outcome) {
    case gateway::Outcome::Delivered:
      return "delivered";
    case gateway::Outcome::TooLarge:
      return "too large for the device, not sent";
    case gateway::Outcome::NoChannel:
      return "the device speaks wire 2, which has no channels, not sent";
    case gateway::Outcome::Full:
      return "too much waits for the device, not sent";
    case gateway::Outcome::Returned:
      return "given up, it may have arrived or not";
  }
  return "settled";
}

const char* name_of(Medium medium) {
  switch (medium) {
    case Medium::Stream:
      return "tcp";
    case Medium::Udp:
      return "udp";
    case Medium::Serial:
      return "serial";
    case Medium::Ble:
      break;
  }
  return "ble";
}

std::shared_ptr<spdlog::logger> make_log(bool json) {
  spdlog::init_thread_pool(kLogQueueSize, 1);
  auto log = std::make_shared<spdlog::async_logger>(
      "gateway", std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::thread_pool(),
      spdlog::async_overflow_policy::overrun_oldest);
  log->set_pattern(json ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
  log->flush_on(spdlog::level::info);
  return log;
}

}  // namespace

GatewayConsole::GatewayConsole(const ConsoleOptions& options, std::function<void()> output_failed)
    : options_(options), lines_(std::move(output_failed)), log_(make_log(options.json)) {}

GatewayConsole::~GatewayConsole() { finish(); }

void GatewayConsole::finish() {
  lines_.finish();
  if (log_ == nullptr) return;
  log_.reset();
  spdlog::shutdown();  // writes what is queued
}

void GatewayConsole::message_arrived(gateway::Engine& engine, const ArrivedMessage& message) {
  if (!options_.quiet) print_message(message);
  if (options_.echo) echo(engine, message);
}

void GatewayConsole::print_message(const ArrivedMessage& message) {
  const std::string device = gateway::format_device_id(message.device);
  std::string line;
  if (options_.json) {
    Json object{{"time", time_now()}, {"device", device}, {"channel", message.channel}};
    if (is_utf8(message.content)) {
      object["text"] = text_of(message.content);
    } else {
      object["hex"] = hex_of(message.content);
    }
    object["datagram"] = message.is_datagram;
    line = dump(object);
  } else {
    line = time_now() + " " + device + " #" + std::to_string(message.channel);
    line += message.is_datagram ? "~ " : " ";
    if (is_printable_line(message.content)) {
      line += text_of(message.content);
    } else {
      line += "0x" + hex_of(message.content);
    }
  }
  lines_.write(line + "\n");
}

void GatewayConsole::echo(gateway::Engine& engine, const ArrivedMessage& message) {
  const bool was_taken =
      message.is_datagram
          ? engine.reply_datagram(message.session, message.channel, message.content, message.now)
          : engine.reply(message.session, message.channel, message.content, kEchoToken,
                         message.now);
  if (!was_taken) ++echoes_refused_;
}

void GatewayConsole::message_settled(const gateway::DeliveryReport& report) {
  if (report.token == kEchoToken) return;
  const std::string device = gateway::format_device_id(report.device);
  const bool is_delivered = report.outcome == gateway::Outcome::Delivered;
  if (options_.json) {
    Json object = event(is_delivered ? "delivered" : "undelivered");
    object["device"] = device;
    object["message"] = report.token;
    if (!is_delivered) object["cause"] = name_of(report.outcome);
    log_->info(dump(object));
    return;
  }
  log_->info("{}: message {} {}", device, report.token, name_of(report.outcome));
}

void GatewayConsole::session_changed(const gateway::SessionReport& report) {
  const std::string device = gateway::format_device_id(report.device);
  const std::string address =
      report.line.empty() ? gateway::format_address(report.address) : std::string(report.line);
  const std::string session = hex_of(report.session_id);
  const bool is_closed = report.change == SessionChange::Closed;
  if (options_.json) {
    Json object = event(name_of(report.change));
    object["device"] = device;
    object["address"] = address;
    object["transport"] = name_of(report.medium);
    object["wire"] = static_cast<int>(report.wire);
    object["session"] = session;
    if (is_closed) object["cause"] = name_of(report.cause);
    log_->info(dump(object));
    return;
  }
  log_->info("{} {}{}{} ({} {}, wire {}, session {})", device, name_of(report.change),
             is_closed ? ": " : "", is_closed ? name_of(report.cause) : "", name_of(report.medium),
             address, static_cast<int>(report.wire), session.substr(0, 8));
}

void GatewayConsole::warned(const std::string& line) { note("warning: " + line); }

void GatewayConsole::say_listening(const std::string& uri) {
  if (options_.json) {
    Json object = event("listening");
    object["uri"] = uri;
    log_->info(dump(object));
  } else {
    log_->info("listening on {}", uri);
  }
}

void GatewayConsole::note(const std::string& line) {
  if (options_.json) {
    Json object = event("note");
    object["text"] = line;
    log_->info(dump(object));
  } else {
    log_->info(line);
  }
}

void GatewayConsole::say_taken(const gateway::DeviceId& device, std::uint64_t token,
                               bool is_connected) {
  const std::string name = gateway::format_device_id(device);
  if (options_.json) {
    Json object = event(is_connected ? "sending" : "held");
    object["device"] = name;
    object["message"] = token;
    log_->info(dump(object));
  } else if (is_connected) {
    log_->info("{}: message {} is on its way", name, token);
  } else {
    log_->info("{}: message {} is held until the device connects", name, token);
  }
}

void GatewayConsole::say_refused(const std::string& why) {
  if (options_.json) {
    Json object = event("refused");
    object["cause"] = why;
    log_->info(dump(object));
  } else {
    log_->info("not sent: {}", why);
  }
}

void GatewayConsole::say_counters(const gateway::EngineCounters& counters, bool is_end) {
  const std::uint64_t dropped = counters.dropped_malformed + counters.dropped_unauthentic +
                                counters.dropped_replayed + counters.dropped_unexpected +
                                counters.dropped_unknown_cid + counters.dropped_early +
                                counters.dropped_stale + counters.dropped_no_key +
                                counters.dropped_no_room + counters.dropped_failed;
  if (!options_.json) {
    log_->info(
        "{}: {} messages and {} datagrams received, {} messages delivered, {} chunks resent, {} "
        "sessions ({} of wire 2), {} handshakes ({} refused), {} packets in, {} out, {} dropped",
        is_end ? "in all" : "so far", counters.messages_in, counters.datagrams_in,
        counters.messages_delivered, counters.chunks_resent, counters.sessions,
        counters.sessions_wire2, counters.handshakes_finished, counters.handshakes_rejected,
        counters.packets_in, counters.packets_out, dropped);
    if (options_.lines) {
      log_->info(
          "serial lines: {} open, {} frames in, {} out, {} CRC errors, {} COBS errors, {} "
          "oversize, "
          "{} times gone",
          counters.lines, counters.line_frames_in, counters.line_frames_out,
          counters.line_crc_errors, counters.line_cobs_errors, counters.line_oversize,
          counters.line_losses);
    }
    return;
  }
  Json object = event(is_end ? "summary" : "stats");
  object["messages_in"] = counters.messages_in;
  object["datagrams_in"] = counters.datagrams_in;
  object["messages_delivered"] = counters.messages_delivered;
  object["messages_held"] = counters.messages_held;
  object["datagrams_out"] = counters.datagrams_out;
  object["chunks_resent"] = counters.chunks_resent;
  object["sessions"] = counters.sessions;
  object["sessions_wire2"] = counters.sessions_wire2;
  object["connections"] = counters.connections;
  object["handshakes_begun"] = counters.handshakes_begun;
  object["handshakes_finished"] = counters.handshakes_finished;
  object["handshakes_rejected"] = counters.handshakes_rejected;
  object["retries"] = counters.retries;
  object["resets"] = counters.resets;
  object["wire2_retries"] = counters.wire2_retries;
  object["wire2_utacks"] = counters.wire2_utacks;
  object["wire2_lockouts"] = counters.wire2_lockouts;
  object["wire2_refused"] = counters.wire2_refused;
  object["sessions_revoked"] = counters.sessions_revoked;
  object["packets_in"] = counters.packets_in;
  object["packets_out"] = counters.packets_out;
  object["bytes_in"] = counters.bytes_in;
  object["bytes_out"] = counters.bytes_out;
  object["packets_dropped"] = dropped;
  object["lines"] = counters.lines;
  object["line_frames_in"] = counters.line_frames_in;
  object["line_frames_out"] = counters.line_frames_out;
  object["line_crc_errors"] = counters.line_crc_errors;
  object["line_cobs_errors"] = counters.line_cobs_errors;
  object["line_oversize"] = counters.line_oversize;
  object["line_losses"] = counters.line_losses;
  log_->info(dump(object));
}

}  // namespace usmp::cli
