// How a client reaches its gateway, as USMP::TCP, UDP and Serial describe it: objects of the
// board's libraries, and calls that only their own types have. Not the I/O itself: link.hpp.
#ifndef USMP_ARDUINO_MEDIUM_HPP
#define USMP_ARDUINO_MEDIUM_HPP

#include <Arduino.h>
#include <Client.h>
#include <IPAddress.h>
#include <Udp.h>

namespace usmp_arduino {

/// A network that has to be joined first: WiFi. Both calls return at once where the board's library
/// does.
struct Network {
  bool (*joined)();
  void (*join)(const char* ssid, const char* password);
  /// False: the name has no address. NULL: names are left to the Client or UDP object.
  bool (*look_up)(const char* name, IPAddress& address);
};

/// What is pointed to here stays the sketch's, and is there until close(). Texts are copied.
struct Medium {
  enum class Kind : uint8_t { None, Tcp, Udp, Serial };

  explicit Medium(Kind of = Kind::None)
      : kind(of),
        port(0),
        local_port(0),
        baud(0),
        host(nullptr),
        has_address(false),
        ssid(nullptr),
        password(nullptr),
        client(nullptr),
        udp(nullptr),
        stream(nullptr),
        make(nullptr),
        unmake(nullptr),
        prepare_client(nullptr),
        begin_stream(nullptr),
        network(nullptr) {}

  Kind kind;
  uint16_t port;
  uint16_t local_port;  // UDP: to send from; 0: any
  unsigned long baud;
  const char* host;  // a name or an address; NULL: `address`
  IPAddress address;
  bool has_address;
  const char* ssid;  // NULL: the sketch joins the network itself
  const char* password;

  Client* client;
  ::UDP* udp;
  Stream* stream;

  // Where the sketch gave no object: makes one (on the heap), and gives it back.
  void (*make)(Medium& medium);
  void (*unmake)(Medium& medium);
  /// Sets how long the client may wait for a connection, where it can be told.
  void (*prepare_client)(Client& client);
  /// Starts the port; NULL: the sketch did.
  void (*begin_stream)(Stream& stream, unsigned long baud);
  const Network* network;
};

}  // namespace usmp_arduino

#endif  // USMP_ARDUINO_MEDIUM_HPP
