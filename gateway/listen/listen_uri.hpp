// Where a gateway listens, as people write it: udp://[::]:9000, serial:///dev/ttyUSB0?baud=115200.
// Not a look-up of names and not a socket: socket_address.hpp, listen_socket.hpp and
// serial_port.hpp do that.
#ifndef USMP_GATEWAY_LISTEN_LISTEN_URI_HPP
#define USMP_GATEWAY_LISTEN_LISTEN_URI_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usmp::gateway {

enum class Transport : std::uint8_t {
  Udp,
  Tcp,
  Serial,     ///< a serial line of this machine
  SerialTcp,  ///< a serial line behind a server that passes its bytes on by TCP
};

/// True for those that carry the frames of a serial line.
constexpr bool is_serial(Transport transport) {
  return transport == Transport::Serial || transport == Transport::SerialTcp;
}

/// The scheme of its URIs.
const char* name_of(Transport transport);

/// A listen URI taken apart.
struct ListenUri {
  Transport transport = Transport::Udp;
  std::string host;             ///< a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 0;       ///< 0: the system chooses one
  std::string device = {};      ///< of Serial, which has no host and port: an absolute path
  std::uint32_t baud_rate = 0;  ///< of Serial

  /// As people write it, with brackets around an IPv6 address.
  std::string text() const;
  bool operator==(const ListenUri&) const = default;
};

/// What parse_listen_uri found: a URI, or one line that says what is wrong and what is right.
struct ParsedListenUri {
  std::optional<ListenUri> uri;
  std::string problem;
};

/// Reads `udp://HOST:PORT`, `tcp://HOST:PORT`, `serial+tcp://HOST:PORT` or
/// `serial://PATH?baud=RATE` (without ?baud= kBaudRateDefault). HOST is a name, an IPv4 address or
/// an IPv6 address in brackets ([::] means every address of this machine, of IPv4 too; 0.0.0.0
/// those of IPv4). PORT is 0..65535.
ParsedListenUri parse_listen_uri(std::string_view written);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_LISTEN_URI_HPP
