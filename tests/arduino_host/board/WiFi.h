// The WiFi of the board on this machine: its sockets, behind a network that is joined first, as a
// board's library has it. The network is there after a moment if the password is "right".
#ifndef USMP_TESTS_WIFI_H
#define USMP_TESTS_WIFI_H

#include <Arduino.h>

#include "host_network.hpp"

// The names are Arduino's. NOLINTBEGIN(readability-identifier-naming)
enum { WL_IDLE_STATUS = 0, WL_CONNECTED = 3, WL_DISCONNECTED = 6 };

typedef HostClient WiFiClient;
typedef HostUdp WiFiUDP;

class WiFiClass {
 public:
  int begin(char*, const char* password) {
    right_ = strcmp(password, "right") == 0;
    begun_at_ = millis();
    begun_ = true;
    return WL_IDLE_STATUS;
  }
  int status() const {
    const bool joined = begun_ && right_ && millis() - begun_at_ >= kJoinMs;
    return joined ? WL_CONNECTED : WL_DISCONNECTED;
  }
  int hostByName(const char* name, IPAddress& address) { return host_by_name(name, address); }

 private:
  static const unsigned long kJoinMs = 50;
  bool begun_ = false;
  bool right_ = false;
  unsigned long begun_at_ = 0;
};
inline WiFiClass& host_wifi() {
  static WiFiClass object;
  return object;
}
#define WiFi host_wifi()
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_TESTS_WIFI_H
