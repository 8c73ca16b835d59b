// Messages through bad links and full pipes: all of them, once, in order, and fast enough. The
// ledger checks each delivery; here it is seen that all arrive, and when.
#include <gtest/gtest.h>

#include <cstdint>

#include "one_device.hpp"

namespace usmp::sim {
namespace {

constexpr std::size_t kMessages = 10'000;
constexpr std::size_t kWaitingMax = 50;

// Keeps both senders busy until each has sent `count` messages.
void exchange(World& world, std::size_t count, std::size_t size_max) {
  Flow& up = world.ledger().flow(0, Direction::ToGateway);
  Flow& down = world.ledger().flow(0, Direction::ToDevice);
  Rng rng(7);
  const auto feed = [&]() {
    while (up.composed_count() < count && world.device().waiting_count() < kWaitingMax) {
      world.device().send(rng.below(size_max + 1), 1);
    }
    while (down.composed_count() < count && world.gateway().waiting_count(0) < kWaitingMax) {
      world.gateway().send(0, rng.below(size_max + 1), 2);
    }
    return up.composed_count() == count && down.composed_count() == count && world.is_settled();
  };
  ASSERT_TRUE(world.run_until(feed, 12 * kHour));
  EXPECT_EQ(up.delivered_count(), count);
  EXPECT_EQ(down.delivered_count(), count);
  world.check_settled();
}

TEST(Transfer, TenThousandMessagesEachWayAtTwentyPercentLossAndReordering) {
  Plan plan = one_device();
  LinkConfig link;
  link.loss = 0.2;
  link.reorder = 0.2;
  link.delay = 20;
  link.reorder_delay = 60;
  set_links(plan, link);
  World world(plan);
  ASSERT_TRUE(connect(world));
  const SessionId session = world.device().session_id();
  exchange(world, kMessages, 600);
  EXPECT_EQ(world.device().session_id(), session) << "all in one session";
}

TEST(Transfer, DuplicatesAndFlippedBitsChangeNothing) {
  Plan plan = one_device();
  LinkConfig link;
  link.duplicate = 0.3;
  link.corrupt = 0.1;
  link.reorder = 0.2;
  set_links(plan, link);
  World world(plan);
  ASSERT_TRUE(connect(world));
  exchange(world, 1'000, 2'000);
}

TEST(Transfer, SmallestDeviceTakesMessagesOfItsSize) {
  Plan plan = one_device();
  plan.devices[0].limits = {64, 64, 1};
  plan.devices[0].send_window = 1;
  LinkConfig link;
  link.loss = 0.1;
  set_links(plan, link);
  World world(plan);
  ASSERT_TRUE(connect(world));
  exchange(world, 500, 64);
}

TEST(Transfer, SlowLineWithAShortQueueIsNotOverrun) {
  Plan plan = one_device();
  LinkConfig link;
  link.bytes_per_second = 20'000;
  link.queue_bytes = 8'000;
  set_links(plan, link);
  World world(plan);
  ASSERT_TRUE(connect(world));
  exchange(world, 500, 2'000);
}

TEST(Transfer, StreamCarriesMessagesBothWays) {
  Plan plan = one_device();
  plan.devices[0].medium = Medium::Stream;
  plan.devices[0].take_delay_max = 30;
  World world(plan);
  ASSERT_TRUE(connect(world));
  exchange(world, 500, 3'000);
}

struct Pipe {
  std::uint8_t window;
};

class FullPipe : public testing::TestWithParam<Pipe> {};

constexpr Time kRoundTrip = 100;
constexpr Time kSlowStart = 3 * kSecond;
constexpr Time kMeasured = 10 * kSecond;
constexpr std::size_t kChunksAMessage = 10;

Plan full_pipe(std::uint8_t window) {
  Plan plan = one_device();
  plan.gateway.limits = {kMaxPacketUdp, 65535, window};
  plan.gateway.send_window = window;
  plan.devices[0].limits = {kMaxPacketUdp, 65535, window};
  plan.devices[0].send_window = window;
  LinkConfig link;
  link.delay = kRoundTrip / 2;
  set_links(plan, link);
  return plan;
}

// The bytes that arrive in kMeasured, as a share of a window of full chunks each round trip.
template <typename Feed, typename Count>
double share(World& world, std::uint8_t window, std::size_t chunk, const Feed& feed,
             const Count& count) {
  const auto step = [&]() {
    feed();
    return false;
  };
  world.run_until(step, kSlowStart, 5);
  const std::size_t before = count();
  world.run_until(step, kMeasured, 5);
  const double bytes = static_cast<double>((count() - before) * kChunksAMessage * chunk);
  const double trips = static_cast<double>(kMeasured) / kRoundTrip;
  return bytes / (static_cast<double>(window) * static_cast<double>(chunk) * trips);
}

TEST_P(FullPipe, IsFilledByTheDevice) {
  World world(full_pipe(GetParam().window));
  ASSERT_TRUE(connect(world));
  // USMP3 §4: a chunk has at most the receiver's max_packet - 31 - cid_len bytes.
  const std::size_t chunk = kMaxPacketUdp - kChunkOverhead - 8;
  const auto feed = [&]() {
    while (world.device().waiting_count() < kWaitingMax) {
      world.device().send(kChunksAMessage * chunk, 0);
    }
  };
  EXPECT_GE(share(world, GetParam().window, chunk, feed, [&]() { return delivered_up(world); }),
            0.9);
}

TEST_P(FullPipe, IsFilledByTheGateway) {
  World world(full_pipe(GetParam().window));
  ASSERT_TRUE(connect(world));
  const std::size_t chunk = kMaxPacketUdp - kChunkOverhead;  // this device has an empty cid
  const auto feed = [&]() {
    while (world.gateway().waiting_count(0) < kWaitingMax) {
      world.gateway().send(0, kChunksAMessage * chunk, 0);
    }
  };
  EXPECT_GE(share(world, GetParam().window, chunk, feed, [&]() { return delivered_down(world); }),
            0.9);
}

INSTANTIATE_TEST_SUITE_P(Windows, FullPipe, testing::Values(Pipe{64}, Pipe{16}, Pipe{4}),
                         [](const auto& pipe) {
                           return "Window" + std::to_string(unsigned{pipe.param.window});
                         });

}  // namespace
}  // namespace usmp::sim
