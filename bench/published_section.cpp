// Wire 2: our gateway beside the published server, each under the same load of our devices, in
// turns. Wall time: the published server's threads and ours have no clock in common.
#include <algorithm>
#include <string>
#include <vector>

#include "gateway_under_load.hpp"
#include "plan.hpp"
#include "published_server.hpp"
#include "wire2_load.hpp"

namespace usmp::bench {
namespace {

/// The published server takes no more at a time.
constexpr std::size_t kHandshakesTogether = 10;

struct Samples {
  std::vector<double> ours, published, ratio;

  void take(double our_rate, double published_rate) {
    ours.push_back(our_rate);
    published.push_back(published_rate);
    ratio.push_back(our_rate / published_rate);
  }
  void add_to(Report& report, const std::string& what) const {
    report.add(what + ": our gateway", Spread::of(ours), "1/s");
    report.add(what + ": published server", Spread::of(published), "1/s");
    report.add(what + ": our gateway / published server", Spread::of(ratio), "x");
  }
};

void measure_medium(const Plan& plan, Medium medium, const std::string& name, Report& report) {
  PublishedServer published(medium);
  GatewayUnderLoad gateway(GatewayUnderLoad::Wire2Devices{kLoadSessions});
  const Wire2Target ours{usmp::is_stream(medium) ? gateway.tcp_port() : gateway.port(), medium};
  Samples handshakes;
  Samples echoes;
  for (int round = 0; round < plan.published_rounds; ++round) {
    handshakes.take(
        shake_hands(ours, kHandshakesTogether, plan.slice_seconds).per_second(),
        shake_hands(published.target(), kHandshakesTogether, plan.slice_seconds).per_second());
  }
  Wire2Echo our_echo(ours, kLoadSessions);
  Wire2Echo published_echo(published.target(), kLoadSessions);
  for (int round = 0; round < plan.published_rounds; ++round) {
    echoes.take(our_echo.per_second(plan.slice_seconds),
                published_echo.per_second(plan.slice_seconds));
  }
  handshakes.add_to(report, name + ", handshakes a second");
  echoes.add_to(report, name + ", echoes of 64 bytes a second");
}

}  // namespace

void measure_published(const Plan& plan, Report& report) {
  report.begin_section("Wire 2: our gateway beside the published server, wall time");
  measure_medium(plan, Medium::Stream, "TCP", report);
  measure_medium(plan, Medium::Udp, "UDP", report);
}

}  // namespace usmp::bench
