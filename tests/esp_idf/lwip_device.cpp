// A device as it runs on an ESP32, on this machine: the C API, the link and the sockets of
// ports/esp_idf over lwIP. Its first line of stdin is a provisioning line, the others are commands;
// what happens is printed as JSON, one object a line.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iostream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "lwip_network.hpp"
#include "sleep_record.hpp"
#include "usmp_link.h"
#include "usmp_storage/provisioning_line.hpp"

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kDrainWaitMs = 20000;
constexpr std::uint32_t kAsleepIntervalMs = 10;
constexpr std::uint64_t kMicrosecondsPerMs = 1000;

void print(const Json& object) { std::cout << object.dump() << "\n" << std::flush; }

/// A message and its bytes, alive until it is finished.
struct Sent {
  std::string text;
  usmp_message_t message{};
};

/// The lines that were typed, for the loop to take.
class Commands {
 public:
  void read_all() {
    std::string line;
    while (std::getline(std::cin, line)) push(line);
    push("end");
  }
  bool take(std::string& line) {
    const std::lock_guard lock(mutex_);
    if (lines_.empty()) return false;
    line = lines_.front();
    lines_.erase(lines_.begin());
    return true;
  }

 private:
  void push(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
  }
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class Device {
 public:
  Device(const usmp::Identity& identity, const usmp_wire_t* wire) : identity_(identity) {
    set_up(wire);
    link_.ctx = &ctx_;
    link_.room = room_;
    link_.room_size = sizeof room_;
    link_.on_message = [](usmp_link_t*, const std::uint8_t* data, std::size_t len,
                          std::uint8_t channel) {
      print({{"event", "message"},
             {"channel", channel},
             {"text", std::string(reinterpret_cast<const char*>(data), len)}});
    };
    link_.on_finished = [](usmp_link_t*, usmp_message_t* message) {
      const std::unique_ptr<Sent> sent(static_cast<Sent*>(message->user));
      print({{"event", "finished"},
             {"text", sent->text},
             {"acknowledged", message->delivery == USMP_DELIVERY_ACKNOWLEDGED}});
    };
    link_.on_state = [](usmp_link_t* link, usmp_state_t state, usmp_err_t why) {
      print({{"event", "state"}, {"state", state}, {"why", why}, {"ms", usmp_port_millis()}});
      usmp_stats_t stats;
      usmp_get_stats(link->ctx, &stats);
      if (state == USMP_STATE_ESTABLISHED) {
        print({{"event", "connected"}, {"handshakes", stats.handshakes}});
      }
    };
  }
  ~Device() { usmp_transport_destroy(&transport_); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  bool begin(bool is_udp, const char* host, int port) {
    const int prepared = is_udp ? usmp_transport_udp_prepare(&transport_, host, port)
                                : usmp_transport_tcp_prepare(&transport_, host, port);
    return prepared == 0 && usmp_link_begin(&link_, &transport_) == USMP_OK;
  }

  void round() {
    if (ctx_.state == USMP_STATE_ASLEEP) return usmp_port_delay_ms(kAsleepIntervalMs);
    usmp_link_round(&link_);
  }

  /// False: to be ended.
  bool obey(const std::string& line) {
    const std::string verb = line.substr(0, line.find(' '));
    const std::string rest = verb.size() < line.size() ? line.substr(verb.size() + 1) : "";
    if (verb == "send") {
      send(rest);
    } else if (verb == "burst") {
      for (int number = 0; number < atoi(rest.c_str()); ++number) send(std::to_string(number));
    } else if (verb == "link") {
      usmp::tests::set_link(rest == "up");
      print({{"event", "link"}, {"up", rest == "up"}});
    } else if (verb == "address") {
      usmp::tests::set_address(rest.c_str());
    } else if (verb == "sleep") {
      sleep();
    } else if (verb == "wake") {
      wake();
    } else if (verb == "stats") {
      say_stats();
    } else {
      return false;
    }
    return true;
  }

  void end() { usmp_link_end(&link_); }

 private:
  void set_up(const usmp_wire_t* wire) {
    ctx_.psk = identity_.psk;
    ctx_.psk_len = identity_.psk_size;
    memcpy(ctx_.device_id, identity_.id, identity_.id_size);
    ctx_.device_id_len = identity_.id_size;
    ctx_.wire = wire;
  }

  void send(const std::string& text) {
    auto sent = std::make_unique<Sent>();
    sent->text = text;
    sent->message.data = sent->text.data();
    sent->message.len = sent->text.size();
    sent->message.user = sent.get();
    if (usmp_link_send(&link_, &sent->message) == USMP_OK) (void)sent.release();
  }

  // What a deep sleep leaves of a device is the record alone: context and link are new after it.
  void sleep() {
    if (!usmp_link_drain(&link_, kDrainWaitMs)) return print({{"event", "not drained"}});
    const usmp_err_t code = usmp::esp_idf::save_to(record_, ctx_, now_us());
    if (code == USMP_OK) usmp_link_end(&link_);
    print({{"event", "asleep"}, {"code", code}});
  }

  void wake() {
    const usmp_wire_t* wire = ctx_.wire;
    usmp_close(&ctx_);
    ctx_ = usmp_t{};
    set_up(wire);
    link_.mutex = nullptr;
    const usmp_err_t code =
        usmp::esp_idf::wake_from(record_, ctx_, transport_, now_us(), usmp_sizes());
    print({{"event", "woken"}, {"code", code}});
    const usmp_err_t begun = usmp_link_begin(&link_, &transport_);
    if (begun != USMP_OK) print({{"event", "failed"}, {"code", begun}});
  }

  void say_stats() {
    usmp_stats_t stats;
    usmp_get_stats(&ctx_, &stats);
    print({{"event", "stats"},
           {"handshakes", stats.handshakes},
           {"packets_sent", stats.packets_sent},
           {"packets_received", stats.packets_received},
           {"messages_acknowledged", stats.messages_acknowledged},
           {"chunks_resent", stats.chunks_resent}});
  }

  static std::uint64_t now_us() { return usmp_port_millis() * kMicrosecondsPerMs; }

  usmp::Identity identity_;
  usmp_t ctx_{};
  usmp_transport_t transport_{};
  usmp_link_t link_{};
  std::uint8_t room_[USMP_MAX_MESSAGE] = {};
  usmp::esp_idf::SleepRecord record_{};
};

bool read_identity(usmp::ProvisioningReader& reader) {
  for (int character = getchar(); character != EOF; character = getchar()) {
    switch (reader.push(static_cast<char>(character))) {
      case usmp::ProvisioningReader::Line::Whole:
        return true;
      case usmp::ProvisioningReader::Line::Damaged:
        return false;
      case usmp::ProvisioningReader::Line::None:
      case usmp::ProvisioningReader::Line::Other:
        break;
    }
  }
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: lwip_device udp|tcp HOST PORT 2|3\n");
    return 2;
  }
  usmp::ProvisioningReader reader;
  if (!read_identity(reader)) {
    fprintf(stderr, "lwip_device: the first line is no provisioning line\n");
    return 1;
  }
  usmp::tests::start_network();
  const auto device = std::make_unique<Device>(
      reader.record().identity, arguments[4][0] == '2' ? &usmp_wire_2 : &usmp_wire_3);
  if (!device->begin(strcmp(arguments[1], "udp") == 0, arguments[2], atoi(arguments[3]))) {
    fprintf(stderr, "lwip_device: cannot begin\n");
    return 1;
  }
  Commands commands;
  std::thread reading([&commands] { commands.read_all(); });
  bool is_running = true;
  while (is_running) {
    device->round();
    for (std::string line; is_running && commands.take(line);) is_running = device->obey(line);
  }
  device->end();
  fflush(stdout);
  // lwIP's threads have no end.
  _Exit(0);
}
