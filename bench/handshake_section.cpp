// Handshakes: a gateway's, in memory and on loopback, against the bare cost of their crypto and
// against a DTLS server's.
#include <memory>
#include <vector>

#include "cpu_clock.hpp"
#include "device_load.hpp"
#include "dtls_peer.hpp"
#include "gateway_under_load.hpp"
#include "handshake_crypto.hpp"
#include "memory_gateway.hpp"
#include "plan.hpp"

namespace usmp::bench {
namespace {

/// CPU seconds of the servers of kLoadSessions handshakes, and of freeing their sessions.
double dtls_batch(const DtlsContext& context) {
  std::vector<std::unique_ptr<DtlsPair>> pairs;
  for (std::size_t index = 0; index < kLoadSessions; ++index) {
    pairs.push_back(std::make_unique<DtlsPair>(context));
  }
  double spent = 0;
  for (std::size_t done = 0; done < pairs.size();) {
    for (const auto& pair : pairs) pair->step_client();
    const double begun = own_cpu_seconds();
    done = 0;
    for (const auto& pair : pairs) done += pair->step_server() ? 1U : 0U;
    spent += own_cpu_seconds() - begun;
  }
  const double begun = own_cpu_seconds();
  for (const auto& pair : pairs) pair->end_server();
  return spent + own_cpu_seconds() - begun;
}

/// The parts of one turn, each for one handshake, in microseconds of CPU.
class HandshakeBench {
 public:
  explicit HandshakeBench(const Plan& plan)
      : plan_(plan),
        engine_(kLoadSessions),
        engine_load_(engine_, 0, kLoadSessions),
        gateway_(kLoadSessions),
        gateway_load_(gateway_.port(), kLoadSessions) {
    gateway_load_.connect();  // from here on the gateway's clock is known
  }

  double bare() {
    const double begun = own_cpu_seconds();
    for (std::size_t count = 0; count < plan_.handshake_batches * kLoadSessions; ++count) {
      crypto_.run();
    }
    return of_one(own_cpu_seconds() - begun);
  }

  double engine() {
    double spent = 0;
    for (std::size_t batch = 0; batch < plan_.handshake_batches; ++batch) {
      engine_load_.pass_time(1000);
      spent += engine_load_.connect();
      spent += engine_load_.close();
    }
    return of_one(spent);
  }

  double gateway() {
    const double begun = seconds_on(gateway_.clock());
    for (std::size_t batch = 0; batch < plan_.handshake_batches; ++batch) {
      gateway_load_.close();
      gateway_load_.connect();
    }
    return of_one(seconds_on(gateway_.clock()) - begun);
  }

  double dtls(const DtlsContext& context) {
    double spent = 0;
    for (std::size_t batch = 0; batch < plan_.handshake_batches; ++batch) {
      spent += dtls_batch(context);
    }
    return of_one(spent);
  }

 private:
  double of_one(double seconds) const {
    return seconds / static_cast<double>(plan_.handshake_batches * kLoadSessions) * 1e6;
  }

  const Plan& plan_;
  HandshakeCrypto crypto_;
  MemoryGateway engine_;
  MemoryLoad engine_load_;
  GatewayUnderLoad gateway_;
  DeviceLoad gateway_load_;
};

struct Samples {
  std::vector<double> us, to_bare;

  void take(double cpu_us, double bare_us) {
    us.push_back(cpu_us);
    to_bare.push_back(cpu_us / bare_us);
  }
};

}  // namespace

void measure_handshakes(const Plan& plan, Report& report) {
  report.begin_section("Handshakes: CPU of the server for one, the end of its session included");
  HandshakeBench bench(plan);
  const DtlsContext plain(false);
  const DtlsContext with_cookies(true);
  std::vector<double> bare_us;
  std::vector<double> per_second;
  std::vector<double> dtls_to_engine;
  Samples engine;
  Samples gateway;
  Samples dtls;
  Samples dtls_cookies;
  for (int round = 0; round < plan.rounds; ++round) {
    const double bare = bench.bare();
    bare_us.push_back(bare);
    engine.take(bench.engine(), bare);
    gateway.take(bench.gateway(), bare);
    dtls.take(bench.dtls(plain), bare);
    dtls_cookies.take(bench.dtls(with_cookies), bare);
    per_second.push_back(1e6 / gateway.us.back());
    dtls_to_engine.push_back(dtls.us.back() / engine.us.back());
  }
  report.add("bare crypto (2 X25519, 14 HMAC, 5 hashes, 1 AEAD)", Spread::of(bare_us), "us CPU");
  report.add("gateway's engine, in memory", Spread::of(engine.us), "us CPU");
  report.add("gateway's thread, on loopback", Spread::of(gateway.us), "us CPU");
  report.add("gateway's thread: handshakes a second of CPU", Spread::of(per_second), "1/s");
  report.add("DTLS 1.2 server, in memory", Spread::of(dtls.us), "us CPU");
  report.add("DTLS 1.2 server, in memory, with its cookie", Spread::of(dtls_cookies.us), "us CPU");
  report.add("engine / bare crypto", Spread::of(engine.to_bare), "x");
  report.add("gateway's thread / bare crypto", Spread::of(gateway.to_bare), "x");
  report.add("DTLS 1.2 server / engine, both in memory", Spread::of(dtls_to_engine), "x");
}

}  // namespace usmp::bench
