// A compact device's line: bytes in and out, whatever stands between frames, one buffer both ways.
#include "usmp/compact_serial_device.hpp"

#include <gtest/gtest.h>

#include "session_pair.hpp"

namespace usmp::test {
namespace {

constexpr std::uint16_t kMaxPacket = 200;
constexpr std::uint16_t kMaxMessage = 256;

class CompactLine : public testing::Test {
 protected:
  CompactLine() : pair_(options()), deframer_(MutableBytes(deframed_, sizeof deframed_)) {
    config_ = pair_.device_config;
    EXPECT_EQ(device_.init(config_), Error::None);
    device_.start(pair_.now);
  }

  static PairOptions options() {
    PairOptions options = usual_options<CompactDevice>();
    options.device = {kMaxPacket, kMaxMessage, 1};
    return options;
  }
  static Octets frame(const Octets& packet) {
    Octets out(serial_frame_size_max(packet.size()));
    out.resize(serial_frame_encode(view(packet), {out.data(), out.size()}).value);
    return out;
  }

  void tick() {
    const Event event = device_.on_deadline(pair_.now);
    if (event.kind != EventKind::None) events_.push_back(event);
    pull();
  }
  void pull(std::size_t piece = 7) {
    Octets out(piece);
    while (const std::size_t size = device_.pull({out.data(), out.size()}, pair_.now)) {
      line_.insert(line_.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
    }
  }
  /// Bytes of the line to the device, which sends between packets what it has.
  void put(const Octets& bytes) {
    for (const std::uint8_t byte : bytes) {
      Event event;
      if (!device_.push(byte, &event, pair_.now)) continue;
      if (event.kind != EventKind::None) events_.push_back(event);
      take();
      pull();
    }
  }
  void take() {
    Message message{};
    while (device_.session().next_datagram(&message)) {
      datagrams_.push_back(octets_of(message.content));
    }
    if (!device_.session().message(&message)) return;
    got_.push_back(octets_of(message.content));
    device_.session().release_message(pair_.now);
  }
  /// The next packet that the device sent; empty: none.
  Octets sent() {
    Bytes input(line_.data(), line_.size());
    Octets found = octets_of(deframer_.read(input));
    line_.erase(line_.begin(),
                line_.begin() + static_cast<std::ptrdiff_t>(line_.size() - input.size));
    return found;
  }
  void establish() {
    tick();
    put(frame(pair_.challenge_for(sent())));
    put(frame(pair_.answer_for(sent())));
    ASSERT_TRUE(device_.session().established());
    EXPECT_EQ(events_.back().kind, EventKind::Established);
  }
  void settle() {
    for (int round = 0; round < 20; ++round) {
      tick();
      for (Octets packet = sent(); !packet.empty(); packet = sent()) (void)pair_.to_gateway(packet);
      pair_.take_messages();
      for (Octets out = pair_.gateway_packet(); !out.empty(); out = pair_.gateway_packet()) {
        put(frame(out));
      }
      pair_.pass(30);
    }
  }
  /// The line carries messages both ways.
  void expect_works() {
    const Octets content = text("works");
    Outgoing node{};
    node.content = view(content);
    ASSERT_EQ(device_.session().send(node, pair_.now), Error::None);
    pair_.gateway_sends(text("and back"));
    settle();
    ASSERT_FALSE(pair_.gateway_got.empty());
    EXPECT_EQ(pair_.gateway_got.back(), content);
    ASSERT_FALSE(got_.empty());
    EXPECT_EQ(got_.back(), text("and back"));
    EXPECT_EQ(device_.session().take_finished(), &node);
  }

  CompactPair pair_;
  DeviceConfig config_{};
  SizedCompactSerialDevice<kMaxPacket, kMaxMessage> device_;
  std::uint8_t deframed_[512];
  SerialDeframer deframer_;
  Octets line_;
  std::vector<Event> events_;
  std::vector<Octets> got_, datagrams_;
};

TEST_F(CompactLine, begins_with_one_delimiter_and_each_frame_ends_with_one) {
  tick();
  ASSERT_FALSE(line_.empty());
  EXPECT_EQ(line_.front(), 0);
  EXPECT_EQ(line_.back(), 0);
  EXPECT_EQ(std::count(line_.begin(), line_.end(), 0), 2);
  EXPECT_EQ(sent()[0], 0x30);
  pair_.now = device_.next_deadline(pair_.now);
  tick();
  EXPECT_EQ(std::count(line_.begin(), line_.end(), 0), 1);
}

TEST_F(CompactLine, carries_messages_both_ways) {
  establish();
  for (int count = 0; count < 3; ++count) expect_works();
}

TEST_F(CompactLine, is_the_same_in_pieces_of_any_size) {
  tick();
  pair_.now = device_.next_deadline(pair_.now);
  device_.on_deadline(pair_.now);
  pull(1);
  const Octets first = sent(), repeat = sent();
  EXPECT_EQ(first, repeat);
  put(frame(pair_.challenge_for(first)));
  put(frame(pair_.answer_for(sent())));
  ASSERT_TRUE(device_.session().established());
  const Octets content(250, 0);  // COBS at its longest
  Outgoing node{};
  node.content = view(content);
  ASSERT_EQ(device_.session().send(node, pair_.now), Error::None);
  pull(1000);
  settle();
  EXPECT_EQ(pair_.gateway_got.back(), content);
}

TEST_F(CompactLine, noise_and_empty_and_broken_frames_are_dropped_and_the_next_one_works) {
  establish();
  put({0, 0, 0, 0x13, 0x32, 0x99, 0, 0xFF, 0, 1, 0, 1, 1, 1, 0, 2, 5, 0});
  expect_works();
  pair_.gateway_sends(text("broken"));
  const Octets good = frame(pair_.gateway_packet());
  for (std::size_t bit = 0; bit + 8 < good.size() * 8; ++bit) {
    Octets broken = good;
    broken[bit / 8] = static_cast<std::uint8_t>(broken[bit / 8] ^ 1u << (bit % 8));
    put(broken);
    put({0});
    ASSERT_TRUE(got_.size() == 1u) << bit;
  }
  put(good);
  EXPECT_EQ(got_.back(), text("broken")) << "the true one still counts";
  expect_works();
}

TEST_F(CompactLine, noise_before_a_challenge_does_not_end_the_attempt) {
  tick();
  const Octets challenge = frame(pair_.challenge_for(sent()));
  Octets cut(challenge.begin(), challenge.begin() + 30);
  cut.push_back(0);
  put(cut);
  put(frame(Octets(192, 0x32)));
  put(challenge);
  put(frame(pair_.answer_for(sent())));
  EXPECT_TRUE(device_.session().established());
  expect_works();
}

TEST_F(CompactLine, a_frame_longer_than_the_buffer_writes_no_byte_beyond_it) {
  establish();
  for (const std::size_t size : {198u, 199u, 200u, 201u, 202u, 203u, 300u, 5000u}) {
    put(frame(Octets(size, 0x38)));
    put(frame(Octets(size, 0)));
  }
  put(Octets(100000, 0xFF));  // no end at all
  put({0});
  EXPECT_TRUE(device_.session().established());
  expect_works();
}

TEST_F(CompactLine, what_goes_out_waits_for_the_packet_that_comes_in) {
  establish();
  pair_.gateway_sends(text("coming in"));
  const Octets coming = frame(pair_.gateway_packet());
  put({coming.begin(), coming.begin() + 10});
  const Octets content = text("going out");
  Outgoing node{};
  node.content = view(content);
  ASSERT_EQ(device_.session().send(node, pair_.now), Error::None);
  tick();
  EXPECT_TRUE(line_.empty());
  put({coming.begin() + 10, coming.end()});
  EXPECT_EQ(got_, std::vector<Octets>{text("coming in")});
  settle();
  EXPECT_EQ(pair_.gateway_got, std::vector<Octets>{content});
}

TEST_F(CompactLine, a_frame_that_stands_still_is_given_up_when_its_deadline_says) {
  establish();
  pair_.gateway_sends(text("cut off"));
  const Octets coming = frame(pair_.gateway_packet());
  put({coming.begin(), coming.begin() + 10});
  const Octets content = text("going out");
  Outgoing node{};
  node.content = view(content);
  ASSERT_EQ(device_.session().send(node, pair_.now), Error::None);
  const Instant cut_off = pair_.now;
  pair_.now = device_.next_deadline(pair_.now);
  EXPECT_LE(pair_.now.since(cut_off), 60u);
  pair_.pass(1);
  tick();
  const Octets packet = sent();
  ASSERT_FALSE(packet.empty());
  EXPECT_TRUE(pair_.to_gateway(packet).ok());
  put({coming.begin() + 10, coming.end()});  // its rest means nothing any more
  EXPECT_TRUE(got_.empty());
  pair_.pass(1100);
  pair_.gateway->on_deadline(pair_.now);
  settle();
  EXPECT_EQ(got_, std::vector<Octets>{text("cut off")}) << "it came again";
  EXPECT_EQ(pair_.gateway_got, std::vector<Octets>{content});
}

TEST_F(CompactLine, a_slow_frame_that_never_stands_still_is_whole) {
  establish();
  pair_.gateway_sends(text("slow"));
  for (const std::uint8_t byte : frame(pair_.gateway_packet())) {
    put({byte});
    pair_.pass(50);
    tick();
  }
  EXPECT_EQ(got_, std::vector<Octets>{text("slow")});
}

TEST_F(CompactLine, datagrams_of_a_packet_are_there_until_the_next_packet_out) {
  establish();
  const Octets content = text("lossy");
  ASSERT_EQ(pair_.gateway->send_datagram(view(content), 4, pair_.now), Error::None);
  settle();
  EXPECT_EQ(datagrams_, std::vector<Octets>{content});
}

TEST_F(CompactLine,
       an_application_that_does_not_take_a_datagram_finds_no_other_bytes_in_its_place) {
  establish();
  const Octets content = text("lossy");
  ASSERT_EQ(pair_.gateway->send_datagram(view(content), 4, pair_.now), Error::None);
  ASSERT_EQ(pair_.gateway->ping(pair_.now), Error::None);
  Event event;
  for (Octets out = pair_.gateway_packet(); !out.empty(); out = pair_.gateway_packet()) {
    for (const std::uint8_t byte : frame(out)) {
      if (device_.push(byte, &event, pair_.now)) pull();
    }
  }
  Message message{};
  EXPECT_FALSE(device_.session().next_datagram(&message));
  expect_works();
}

TEST_F(CompactLine, connects_anew_a_second_after_the_gateway_said_goodbye) {
  establish();
  pair_.gateway->close(ByeReason::GoingDown, pair_.now);
  put(frame(pair_.gateway_packet()));
  EXPECT_EQ(events_.back().kind, EventKind::Closed);
  tick();
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(device_.next_deadline(pair_.now).since(pair_.now), 1000u);
  pair_.pass(999);
  tick();
  EXPECT_TRUE(sent().empty());
  pair_.pass(1);
  establish();
  expect_works();
}

TEST_F(CompactLine, without_randomness_it_tries_again_every_second) {
  pair_.device_random.empty = true;
  tick();
  EXPECT_EQ(line_, Octets{0});
  EXPECT_EQ(device_.next_deadline(pair_.now).since(pair_.now), 1000u);
  pair_.pass(1000);
  tick();
  EXPECT_EQ(line_, Octets{0});
  pair_.device_random.empty = false;
  pair_.pass(1000);
  establish();
  expect_works();
}

TEST_F(CompactLine, stop_says_goodbye_and_connects_no_more_until_start) {
  establish();
  device_.stop(pair_.now);
  tick();
  EXPECT_EQ(pair_.to_gateway(sent()).value.cause, Cause::ByeDone);
  EXPECT_EQ(device_.session().state(), State::Closed);
  pair_.pass(1000000);
  tick();
  EXPECT_TRUE(line_.empty());
  device_.start(pair_.now);
  EXPECT_EQ(device_.next_deadline(pair_.now).ms, pair_.now.ms);
  establish();
  expect_works();
}

TEST_F(CompactLine, stop_and_start_at_once_still_say_goodbye_first) {
  establish();
  device_.stop(pair_.now);
  device_.start(pair_.now);
  tick();
  EXPECT_EQ(pair_.to_gateway(sent()).value.cause, Cause::ByeDone);
  establish();
  expect_works();
}

TEST_F(CompactLine, stop_in_a_handshake_ends_it) {
  tick();
  const Octets challenge = frame(pair_.challenge_for(sent()));
  device_.stop(pair_.now);
  put(challenge);
  tick();
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(device_.session().state(), State::Closed);
  device_.start(pair_.now);
  establish();
}

TEST_F(CompactLine, a_session_that_sleeps_is_not_connected_over) {
  establish();
  settle();
  Octets saved(kSavedStateSizeMax);
  const auto size = device_.session().save({saved.data(), saved.size()}, pair_.now);
  ASSERT_TRUE(size.ok());
  pair_.pass(5000);
  tick();
  EXPECT_TRUE(sent().empty());
  ASSERT_EQ(device_.session().wake({saved.data(), size.value}, 5, pair_.now), Error::None);
  expect_works();
}

TEST_F(CompactLine, next_deadline_never_lies_beyond_what_is_due) {
  establish();
  for (int round = 0; round < 30; ++round) {
    const Instant next = device_.next_deadline(pair_.now);
    ASSERT_TRUE(pair_.now.before(next)) << round;
    pair_.now = next;
    tick();
    if (round % 2 == 0) {
      for (Octets packet = sent(); !packet.empty(); packet = sent()) (void)pair_.to_gateway(packet);
      for (Octets out = pair_.gateway_packet(); !out.empty(); out = pair_.gateway_packet()) {
        put(frame(out));
      }
    }
  }
}

TEST(CompactSerialDevice, a_buffer_too_small_for_a_challenge_is_a_bad_config) {
  CompactPair pair;
  CompactSerialDevice device;
  std::uint8_t room[64], packet[CompactSerialDevice::packet_size(64)];
  DeviceConfig config = pair.device_config;
  config.limits = {64, 64, 1};
  EXPECT_EQ(device.init(config, room, MutableBytes(packet, sizeof packet - 1)), Error::BadConfig);
  EXPECT_EQ(device.init(config, room, MutableBytes(packet)), Error::None);
}

}  // namespace
}  // namespace usmp::test
