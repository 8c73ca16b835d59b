// Where a gateway listens, as people write it: udp://[::]:9000, tcp://gateway.example:9000.
// Not a look-up of names and not a socket: socket_address.hpp and listen_socket.hpp do that.
#ifndef USMP_GATEWAY_LISTEN_LISTEN_URI_HPP
#define USMP_GATEWAY_LISTEN_LISTEN_URI_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usmp::gateway {

enum class Transport : std::uint8_t { Udp, Tcp };

/// "udp" or "tcp".
const char* name_of(Transport transport);

/// A listen URI taken apart.
struct ListenUri {
  Transport transport = Transport::Udp;
  std::string host;        ///< a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 0;  ///< 0: the system chooses one

  /// As people write it, with brackets around an IPv6 address.
  std::string text() const;
  bool operator==(const ListenUri&) const = default;
};

/// What parse_listen_uri found: a URI, or one line that says what is wrong and what is right.
struct ParsedListenUri {
  std::optional<ListenUri> uri;
  std::string problem;
};

/// Reads `udp://HOST:PORT` or `tcp://HOST:PORT`. HOST is a name, an IPv4 address or an IPv6 address
/// in brackets ([::] means every address of this machine, of IPv4 too; 0.0.0.0 those of IPv4). PORT
/// is 0..65535.
ParsedListenUri parse_listen_uri(std::string_view written);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_LISTEN_URI_HPP
