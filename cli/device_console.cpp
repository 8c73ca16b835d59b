// See device_console.hpp.
#include "device_console.hpp"

#include <nlohmann/json.hpp>

#include "printable_text.hpp"
#include "standard_streams.hpp"

namespace usmp::cli {
namespace {

using Json = nlohmann::ordered_json;

/// One JSON object a line, in ASCII: safe for every terminal.
void print_json(const Json& object) { print(object.dump(-1, ' ', true) + "\n"); }

Json event(const char* name) { return Json{{"event", name}}; }

std::string session_of(const usmp_t& ctx) {
  return hex_of(Bytes(ctx.session_id, USMP_SESSION_ID_LEN));
}

}  // namespace

void DeviceConsole::print_message(Bytes content, std::uint8_t channel, bool is_datagram) {
  if (json_) {
    Json object{{"event", "message"}, {"channel", channel}};
    if (is_utf8(content)) {
      object["text"] = text_of(content);
    } else {
      object["hex"] = hex_of(content);
    }
    object["datagram"] = is_datagram;
    return print_json(object);
  }
  std::string line = channel != 0 ? "#" + std::to_string(channel) + " " : "";
  if (is_printable_line(content)) {
    line += text_of(content);
  } else {
    line += "0x" + hex_of(content);
  }
  print(line + "\n");
}

void DeviceConsole::say_state(const usmp_t& ctx) {
  if (ctx.established && !was_established_) {
    usmp_stats_t stats;
    usmp_get_stats(&ctx, &stats);
    if (json_) {
      Json object = event("connected");
      object["session"] = session_of(ctx);
      object["handshake_ms"] = stats.handshake_ms;
      print_json(object);
    } else {
      say("connected, handshake " + std::to_string(stats.handshake_ms) + " ms, session " +
          session_of(ctx));
    }
  }
  was_established_ = ctx.established;
  if (ctx.hint == hint_) return;
  hint_ = ctx.hint;
  if (hint_ == USMP_OK || ctx.established) return;
  if (json_) {
    Json object = event("hint");
    object["code"] = static_cast<int>(hint_);
    object["text"] = usmp_strerror(hint_);
    print_json(object);
  } else {
    say(std::string("still trying: ") + usmp_strerror(hint_));
  }
}

void DeviceConsole::say_woken(const usmp_t& ctx) {
  was_established_ = ctx.established;
  if (json_) return print_json(event("woken"));
  say("woken, the saved session goes on");
}

void DeviceConsole::say_asleep() {
  if (json_) return print_json(event("asleep"));
  say("asleep, the session is saved");
}

void DeviceConsole::say_closed() {
  if (json_) return print_json(event("closed"));
  say("said goodbye");
}

void DeviceConsole::say_error(usmp_err_t code) {
  if (!json_) return say(usmp_strerror(code));
  Json object = event("error");
  object["code"] = static_cast<int>(code);
  object["text"] = usmp_strerror(code);
  print_json(object);
}

void DeviceConsole::say_stats(const usmp_stats_t& stats) {
  if (json_) {
    Json object = event("stats");
    object["messages_sent"] = stats.messages_sent;
    object["messages_acknowledged"] = stats.messages_acknowledged;
    object["messages_received"] = stats.messages_received;
    object["chunks_resent"] = stats.chunks_resent;
    object["handshakes"] = stats.handshakes;
    object["handshake_ms"] = stats.handshake_ms;
    object["packets_sent"] = stats.packets_sent;
    object["packets_received"] = stats.packets_received;
    object["packets_dropped"] = stats.packets_dropped;
    object["rto_ms"] = stats.rto_ms;
    object["frames_dropped"] = stats.frames_dropped;
    return print_json(object);
  }
  say("messages: " + std::to_string(stats.messages_sent) + " sent, " +
      std::to_string(stats.messages_acknowledged) + " acknowledged, " +
      std::to_string(stats.chunks_resent) + " chunks resent, " +
      std::to_string(stats.messages_received) +
      " received; handshakes: " + std::to_string(stats.handshakes) + ", the last " +
      std::to_string(stats.handshake_ms) + " ms; packets: " + std::to_string(stats.packets_sent) +
      " sent, " + std::to_string(stats.packets_received) + " received, " +
      std::to_string(stats.packets_dropped) + " dropped" +
      (stats.frames_dropped != 0
           ? "; " + std::to_string(stats.frames_dropped) + " damaged frames on the line"
           : ""));
}

void DeviceConsole::note(const std::string& line) {
  if (!json_) return say(line);
  Json object = event("note");
  object["text"] = line;
  print_json(object);
}

}  // namespace usmp::cli
