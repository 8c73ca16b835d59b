// Checks the configuration once and cuts it into what each medium's handshakes borrow.
#include "engine/engine_context.hpp"

#include <stdexcept>

namespace usmp::gateway {
namespace {

const EngineConfig& checked(const EngineConfig& config, unsigned thread,
                            const Directory& directory) {
  if (!config.valid()) throw std::invalid_argument("a value of the engine is outside its range");
  if (thread >= directory.threads()) throw std::invalid_argument("no such thread in the directory");
  return config;
}

GatewayConfig gateway_config(const EngineConfig& config, Medium medium) {
  GatewayConfig result{};
  result.random = config.random;
  result.limits = config.udp_limits;
  if (is_stream(medium)) result.limits = config.stream_limits;
  if (is_slow_line(medium)) result.limits = config.line_limits;
  result.medium = medium;
  result.suites = config.suites;
  result.idle_s = config.idle_s;
  return result;
}

wire2::GatewayConfig wire2_config(const EngineConfig& config, Medium medium) {
  return {config.random, medium, config.wire2_suite, config.wire2_timeout};
}

}  // namespace

EngineContext::EngineContext(const EngineConfig& the_config, unsigned the_thread,
                             Directory& the_directory, KeySource& the_keys, Output& the_output,
                             Application& the_application, Instant now)
    : config(checked(the_config, the_thread, the_directory)),
      thread(the_thread),
      directory(the_directory),
      keys(the_keys),
      output(the_output),
      application(the_application),
      monotonic(now),
      udp(gateway_config(config, Medium::Udp)),
      stream(gateway_config(config, Medium::Stream)),
      line(gateway_config(config, Medium::Serial)),
      wire2_udp(wire2_config(config, Medium::Udp)),
      wire2_stream(wire2_config(config, Medium::Stream)) {
  std::uint8_t seed[sizeof hash_seed];
  if (!config.random.fill(config.random.context, seed, sizeof seed)) {
    throw std::runtime_error("the system's random generator gave nothing");
  }
  for (const std::uint8_t byte : seed) hash_seed = hash_seed << 8 | byte;
}

void EngineContext::count_drop(Error why) {
  switch (why) {
    case Error::Unauthentic:
      ++counters.dropped_unauthentic;
      return;
    case Error::Replayed:
      ++counters.dropped_replayed;
      return;
    case Error::Unexpected:
    case Error::WrongState:
      ++counters.dropped_unexpected;
      return;
    case Error::RandomFailed:
    case Error::CryptoFailed:
      ++counters.dropped_failed;
      return;
    case Error::BufferTooSmall:
    case Error::Full:
    case Error::MessageWaiting:
    case Error::Congested:
      ++counters.dropped_no_room;
      return;
    case Error::None:
    case Error::TooLarge:
    case Error::NotIdle:
    case Error::Malformed:
    case Error::BadConfig:
    case Error::StateUsed:
      ++counters.dropped_malformed;
      return;
  }
}

}  // namespace usmp::gateway
