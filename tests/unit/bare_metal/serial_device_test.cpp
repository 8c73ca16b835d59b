// The device's loop on a board made of two byte queues, against the gateway's side of the core.
#include "usmp_bare_metal/serial_device.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <memory>

#include "session_pair.hpp"
#include "usmp_bare_metal/board.hpp"

namespace usmp::board {
namespace {

std::deque<std::uint8_t> to_device;
std::vector<std::uint8_t> from_device;
Instant clock_now;

}  // namespace

Instant now() { return clock_now; }
bool read_byte(std::uint8_t* byte) {
  if (to_device.empty()) return false;
  *byte = to_device.front();
  to_device.pop_front();
  return true;
}
void write(Bytes bytes) {
  from_device.insert(from_device.end(), bytes.data, bytes.data + bytes.size);
}

}  // namespace usmp::board

namespace usmp::test {
namespace {

constexpr std::uint16_t kMaxPacket = 256;

class SerialDeviceTest : public testing::Test {
 protected:
  SerialDeviceTest()
      : pair_({.medium = Medium::Serial, .device = {kMaxPacket, 256, 1}}),
        deframer_(MutableBytes(deframed_, sizeof deframed_)) {
    board::to_device.clear();
    board::from_device.clear();
    board::clock_now = pair_.now;
    std::memcpy(identity_.mark, "USMP", 4);
    identity_.version = 1;
    identity_.id_size = static_cast<std::uint8_t>(pair_.device_id.size());
    identity_.psk_size = static_cast<std::uint8_t>(pair_.psk.size());
    std::copy(pair_.device_id.begin(), pair_.device_id.end(), identity_.id);
    std::copy(pair_.psk.begin(), pair_.psk.end(), identity_.psk);
    Crc16Modbus crc;
    crc.update(Bytes(reinterpret_cast<const std::uint8_t*>(&identity_), sizeof identity_ - 2));
    identity_.check[0] = static_cast<std::uint8_t>(crc.value());
    identity_.check[1] = static_cast<std::uint8_t>(crc.value() >> 8);
    EXPECT_EQ(device_.init(identity_, pair_.device_random.random()), Error::None);
  }

  void pass(Duration span) {
    pair_.pass(span);
    board::clock_now = pair_.now;
  }

  /// Steps until there is nothing to read and nothing to send.
  void run() {
    do {
      const Event event = device_.step();
      if (event.kind != EventKind::None) events_.push_back(event);
      Message message{};
      if (device_.session().message(&message)) {
        got_.push_back(octets_of(message.content));
        device_.session().release_message(pair_.now);
      }
      device_.session().take_finished();
    } while (!device_.idle());
    device_.step();  // what the last message owes
  }

  /// The next packet that the device sent; empty: none.
  Octets sent() {
    Bytes input(board::from_device.data(), board::from_device.size());
    const MutableBytes packet = deframer_.read(input);
    Octets found = octets_of(packet);
    const std::size_t used = board::from_device.size() - input.size;
    board::from_device.erase(board::from_device.begin(),
                             board::from_device.begin() + static_cast<std::ptrdiff_t>(used));
    return found;
  }

  static Octets frame(const Octets& packet) {
    Octets out(serial_frame_size_max(packet.size()));
    out.resize(serial_frame_encode(view(packet), {out.data(), out.size()}).value);
    return out;
  }
  static void put(const Octets& bytes) {
    board::to_device.insert(board::to_device.end(), bytes.begin(), bytes.end());
  }

  void establish() {
    run();
    put(frame(pair_.challenge_for(sent())));
    run();
    put(frame(pair_.answer_for(sent())));
    run();
    ASSERT_TRUE(device_.session().established());
  }

  /// What both sides have to say, until it is said.
  void settle() {
    for (int round = 0; round < 20; ++round) {
      run();
      for (Octets packet = sent(); !packet.empty(); packet = sent()) {
        (void)pair_.to_gateway(packet);
      }
      pair_.take_messages();
      for (Octets packet = pair_.gateway_packet(); !packet.empty();
           packet = pair_.gateway_packet()) {
        put(frame(packet));
      }
      pass(30);
    }
  }

  CompactPair pair_;
  Identity identity_{};
  SizedSerialDevice<kMaxPacket, 256> device_;
  std::uint8_t deframed_[512];
  SerialDeframer deframer_;
  std::vector<Event> events_;
  std::vector<Octets> got_;
};

TEST_F(SerialDeviceTest, connects_and_carries_messages_both_ways) {
  establish();
  EXPECT_EQ(events_.back().kind, EventKind::Established);
  const Octets content = text("a reading");
  Outgoing node{};
  node.content = view(content);
  ASSERT_EQ(device_.session().send(node, pair_.now), Error::None);
  pair_.gateway_sends(text("a command"));
  settle();
  EXPECT_EQ(pair_.gateway_got, std::vector<Octets>{content});
  EXPECT_EQ(got_, std::vector<Octets>{text("a command")});
}

TEST_F(SerialDeviceTest, the_line_begins_with_a_delimiter) {
  run();
  ASSERT_FALSE(board::from_device.empty());
  EXPECT_EQ(board::from_device.front(), 0);
}

TEST_F(SerialDeviceTest, a_challenge_in_single_bytes_and_after_noise_is_taken) {
  run();
  const Octets challenge = frame(pair_.challenge_for(sent()));
  Octets broken = challenge;
  broken[10] ^= 4;
  put({0x13, 0x32, 0x99});
  put({0});
  put(broken);
  for (const std::uint8_t byte : challenge) {
    put({byte});
    run();
    pass(1);
  }
  put(frame(pair_.answer_for(sent())));
  run();
  EXPECT_TRUE(device_.session().established());
}

TEST_F(SerialDeviceTest, a_packet_longer_than_the_buffer_is_dropped_and_the_next_one_works) {
  establish();
  put(frame(Octets(kMaxPacket + 40, 0x38)));
  put(frame(Octets(kMaxPacket - 1, 0x38)));
  run();
  pair_.gateway_sends(text("after it"));
  settle();
  EXPECT_EQ(got_, std::vector<Octets>{text("after it")});
}

TEST_F(SerialDeviceTest, what_goes_out_waits_for_the_packet_that_comes_in) {
  establish();
  pair_.gateway_sends(text("coming in"));
  const Octets coming = frame(pair_.gateway_packet());
  put({coming.begin(), coming.begin() + 10});
  run();
  board::from_device.clear();
  const Octets content = text("going out");
  Outgoing node{};
  node.content = view(content);
  ASSERT_EQ(device_.session().send(node, pair_.now), Error::None);
  run();
  EXPECT_TRUE(board::from_device.empty());
  put({coming.begin() + 10, coming.end()});
  run();
  EXPECT_EQ(got_, std::vector<Octets>{text("coming in")});
  settle();
  EXPECT_EQ(pair_.gateway_got, std::vector<Octets>{content});
}

TEST_F(SerialDeviceTest, a_frame_that_stands_still_is_given_up) {
  establish();
  pair_.gateway_sends(text("cut off"));
  const Octets coming = frame(pair_.gateway_packet());
  put({coming.begin(), coming.begin() + 10});
  run();
  const Octets content = text("going out");
  Outgoing node{};
  node.content = view(content);
  ASSERT_EQ(device_.session().send(node, pair_.now), Error::None);
  pass(60);
  run();
  run();
  const Octets packet = sent();
  ASSERT_FALSE(packet.empty());
  EXPECT_TRUE(pair_.to_gateway(packet).ok());
  put({coming.begin() + 10, coming.end()});  // its rest means nothing any more
  run();
  EXPECT_TRUE(got_.empty());
  pass(1100);
  pair_.gateway->on_deadline(pair_.now);
  settle();
  EXPECT_EQ(got_, std::vector<Octets>{text("cut off")}) << "it came again";
}

TEST_F(SerialDeviceTest, connects_anew_after_the_gateway_said_goodbye) {
  establish();
  pair_.gateway->close(ByeReason::GoingDown, pair_.now);
  put(frame(pair_.gateway_packet()));
  run();
  EXPECT_EQ(events_.back().kind, EventKind::Closed);
  EXPECT_TRUE(sent().empty());
  pass(1000);
  establish();
}

TEST(SerialDevice, an_identity_that_is_not_whole_is_a_bad_config) {
  SizedSerialDevice<64, 64> device;
  const Identity identity{};
  CountingRandom random(1);
  EXPECT_EQ(device.init(identity, random.random()), Error::BadConfig);
}

}  // namespace
}  // namespace usmp::test
