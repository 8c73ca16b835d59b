// What the parts of one engine share: configuration, the world outside, time and counters.
#ifndef USMP_GATEWAY_ENGINE_ENGINE_CONTEXT_HPP
#define USMP_GATEWAY_ENGINE_ENGINE_CONTEXT_HPP

#include "engine/application.hpp"
#include "engine/directory.hpp"
#include "engine/engine_config.hpp"
#include "engine/engine_counters.hpp"
#include "engine/key_source.hpp"
#include "engine/monotonic.hpp"
#include "engine/output.hpp"
#include "usmp/result.hpp"

namespace usmp::gateway {

struct EngineContext {
  /// Throws std::invalid_argument if `config` is not valid(), std::runtime_error without
  /// randomness.
  EngineContext(const EngineConfig& config, unsigned thread, Directory& directory, KeySource& keys,
                Output& output, Application& application, Instant now);
  EngineContext(const EngineContext&) = delete;
  EngineContext& operator=(const EngineContext&) = delete;

  /// A packet was dropped for this reason.
  void count_drop(Error why);
  void count_out(std::size_t size) {
    ++counters.packets_out;
    counters.bytes_out += size;
  }

  const EngineConfig config;
  const unsigned thread;
  Directory& directory;
  KeySource& keys;
  Output& output;
  Application& application;
  EngineCounters counters;
  Monotonic monotonic;
  GatewayConfig udp;     // borrowed by the handshakes on UDP
  GatewayConfig stream;  // on streams
  GatewayConfig line;    // and on serial lines
  wire2::GatewayConfig wire2_udp;
  wire2::GatewayConfig wire2_stream;
  std::uint64_t hash_seed = 0;
  bool stopping = false;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_ENGINE_CONTEXT_HPP
