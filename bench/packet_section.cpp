// Packets without the system: the primitives of each backend, and an echo of the engine in memory
// against the bare cost of its crypto and against a DTLS server's.
#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cpu_clock.hpp"
#include "dtls_peer.hpp"
#include "memory_gateway.hpp"
#include "packet_crypto.hpp"
#include "plan.hpp"

namespace usmp::bench {
namespace {

constexpr std::size_t kEchoesPerLook = 20;     // at the clock, in each session
constexpr Duration kBetweenEchoes = 10;        // a round trip, or DATAGRAMs would be refused (§4)
constexpr std::size_t kDatagramFrameSize = 4;  // USMP3 §4

using Backend = double (*)(const PrimitiveRun&, double);

double measure(Backend backend, const PrimitiveRun& run, double seconds) {
  const double ns = backend(run, seconds);
  if (ns < 0) throw std::runtime_error("a primitive of a crypto backend failed");
  return ns;
}

std::string name_of(crypto::Suite suite) {
  return suite == crypto::Suite::Aes256Gcm ? "AES-256-GCM" : "ChaCha20-Poly1305";
}

void add_backend(const std::string& name, Backend backend, const Plan& plan, Report& report) {
  const auto add = [&](const std::string& what, const PrimitiveRun& run) {
    report.add(name + ": " + what, measure(backend, run, plan.packet_seconds), "ns CPU");
  };
  for (const crypto::Suite suite : {crypto::Suite::Aes256Gcm, crypto::Suite::ChaCha20Poly1305}) {
    for (const std::size_t size : {std::size_t{64}, std::size_t{1200}}) {
      const std::string what = name_of(suite) + ", " + std::to_string(size) + " bytes, ";
      add(what + "seal", {Primitive::Seal, suite, size});
      add(what + "open", {Primitive::Open, suite, size});
    }
  }
  add("X25519, a public key", {Primitive::X25519Public});
  add("X25519, a shared secret", {Primitive::X25519});
  add("HMAC-SHA256, 13 bytes", {Primitive::HmacSha256});
}

/// Opening and sealing a packet that carries one message, in microseconds.
double bare_echo(crypto::Suite suite, double seconds) {
  const std::size_t size = kMessageSize + kDatagramFrameSize;
  return (measure(packet_crypto_openssl, {Primitive::Open, suite, size}, seconds / 2) +
          measure(packet_crypto_openssl, {Primitive::Seal, suite, size}, seconds / 2)) /
         1000;
}

/// Sessions of one suite with an engine of their own.
class EngineEcho {
 public:
  explicit EngineEcho(std::uint8_t suite)
      : gateway_(kLoadSessions), load_(gateway_, 0, kLoadSessions, {8, suite}) {
    load_.connect();
    load_.echo(kMessagesUnderWay, false);  // so that both sides know the round trip
  }

  /// Microseconds of the engine's CPU for a message.
  double run(double seconds, bool datagrams) {
    const double begun = wall_seconds();
    double spent = 0;
    double count = 0;
    do {
      for (std::size_t turn = 0; turn < kEchoesPerLook; ++turn) {
        load_.pass_time(kBetweenEchoes);
        spent += load_.echo(1, datagrams);
      }
      count += kEchoesPerLook * kLoadSessions;
    } while (wall_seconds() - begun < seconds);
    return spent / count * 1e6;
  }

 private:
  MemoryGateway gateway_;
  MemoryLoad load_;
};

class DtlsEcho {
 public:
  DtlsEcho() : context_(false) {
    for (std::size_t index = 0; index < kLoadSessions; ++index) {
      pairs_.push_back(std::make_unique<DtlsPair>(context_));
      DtlsPair& pair = *pairs_.back();
      for (bool is_done = false; !is_done;) {
        const bool is_client_done = pair.step_client();
        is_done = pair.step_server() && is_client_done;
      }
    }
  }

  /// Microseconds of the server's CPU for a message.
  double run(double seconds) {
    const std::array<std::uint8_t, kMessageSize> message{};
    const double begun = wall_seconds();
    double spent = 0;
    double count = 0;
    do {
      for (const auto& pair : pairs_) {
        pair->send_from_client(Bytes(message.data(), message.size()));
      }
      const double from = own_cpu_seconds();
      for (const auto& pair : pairs_) pair->echo_on_server();
      spent += own_cpu_seconds() - from;
      std::array<std::uint8_t, kMessageSize> back{};
      for (const auto& pair : pairs_) {
        pair->receive_on_client(MutableBytes(back.data(), back.size()));
      }
      count += static_cast<double>(pairs_.size());
    } while (wall_seconds() - begun < seconds);
    return spent / count * 1e6;
  }

 private:
  DtlsContext context_;
  std::vector<std::unique_ptr<DtlsPair>> pairs_;
};

void add_echo(const Plan& plan, Report& report) {
  EngineEcho aes(kSuiteBitAes256Gcm);
  EngineEcho chacha(kSuiteBitChaCha20Poly1305);
  DtlsEcho dtls;
  std::vector<double> bare_us, aes_us, reliable_us, chacha_us, dtls_us;
  std::vector<double> to_bare, reliable_to_bare, dtls_to_chacha;
  for (int round = 0; round < plan.rounds; ++round) {
    bare_us.push_back(bare_echo(crypto::Suite::Aes256Gcm, plan.packet_seconds));
    aes_us.push_back(aes.run(plan.packet_seconds, true));
    reliable_us.push_back(aes.run(plan.packet_seconds, false));
    chacha_us.push_back(chacha.run(plan.packet_seconds, true));
    dtls_us.push_back(dtls.run(plan.packet_seconds));
    to_bare.push_back(aes_us.back() / bare_us.back());
    reliable_to_bare.push_back(reliable_us.back() / bare_us.back());
    dtls_to_chacha.push_back(dtls_us.back() / chacha_us.back());
  }
  report.add("echo of 64 bytes: bare open and seal, AES", Spread::of(bare_us), "us CPU");
  report.add("echo: engine in memory, DATAGRAM, AES", Spread::of(aes_us), "us CPU");
  report.add("echo: engine in memory, acknowledged, AES", Spread::of(reliable_us), "us CPU");
  report.add("echo: engine in memory, DATAGRAM, ChaCha20", Spread::of(chacha_us), "us CPU");
  report.add("echo: DTLS 1.2 server in memory, ChaCha20", Spread::of(dtls_us), "us CPU");
  report.add("echo: engine / bare crypto, DATAGRAM, AES", Spread::of(to_bare), "x");
  report.add("echo: engine / bare crypto, acknowledged, AES", Spread::of(reliable_to_bare), "x");
  report.add("echo: DTLS 1.2 / engine, DATAGRAM, ChaCha20", Spread::of(dtls_to_chacha), "x");
}

}  // namespace

void measure_packets(const Plan& plan, Report& report) {
  report.begin_section("Packets in memory, without system calls");
  add_backend("OpenSSL", packet_crypto_openssl, plan, report);
#ifdef USMP_BENCH_BEARSSL
  add_backend("BearSSL", packet_crypto_bearssl, plan, report);
#endif
  add_echo(plan, report);
}

}  // namespace usmp::bench
