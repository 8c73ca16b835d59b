// A real gateway of one thread on loopback, with a registry in a directory of its own and an
// application that echoes. Not for many threads: the ratios are those of one.
#ifndef USMP_BENCH_GATEWAY_UNDER_LOAD_HPP
#define USMP_BENCH_GATEWAY_UNDER_LOAD_HPP

#include <time.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "loop/server.hpp"

namespace usmp::bench {

class GatewayUnderLoad final : private gateway::ServerApplication {
 public:
  /// Serves the first `devices` of BenchIdentity from then on. Throws what gateway::Server throws.
  explicit GatewayUnderLoad(std::size_t devices);
  /// The same for the first of Wire2Identity, on UDP and TCP.
  struct Wire2Devices {
    std::size_t count;
  };
  explicit GatewayUnderLoad(Wire2Devices devices);
  ~GatewayUnderLoad() override;
  GatewayUnderLoad(const GatewayUnderLoad&) = delete;
  GatewayUnderLoad& operator=(const GatewayUnderLoad&) = delete;

  std::uint16_t port() const { return port_; }
  /// 0: it listens on UDP alone.
  std::uint16_t tcp_port() const { return tcp_port_; }
  /// CPU time of the gateway's thread; only after the first session.
  clockid_t clock() const { return clock_.load(); }
  gateway::EngineCounters counters() { return server_->counters(); }

 private:
  void serve(bool on_tcp_too);
  void message_arrived(gateway::Engine& engine, const gateway::ArrivedMessage& message) override;
  void message_settled(const gateway::DeliveryReport& report) override;
  void session_changed(const gateway::SessionReport& report) override;
  void warned(const std::string& line) override;

  std::filesystem::path directory_;
  std::atomic<clockid_t> clock_{CLOCK_THREAD_CPUTIME_ID};
  std::uint16_t port_ = 0;
  std::uint16_t tcp_port_ = 0;
  std::unique_ptr<gateway::Server> server_;
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_GATEWAY_UNDER_LOAD_HPP
