// The whole receive() of both roles, before and after the handshake, in a world that the input
// drives: see session_world.hpp.
#include "session_world.hpp"

namespace {
constexpr int kActionsMax = 300;
}

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usmp::fuzz;
  Script script(data, size);
  const std::uint8_t first = script.u8();
  SessionWorld world(EstablishedPair::of((first >> 1) % kShapeCount), (first & 1) != 0);
  for (int count = 0; !script.done() && count < kActionsMax; ++count) world.act(script);
  world.come_to_rest();
  return 0;
}
