// Echo over loopback: the gateway's thread against a bare recvmmsg and sendmmsg, under one load.
#include <sys/socket.h>

#include <stdexcept>
#include <string>

#include "cpu_clock.hpp"
#include "device_load.hpp"
#include "gateway_under_load.hpp"
#include "plain_echo.hpp"
#include "plan.hpp"

namespace usmp::bench {
namespace {

struct Turn {
  double cpu_us = 0;  ///< of the server's thread for a message
  double per_second = 0;
};

/// Runs `round` (which gives the messages that came back) for one slice.
template <typename Round>
Turn run_turn(const Plan& plan, clockid_t clock, Round round) {
  const double begun = wall_seconds();
  const double cpu = seconds_on(clock);
  std::size_t returned = 0;
  do {
    returned += round();
  } while (wall_seconds() - begun < plan.slice_seconds);
  if (returned == 0) throw std::runtime_error("no message came back");
  const double spent = seconds_on(clock) - cpu;
  return {spent / static_cast<double>(returned) * 1e6, static_cast<double>(returned) / spent};
}

std::size_t plain_round(LoadSocket& socket, const std::vector<Packet>& packets) {
  socket.send(packets);
  std::size_t returned = 0;
  while (returned < packets.size()) {
    const auto came = socket.receive(20);
    if (came.empty()) break;
    returned += came.size();
  }
  return returned;
}

/// A bare echo and the gateway under one load, in turns.
class EchoTurns {
 public:
  EchoTurns(const Plan& plan, std::size_t under_way, bool datagrams)
      : plan_(plan),
        under_way_(under_way),
        datagrams_(datagrams),
        packets_(kLoadSessions * under_way, Packet(kMessageSize)) {}

  void run(PlainEcho& plain, LoadSocket& socket, GatewayUnderLoad& gateway, DeviceLoad& load) {
    const Turn bare = run_turn(plan_, plain.clock(), [&] { return plain_round(socket, packets_); });
    const Turn coded = run_turn(plan_, gateway.clock(),
                                [&] { return load.echo(under_way_, datagrams_).returned; });
    plain_us_.push_back(bare.cpu_us);
    coded_us_.push_back(coded.cpu_us);
    per_second_.push_back(coded.per_second);
    ratio_.push_back(coded.cpu_us / bare.cpu_us);
  }

  void add_rows(const std::string& name, Report& report) const {
    report.add(name + ": bare echo", Spread::of(plain_us_), "us CPU");
    report.add(name + ": gateway's thread", Spread::of(coded_us_), "us CPU");
    report.add(name + ": messages a second of CPU", Spread::of(per_second_), "1/s");
    report.add(name + ": gateway's thread / bare echo", Spread::of(ratio_), "x");
  }

 private:
  const Plan& plan_;
  std::size_t under_way_;
  bool datagrams_;
  std::vector<Packet> packets_;
  std::vector<double> plain_us_, coded_us_, ratio_, per_second_;
};

}  // namespace

void measure_echo(const Plan& plan, Report& report) {
  report.begin_section("Echo of 64 bytes over UDP on loopback, 50 sessions");
  PlainEcho plain;
  LoadSocket plain_socket(plain.port());
  GatewayUnderLoad gateway(kLoadSessions);
  DeviceLoad load(gateway.port(), kLoadSessions);
  load.connect();
  load.echo(kMessagesUnderWay, false);

  EchoTurns datagrams(plan, 1, true);
  EchoTurns messages(plan, kMessagesUnderWay, false);
  double packets_in = 0;
  double packets_out = 0;
  double echoed = 0;
  for (int round = 0; round < plan.rounds; ++round) {
    datagrams.run(plain, plain_socket, gateway, load);
    const gateway::EngineCounters before = gateway.counters();
    messages.run(plain, plain_socket, gateway, load);
    const gateway::EngineCounters after = gateway.counters();
    packets_in += static_cast<double>(after.packets_in - before.packets_in);
    packets_out += static_cast<double>(after.packets_out - before.packets_out);
    echoed += static_cast<double>(after.messages_in - before.messages_in);
  }
  datagrams.add_rows("DATAGRAM, 1 under way", report);
  messages.add_rows("acknowledged, 4 under way", report);
  report.add("acknowledged: packets in for a message", packets_in / echoed, "packets");
  report.add("acknowledged: packets out for a message", packets_out / echoed, "packets");
}

}  // namespace usmp::bench
