// Reads listen URIs: see listen_uri.hpp.
#include "listen/listen_uri.hpp"

#include <charconv>

namespace usmp::gateway {
namespace {

constexpr std::size_t kHostSizeMax = 253;  // of a DNS name
constexpr std::string_view kExample = "write it like udp://[::]:9000 or tcp://0.0.0.0:9000";

ParsedListenUri refused(std::string_view written, std::string_view why) {
  std::string problem = "'";
  // What comes from outside may be anything: only what is printable is shown again.
  for (const char character : written.substr(0, 80)) {
    problem += (character > ' ' && character < '\x7F') ? character : '?';
  }
  problem.append("': ").append(why).append("; ").append(kExample);
  return {std::nullopt, problem};
}

bool has_only_host_characters(std::string_view host) {
  for (const char character : host) {
    if (character <= ' ' || character >= '\x7F') return false;
    if (std::string_view("/?#@[]").find(character) != std::string_view::npos) return false;
  }
  return true;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

}  // namespace

const char* name_of(Transport transport) { return transport == Transport::Udp ? "udp" : "tcp"; }

std::string ListenUri::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  std::string written = std::string(name_of(transport)) + "://";
  written += is_ipv6 ? "[" + host + "]" : host;
  return written + ":" + std::to_string(port);
}

ParsedListenUri parse_listen_uri(std::string_view written) {
  ListenUri uri;
  std::string_view rest = written;
  if (rest.starts_with("udp://")) {
    uri.transport = Transport::Udp;
  } else if (rest.starts_with("tcp://")) {
    uri.transport = Transport::Tcp;
  } else {
    return refused(written, "it does not begin with udp:// or tcp://");
  }
  rest.remove_prefix(6);

  std::string_view host;
  if (rest.starts_with('[')) {
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos) return refused(written, "the ] behind the address lacks");
    host = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    if (host.find(':') == std::string_view::npos) {
      return refused(written, "only an IPv6 address stands in brackets");
    }
  } else {
    const std::size_t colon = rest.find(':');
    if (colon != std::string_view::npos && rest.find(':', colon + 1) != std::string_view::npos) {
      return refused(written, "an IPv6 address stands in brackets");
    }
    host = rest.substr(0, colon);
    rest.remove_prefix(host.size());
  }
  if (host.empty()) return refused(written, "the host lacks ([::] means every address)");
  if (host.size() > kHostSizeMax || !has_only_host_characters(host)) {
    return refused(written, "the host is no name and no address");
  }
  if (!rest.starts_with(':')) return refused(written, "the port lacks");
  const std::optional<std::uint16_t> port = parse_port(rest.substr(1));
  if (!port) return refused(written, "the port is not a number of 0 to 65535");
  uri.host = std::string(host);
  uri.port = *port;
  return {uri, {}};
}

}  // namespace usmp::gateway
