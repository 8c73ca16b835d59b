// Many devices of the C API in one thread, as load for a server of either package:
//   device_load tcp|udp HOST PORT WIRE SESSIONS SECONDS SIZE
// Prints how many echoes there were in a second, and how many in all. Its devices are those of
// server_program.py.
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "usmp.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Plan {
  bool is_udp;
  const char* host;
  int port;
  int wire;
  std::size_t sessions;
  double seconds;
  std::size_t size;
};

class LoadDevice {
 public:
  LoadDevice(const Plan& plan, std::size_t number) : plan_(plan), content_(plan.size, 'x') {
    memset(psk_, 0x5a, sizeof psk_);
    id_ = {static_cast<std::uint8_t>(number),
           static_cast<std::uint8_t>(number >> 8U),
           0xb2,
           0xb2,
           0xb2,
           0xb2};
    memcpy(psk_, id_.data(), id_.size());
    begin();
  }

  // True while it has more to do at once.
  bool serve() {
    (void)usmp_step(&context_);
    if (!context_.established) {
      was_established_ = false;
      if (context_.state == USMP_STATE_ERROR) begin();
      return false;
    }
    if (!was_established_) {
      was_established_ = true;
      send();
      return true;
    }
    while (usmp_take_finished(&context_) != nullptr) is_sent_ = true;
    std::size_t size = 0;
    std::uint8_t buffer[USMP_MAX_MESSAGE];
    if (!usmp_message_waits(&context_) ||
        usmp_recv_on(&context_, buffer, sizeof buffer, &size, nullptr, 0) != USMP_OK) {
      return false;
    }
    ++echoes;
    is_answered_ = true;
    while (usmp_take_finished(&context_) != nullptr) is_sent_ = true;
    if (is_sent_) send();
    return true;
  }

  // The answer may overtake the acknowledgement.
  void send_if_due() {
    while (usmp_take_finished(&context_) != nullptr) is_sent_ = true;
    if (is_sent_ && is_answered_ && context_.established) send();
  }

  pollfd wanted() {
    const short events = usmp_wants_to_send(&context_) ? POLLIN | POLLOUT : POLLIN;
    return {usmp_poll_fd(&context_), events, 0};
  }
  Clock::time_point due() const { return Clock::now() + std::chrono::milliseconds(timeout_ms()); }
  std::uint32_t timeout_ms() const { return usmp_next_timeout_ms(&context_); }

  static inline std::uint64_t echoes = 0;

 private:
  void begin() {
    context_ = {};
    context_.psk = psk_;
    context_.psk_len = sizeof psk_;
    memcpy(context_.device_id, id_.data(), id_.size());
    context_.device_id_len = static_cast<std::uint8_t>(id_.size());
    context_.wire = plan_.wire == 2 ? &usmp_wire_2 : &usmp_wire_3;
    transport_ = {};
    const int made = plan_.is_udp ? usmp_transport_udp_prepare(&transport_, plan_.host, plan_.port)
                                  : usmp_transport_tcp_prepare(&transport_, plan_.host, plan_.port);
    if (made != 0 || usmp_connect_async(&context_, &transport_) != USMP_OK) {
      fprintf(stderr, "device_load: cannot begin\n");
      exit(1);
    }
    was_established_ = false;
  }

  void send() {
    is_sent_ = is_answered_ = false;
    message_ = {};
    message_.data = content_.data();
    message_.len = content_.size();
    (void)usmp_submit(&context_, &message_);
    (void)usmp_step(&context_);
  }

  const Plan& plan_;
  std::uint8_t psk_[32];
  std::vector<std::uint8_t> id_;
  std::string content_;
  usmp_t context_{};
  usmp_transport_t transport_{};
  usmp_message_t message_{};
  bool was_established_ = false;
  bool is_sent_ = false;
  bool is_answered_ = false;
};

void run(std::vector<std::unique_ptr<LoadDevice>>& devices, Clock::time_point until) {
  std::vector<pollfd> polled(devices.size());
  while (Clock::now() < until) {
    std::uint32_t timeout_ms = 100;
    for (std::size_t index = 0; index < devices.size(); ++index) {
      polled[index] = devices[index]->wanted();
      timeout_ms = std::min(timeout_ms, devices[index]->timeout_ms());
    }
    const int count = poll(polled.data(), polled.size(), static_cast<int>(timeout_ms));
    for (std::size_t index = 0; index < devices.size(); ++index) {
      if (count == 0 || polled[index].revents != 0 || polled[index].fd < 0 ||
          devices[index]->timeout_ms() == 0) {
        while (devices[index]->serve()) {
        }
        devices[index]->send_if_due();
      }
    }
  }
}

}  // namespace

int main(int count, char** words) {
  if (count != 8) {
    fprintf(stderr, "device_load tcp|udp HOST PORT WIRE SESSIONS SECONDS SIZE\n");
    return 2;
  }
  const Plan plan{strcmp(words[1], "udp") == 0,
                  words[2],
                  atoi(words[3]),
                  atoi(words[4]),
                  static_cast<std::size_t>(atoi(words[5])),
                  atof(words[6]),
                  static_cast<std::size_t>(atoi(words[7]))};
  usmp_set_log_level(USMP_LOG_LEVEL_NONE);
  std::vector<std::unique_ptr<LoadDevice>> devices;
  for (std::size_t number = 0; number < plan.sessions; ++number) {
    devices.push_back(std::make_unique<LoadDevice>(plan, number));
  }
  // The first second is for getting under way.
  run(devices, Clock::now() + std::chrono::seconds(1));
  const std::uint64_t before = LoadDevice::echoes;
  const Clock::time_point began = Clock::now();
  run(devices, began + std::chrono::milliseconds(static_cast<int>(plan.seconds * 1000)));
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  printf("%.0f %llu\n", static_cast<double>(LoadDevice::echoes - before) / took,
         static_cast<unsigned long long>(LoadDevice::echoes));
  return 0;
}
