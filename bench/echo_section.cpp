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

struct Samples {
  std::vector<double> plain_us, coded_us, ratio, per_second;
};

void add_rows(const std::string& name, const Samples& samples, Report& report) {
  report.add(name + ": bare echo", Spread::of(samples.plain_us), "us CPU");
  report.add(name + ": gateway", Spread::of(samples.coded_us), "us CPU");
  report.add(name + ": messages a second of CPU", Spread::of(samples.per_second), "1/s");
  report.add(name + ": gateway / bare echo", Spread::of(samples.ratio), "x");
}

}  // namespace

void measure_echo(const Plan& plan, Report& report) {
  report.begin_section("Echo of 64 bytes over UDP on loopback, 50 sessions, 4 under way in each");
  PlainEcho plain;
  LoadSocket plain_socket(plain.port());
  const std::vector<Packet> packets(kLoadSessions * kMessagesUnderWay, Packet(kMessageSize));
  GatewayUnderLoad gateway(kLoadSessions);
  DeviceLoad load(gateway.port(), kLoadSessions);
  load.connect();
  load.echo(kMessagesUnderWay, false);

  Samples datagrams;
  Samples messages;
  double packets_in = 0;
  double packets_out = 0;
  double echoed = 0;
  for (int round = 0; round < plan.rounds; ++round) {
    const Turn bare =
        run_turn(plan, plain.clock(), [&] { return plain_round(plain_socket, packets); });
    const auto take = [&bare](Samples& samples, const Turn& turn) {
      samples.plain_us.push_back(bare.cpu_us);
      samples.coded_us.push_back(turn.cpu_us);
      samples.ratio.push_back(turn.cpu_us / bare.cpu_us);
      samples.per_second.push_back(turn.per_second);
    };
    take(datagrams, run_turn(plan, gateway.clock(),
                             [&] { return load.echo(kMessagesUnderWay, true).returned; }));
    const gateway::EngineCounters before = gateway.counters();
    take(messages, run_turn(plan, gateway.clock(),
                            [&] { return load.echo(kMessagesUnderWay, false).returned; }));
    const gateway::EngineCounters after = gateway.counters();
    packets_in += static_cast<double>(after.packets_in - before.packets_in);
    packets_out += static_cast<double>(after.packets_out - before.packets_out);
    echoed += static_cast<double>(after.messages_in - before.messages_in);
  }
  add_rows("unacknowledged (DATAGRAM)", datagrams, report);
  add_rows("acknowledged, in order", messages, report);
  report.add("acknowledged: packets in for a message", packets_in / echoed, "packets");
  report.add("acknowledged: packets out for a message", packets_out / echoed, "packets");
}

}  // namespace usmp::bench
