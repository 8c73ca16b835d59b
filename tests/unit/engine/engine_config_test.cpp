// Which configurations an engine refuses, and that the random generator may fail.
#include "engine/engine_config.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <vector>

#include "world.hpp"

namespace usmp::gateway::test {
namespace {

TEST(EngineConfig, ValuesOutsideTheirRangeAreRefused) {
  EXPECT_TRUE(World::default_config().valid());
  const std::vector<std::function<void(EngineConfig&)>> mistakes = {
      [](EngineConfig& config) { config.random.fill = nullptr; },
      [](EngineConfig& config) { config.cid_size = 5; },  // three bytes to guess
      [](EngineConfig& config) { config.cid_size = 9; },
      [](EngineConfig& config) { config.suites = 0; },
      [](EngineConfig& config) { config.suites = 4; },
      [](EngineConfig& config) { config.idle_s = 0; },
      [](EngineConfig& config) { config.udp_limits.max_packet = 63; },
      [](EngineConfig& config) { config.stream_limits.max_message = 0; },
      [](EngineConfig& config) { config.udp_limits.window = 0; },
      [](EngineConfig& config) { config.send_window = 0; },
      [](EngineConfig& config) { config.sessions_max = 0; },
      [](EngineConfig& config) { config.handshakes_hard = config.handshakes_soft - 1; },
      [](EngineConfig& config) { config.handshakes_kept = config.handshakes_hard - 1; },
      [](EngineConfig& config) { config.reset_addresses = 0; },
  };
  for (std::size_t index = 0; index < mistakes.size(); ++index) {
    EngineConfig config = World::default_config();
    mistakes[index](config);
    EXPECT_FALSE(config.valid()) << index;
    EXPECT_THROW(World{config}, std::invalid_argument) << index;
  }
}

TEST(EngineConfig, AFailingRandomGeneratorBringsNobodyInAndLaterTheDeviceComes) {
  static bool works = true;
  EngineConfig config = World::default_config();
  config.random.fill = [](void* context, std::uint8_t* out, std::size_t size) {
    const Random real = system_random();
    return works && real.fill(context, out, size);
  };
  World world(config);
  Device& device = world.add_device("a");
  works = false;
  world.connect(device);
  EXPECT_FALSE(device.established());
  EXPECT_EQ(world.counters().dropped_failed, 1u);
  EXPECT_EQ(world.counters().handshakes_unfinished, 0u);
  works = true;
  world.advance(2'000);
  EXPECT_TRUE(device.established());
  EXPECT_THROW(
      {
        works = false;
        World without_randomness(config);
      },
      std::runtime_error);
  works = true;
}

}  // namespace
}  // namespace usmp::gateway::test
