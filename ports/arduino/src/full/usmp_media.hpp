// USMP::TCP, USMP::UDP and USMP::Serial: what a sketch gives to begin(). All in the header: only
// the sketch sees which network libraries it has.
#ifndef USMP_ARDUINO_USMP_MEDIA_HPP
#define USMP_ARDUINO_USMP_MEDIA_HPP

#include "medium.hpp"

// The board's own WiFi, where it has one. Other networks: give a Client or UDP object.
#if defined(ARDUINO_ARCH_ESP32)
#include <WiFi.h>
#include <WiFiUdp.h>
#define USMP_HAS_WIFI 1
#elif defined(ARDUINO_ARCH_ESP8266)
#include <ESP8266WiFi.h>
#include <WiFiUdp.h>
#define USMP_HAS_WIFI 1
#elif __has_include(<WiFi.h>)
#include <WiFi.h>
#define USMP_HAS_WIFI 1
#elif __has_include(<WiFiNINA.h>)
#include <WiFiNINA.h>
#define USMP_HAS_WIFI 1
#elif __has_include(<WiFiS3.h>)
#include <WiFiS3.h>
#define USMP_HAS_WIFI 1
#endif
#if defined(USMP_HAS_WIFI) && __has_include(<WiFiUdp.h>)
#include <WiFiUdp.h>
#endif

namespace usmp_arduino {

/// How long a Client may wait for a connection, where its library can be told.
static const uint16_t kConnectWaitMs = 3000;

// Calls that some clients have and others have not: the int is preferred to the long.
template <typename Object>
auto set_connect_wait(Object& client, int) -> decltype(client.setConnectionTimeout(1), void()) {
  client.setConnectionTimeout(kConnectWaitMs);
}
template <typename Object>
void set_connect_wait(Object&, long) {}
template <typename Object>
auto send_at_once(Object& client, int) -> decltype(client.setNoDelay(true), void()) {
  client.setNoDelay(true);
}
template <typename Object>
void send_at_once(Object&, long) {}

template <typename Object>
void prepare_client(Client& client) {
  set_connect_wait(static_cast<Object&>(client), 0);
}
template <typename Port>
void begin_port(Stream& stream, unsigned long baud) {
  static_cast<Port&>(stream).begin(baud);
}

/// Network objects that lie in the sketch, see USMPArduinoTcpCtx.
struct LentClient {
  Client* client;
};
struct LentUdp {
  ::UDP* udp;
};

#ifdef USMP_HAS_WIFI
// Names by WiFi.hostByName(), which every board's WiFi has.
inline bool wifi_joined() { return WiFi.status() == WL_CONNECTED; }
inline void wifi_join(const char* ssid, const char* password) {
#if defined(ARDUINO_ARCH_ESP32) || defined(ARDUINO_ARCH_ESP8266)
  WiFi.mode(WIFI_STA);
#endif
  WiFi.begin(const_cast<char*>(ssid), password);
}
inline bool wifi_look_up(const char* name, IPAddress& address) {
  return WiFi.hostByName(name, address) == 1;
}
inline const Network* wifi() {
  static const Network network = {wifi_joined, wifi_join, wifi_look_up};
  return &network;
}
inline void make_wifi_client(Medium& medium) { medium.client = new WiFiClient; }
inline void unmake_wifi_client(Medium& medium) { delete static_cast<WiFiClient*>(medium.client); }
inline void make_wifi_udp(Medium& medium) { medium.udp = new WiFiUDP; }
inline void unmake_wifi_udp(Medium& medium) { delete static_cast<WiFiUDP*>(medium.udp); }

inline void use_wifi(Medium& medium) {
  medium.network = wifi();
  if (medium.kind == Medium::Kind::Tcp) {
    medium.make = make_wifi_client;
    medium.unmake = unmake_wifi_client;
    medium.prepare_client = prepare_client<WiFiClient>;
  } else {
    medium.make = make_wifi_udp;
    medium.unmake = unmake_wifi_udp;
  }
}
#else
inline void use_wifi(Medium&) {}
#endif

}  // namespace usmp_arduino

// The names are those of the published library. NOLINTBEGIN(readability-identifier-naming)

/// A TCP connection. `wifi()`: joins this network first; not needed where the sketch does.
class USMPTCPTransport : public usmp_arduino::Medium {
 public:
  USMPTCPTransport(const char* name, uint16_t number) : Medium(Kind::Tcp) {
    host = name;
    port = number;
    usmp_arduino::use_wifi(*this);
  }
  USMPTCPTransport& wifi(const char* name, const char* secret) {
    ssid = name;
    password = secret;
    return *this;
  }
};

/// UDP. `localPort()`: the port to send from; the same one after a sleep spares a round trip.
class USMPUDPTransport : public usmp_arduino::Medium {
 public:
  USMPUDPTransport(const char* name, uint16_t number) : Medium(Kind::Udp) {
    host = name;
    port = number;
    usmp_arduino::use_wifi(*this);
  }
  USMPUDPTransport& wifi(const char* name, const char* secret) {
    ssid = name;
    password = secret;
    return *this;
  }
  USMPUDPTransport& localPort(uint16_t number) {
    local_port = number;
    return *this;
  }
};

/// A serial line, or anything else that moves single bytes. Wire 3 only.
class USMPSerialTransport : public usmp_arduino::Medium {
 public:
  explicit USMPSerialTransport(Stream& line) : Medium(Kind::Serial) { stream = &line; }
};

#ifdef USMP_HAS_WIFI
/// For begin(): the network object lies here, and nothing is taken from the heap for it.
struct USMPArduinoTcpCtx : public usmp_arduino::LentClient {
  USMPArduinoTcpCtx() { client = &object; }
  WiFiClient object;
};
struct USMPArduinoUdpCtx : public usmp_arduino::LentUdp {
  USMPArduinoUdpCtx() { udp = &object; }
  WiFiUDP object;
};
#endif

namespace USMP {

/// Over the board's WiFi. `host`: a name or an address.
inline USMPTCPTransport TCP(const char* host, uint16_t port = 9000) {
  return USMPTCPTransport(host, port);
}
inline USMPUDPTransport UDP(const char* host, uint16_t port = 9000) {
  return USMPUDPTransport(host, port);
}

/// Over a Client of any library (Ethernet, cellular, WiFi), which stays the sketch's.
template <typename ClientType>
USMPTCPTransport TCP(ClientType& client, const char* host, uint16_t port = 9000) {
  USMPTCPTransport medium(host, port);
  medium.client = &client;
  medium.prepare_client = usmp_arduino::prepare_client<ClientType>;
  return medium;
}
template <typename ClientType>
USMPTCPTransport TCP(ClientType& client, IPAddress address, uint16_t port = 9000) {
  USMPTCPTransport medium = TCP(client, static_cast<const char*>(nullptr), port);
  medium.address = address;
  medium.has_address = true;
  return medium;
}

/// Over an UDP object of any library. An address is better than a name, which some libraries look
/// up for every packet.
inline USMPUDPTransport UDP(::UDP& udp, const char* host, uint16_t port = 9000) {
  USMPUDPTransport medium(host, port);
  medium.udp = &udp;
  return medium;
}
inline USMPUDPTransport UDP(::UDP& udp, IPAddress address, uint16_t port = 9000) {
  USMPUDPTransport medium = UDP(udp, static_cast<const char*>(nullptr), port);
  medium.address = address;
  medium.has_address = true;
  return medium;
}

/// A serial port, started with this speed, 8N1. Nobody else may print on it.
template <typename Port>
USMPSerialTransport Serial(Port& port, unsigned long baud) {
  USMPSerialTransport medium(port);
  medium.baud = baud;
  medium.begin_stream = usmp_arduino::begin_port<Port>;
  return medium;
}
/// Any Stream that the sketch has started.
inline USMPSerialTransport Serial(Stream& stream) { return USMPSerialTransport(stream); }

}  // namespace USMP
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_ARDUINO_USMP_MEDIA_HPP
