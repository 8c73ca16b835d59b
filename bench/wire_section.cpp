// Bytes on the wire, counted from the packets of real sessions: USMP and DTLS.
#include <array>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "dtls_peer.hpp"
#include "memory_gateway.hpp"
#include "plan.hpp"

namespace usmp::bench {
namespace {

using Seen = std::vector<SeenPacket>;

struct Total {
  double bytes = 0;
  double packets = 0;
  double round_trips = 0;  ///< answers waited for, before the device knows its session
};

Total total_of(const Seen& seen, std::size_t device) {
  Total total;
  for (const SeenPacket& packet : seen) {
    if (packet.device != device) continue;
    total.bytes += static_cast<double>(packet.size);
    total.packets += 1;
    total.round_trips += packet.is_from_device ? 0 : 1;
  }
  return total;
}

double size_of_nth(const Seen& seen, std::size_t index) {
  if (index >= seen.size()) throw std::runtime_error("a packet did not go");
  return static_cast<double>(seen[index].size);
}

void add_total(const std::string& name, const Total& total, Report& report) {
  report.add(name + ", bytes of all packets", total.bytes, "bytes");
  report.add(name + ", packets", total.packets, "packets");
  report.add(name + ", round trips", total.round_trips, "trips");
}

void add_handshake(MemoryLoad& load, Seen& seen, Report& report) {
  load.watch(&seen);
  load.connect();
  add_total("USMP handshake", total_of(seen, 0), report);
  const char* const kNames[] = {"HELLO", "CHALLENGE", "HELLO_ACK", "SESSION_OK"};
  for (std::size_t index = 0; index < std::size(kNames); ++index) {
    report.add(std::string("USMP ") + kNames[index], size_of_nth(seen, index), "bytes");
  }
}

void add_messages(MemoryLoad& load, Seen& seen, Report& report) {
  const auto add = [&report](const char* name, double size) {
    report.add(name, size - static_cast<double>(kMessageSize), "bytes");
  };
  seen.clear();
  load.echo(1, true);
  add("USMP, around a DATAGRAM from the device", size_of_nth(seen, 0));
  add("USMP, around a DATAGRAM to the device", size_of_nth(seen, 1));
  seen.clear();
  load.echo(1, false);
  add("USMP, around an acknowledged message from the device", size_of_nth(seen, 0));
  add("USMP, around one to the device, with the ACK of the first", size_of_nth(seen, 1));
  report.add("USMP, an ACK alone from the device", size_of_nth(seen, 2), "bytes");
}

void add_wake(MemoryLoad& load, Seen& seen, Report& report) {
  DeviceSession& session = load.device(0).session();
  std::array<std::uint8_t, kSavedStateSizeMax> saved{};
  const Result<std::size_t> size =
      session.save(MutableBytes(saved.data(), saved.size()), load.now());
  if (!size.ok()) throw std::runtime_error("a device cannot sleep");
  load.pass_time(60'000);
  if (session.wake(MutableBytes(saved.data(), size.value), 60, load.now()) != Error::None) {
    throw std::runtime_error("a device cannot wake");
  }
  seen.clear();
  if (!load.device(0).send(load.now())) throw std::runtime_error("a woken device cannot send");
  load.exchange();
  report.add("USMP, saved state of a sleeping device", static_cast<double>(size.value), "bytes");
  const double message = static_cast<double>(kMessageSize);
  report.add("USMP wake, around the message in the first packet", size_of_nth(seen, 0) - message,
             "bytes");
  report.add("USMP wake, around the echo, with the ACK", size_of_nth(seen, 1) - message, "bytes");
}

void add_usmp(Report& report) {
  // As `usmp connect` and the C API: the device's socket names its session.
  MemoryGateway gateway(kLoadSessions);
  MemoryLoad load(gateway, 0, 1, {0, kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305});
  Seen seen;
  add_handshake(load, seen, report);
  add_messages(load, seen, report);
  add_wake(load, seen, report);
  // The second of two at once needs a cookie from a gateway that waits for one at most.
  MemoryGateway loaded(kLoadSessions, 1);
  MemoryLoad two(loaded, 0, 2, {0, kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305});
  Seen of_both;
  two.watch(&of_both);
  two.connect();
  add_total("USMP handshake under load (RETRY)", total_of(of_both, 1), report);
}

void add_dtls(const std::string& name, bool asks_cookies, Report& report) {
  const DtlsContext context(asks_cookies);
  DtlsPair pair(context);
  DtlsPair::Sizes sizes;
  pair.watch(&sizes);
  Total total;
  for (bool is_client_done = pair.step_client(); !is_client_done;) {
    pair.step_server();
    total.round_trips += 1;
    is_client_done = pair.step_client();
  }
  const auto sum = [](const std::vector<std::size_t>& all) {
    return static_cast<double>(std::accumulate(all.begin(), all.end(), std::size_t{0}));
  };
  total.bytes = sum(sizes.from_client) + sum(sizes.from_server);
  total.packets = static_cast<double>(sizes.from_client.size() + sizes.from_server.size());
  add_total(name, total, report);
  if (asks_cookies) return;
  sizes = {};
  const std::array<std::uint8_t, kMessageSize> message{};
  pair.send_from_client(Bytes(message.data(), message.size()));
  report.add("DTLS 1.2, around a message",
             sum(sizes.from_client) - static_cast<double>(kMessageSize), "bytes");
}

}  // namespace

void measure_wire(Report& report) {
  report.begin_section("Bytes on the wire, in UDP datagrams");
  add_usmp(report);
  add_dtls("DTLS 1.2 handshake", false, report);
  add_dtls("DTLS 1.2 handshake with its cookie", true, report);
}

}  // namespace usmp::bench
