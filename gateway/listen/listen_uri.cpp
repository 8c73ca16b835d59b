// Reads listen URIs: see listen_uri.hpp.
#include "listen/listen_uri.hpp"

#include <algorithm>
#include <charconv>

#include "listen/baud_rate.hpp"

namespace usmp::gateway {
namespace {

constexpr std::size_t kHostSizeMax = 253;  // of a DNS name
constexpr std::size_t kPathSizeMax = 4095;
constexpr std::string_view kExample =
    "write it like udp://[::]:9000, tcp://0.0.0.0:9000, serial:///dev/ttyUSB0?baud=115200 or "
    "serial+tcp://192.0.2.1:2000";
constexpr std::string_view kBaudQuery = "baud=";

struct Scheme {
  Transport transport;
  const char* name;
};

constexpr Scheme kSchemes[] = {
    {Transport::Udp, "udp"},
    {Transport::Tcp, "tcp"},
    {Transport::Serial, "serial"},
    {Transport::SerialTcp, "serial+tcp"},
};

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

template <typename Number>
std::optional<Number> parse_number(std::string_view digits) {
  Number number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// Behind `serial://`: the path and, if it is there, the speed.
ParsedListenUri parse_serial(std::string_view written, std::string_view rest) {
  ListenUri uri;
  uri.transport = Transport::Serial;
  uri.baud_rate = kBaudRateDefault;
  const std::size_t mark = rest.find('?');
  const std::string_view path = rest.substr(0, mark);
  if (!path.starts_with('/')) {
    return refused(written, "the device's path is not absolute (three slashes: serial:///dev/…)");
  }
  const auto is_printable = [](char character) { return character > ' ' && character < '\x7F'; };
  if (path.size() > kPathSizeMax || !std::all_of(path.begin(), path.end(), is_printable)) {
    return refused(written, "the device's path is no path");
  }
  uri.device = std::string(path);
  if (mark == std::string_view::npos) return {uri, {}};
  std::string_view query = rest.substr(mark + 1);
  if (!query.starts_with(kBaudQuery)) {
    return refused(written,
                   "behind ? only baud=RATE is known (lines have 8 data bits, no parity, "
                   "1 stop bit)");
  }
  query.remove_prefix(kBaudQuery.size());
  const std::optional<std::uint32_t> baud_rate = parse_number<std::uint32_t>(query);
  if (!baud_rate || !speed_of(*baud_rate)) {
    return refused(written, "the baud rate is none of " + baud_rates_text());
  }
  uri.baud_rate = *baud_rate;
  return {uri, {}};
}

/// Behind the slashes of the others: host and port.
ParsedListenUri parse_host_and_port(std::string_view written, std::string_view rest,
                                    Transport transport) {
  ListenUri uri;
  uri.transport = transport;
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
  const std::optional<std::uint16_t> port = parse_number<std::uint16_t>(rest.substr(1));
  if (!port) return refused(written, "the port is not a number of 0 to 65535");
  uri.host = std::string(host);
  uri.port = *port;
  return {uri, {}};
}

}  // namespace

const char* name_of(Transport transport) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.transport == transport) return scheme.name;
  }
  return "";
}

std::string ListenUri::text() const {
  std::string written = std::string(name_of(transport)) + "://";
  if (transport == Transport::Serial) {
    return written + device + "?" + std::string(kBaudQuery) + std::to_string(baud_rate);
  }
  const bool is_ipv6 = host.find(':') != std::string::npos;
  written += is_ipv6 ? "[" + host + "]" : host;
  return written + ":" + std::to_string(port);
}

ParsedListenUri parse_listen_uri(std::string_view written) {
  const std::size_t slashes = written.find("://");
  for (const Scheme& scheme : kSchemes) {
    if (slashes == std::string_view::npos || written.substr(0, slashes) != scheme.name) continue;
    const std::string_view rest = written.substr(slashes + 3);
    if (scheme.transport == Transport::Serial) return parse_serial(written, rest);
    ParsedListenUri parsed = parse_host_and_port(written, rest, scheme.transport);
    if (parsed.uri && scheme.transport == Transport::SerialTcp && parsed.uri->port == 0) {
      return refused(written, "a serial server has a port of 1 to 65535");
    }
    return parsed;
  }
  return refused(written, "it does not begin with udp://, tcp://, serial:// or serial+tcp://");
}

}  // namespace usmp::gateway
