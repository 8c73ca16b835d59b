// Messages of wire 2: sizes, fragments, order, the room they come into, and what breaks the rules.
#include <gtest/gtest.h>

#include "wire2/frame.hpp"
#include "wire2_pair.hpp"

namespace usmp::wire2::test {
namespace {

constexpr Medium kMedia[] = {Medium::Udp, Medium::Stream};

bool ends(const Result<Event>& result) {
  return result.ok() && result.value.kind == EventKind::Closed &&
         result.value.cause == Cause::ByeProtocolError;
}

TEST(Wire2Messages, OfEverySizeArriveWholeBothWays) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.establish());
    std::vector<Octets> sent;
    for (const std::size_t size : {0u, 1u, 451u, 452u, 453u, 904u, 905u, 1356u, 1357u, 1808u}) {
      sent.push_back(content(size, static_cast<std::uint8_t>(size)));
      ASSERT_EQ(pair.device_side.send(sent.back(), pair.now), Error::None);
      ASSERT_EQ(pair.gateway_side.send(sent.back(), pair.now), Error::None);
    }
    pair.settle();
    EXPECT_EQ(pair.device_received, sent);
    EXPECT_EQ(pair.gateway_received, sent);
    EXPECT_EQ(pair.device_side.finished(), sent.size());
    EXPECT_EQ(pair.gateway_side.finished(), sent.size());
    EXPECT_TRUE(pair.device.send_idle());
  }
}

TEST(Wire2Messages, OneOf1809BytesIsRefusedAndTheNextIsNot) {
  Pair pair;
  EXPECT_EQ(pair.device_side.send(content(1), pair.now), Error::WrongState);
  ASSERT_TRUE(pair.establish());
  EXPECT_EQ(pair.device_side.send(content(1809), pair.now), Error::TooLarge);
  EXPECT_EQ(pair.device_side.send(content(1808), pair.now), Error::None);
  pair.settle();
  EXPECT_EQ(pair.gateway_received, std::vector<Octets>{content(1808)});
}

// USMP2 §Session frames: DATA_FRAG…, DATA with consecutive `seq`
TEST(Wire2Messages, FragmentsHaveConsecutiveNumbersAndTheLastIsData) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(1808), pair.now), Error::None);
  const std::uint8_t types[] = {kDataFrag, kDataFrag, kDataFrag, kData};
  for (std::uint32_t index = 0; index < 4; ++index) {
    const Octets frame = pair.device_packet();
    EXPECT_EQ(type_of(frame), types[index]);
    EXPECT_EQ(seq_of(frame), index);
    EXPECT_EQ(frame.size(), kFrameSizeMax);
  }
  EXPECT_TRUE(pair.device_packet().empty());
}

// USMP2 §UDP: each frame is acknowledged with a UTACK before the sender sends its next frame
TEST(Wire2Messages, OnUdpTheNextFrameWaitsForTheUtack) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(500), pair.now), Error::None);
  const Octets first = pair.device_packet();
  EXPECT_FALSE(first.empty());
  EXPECT_TRUE(pair.device_packet().empty());
  ASSERT_TRUE(pair.gateway_side.give(first, pair.now).ok());
  ASSERT_TRUE(pair.to_device(pair.gateway_side.poll(pair.now)).ok());
  EXPECT_EQ(type_of(pair.device_packet()), kData);
}

TEST(Wire2Messages, OneThatWaitsHoldsBackTheNextAndIsNotLost) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.establish());
    ASSERT_EQ(pair.device_side.send(content(3), pair.now), Error::None);
    ASSERT_EQ(pair.device_side.send(content(4), pair.now), Error::None);
    const Octets first = pair.device_packet();
    ASSERT_TRUE(pair.gateway_side.give(first, pair.now).ok());
    if (medium == Medium::Udp) (void)pair.to_device(pair.gateway_side.poll(pair.now));
    const Octets second = pair.device_packet();
    EXPECT_EQ(pair.gateway.can_receive(), medium == Medium::Udp);
    EXPECT_EQ(pair.gateway_side.give(second, pair.now).error, Error::MessageWaiting);
    EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());  // no UTACK
    Octets message;
    ASSERT_TRUE(pair.gateway_side.take(&message, pair.now));
    EXPECT_EQ(message, content(3));
    ASSERT_TRUE(pair.gateway_side.give(second, pair.now).ok());
    ASSERT_TRUE(pair.gateway_side.take(&message, pair.now));
    EXPECT_EQ(message, content(4));
  }
}

TEST(Wire2Messages, WithoutARoomAMessageComesAgainOnUdp) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  const MutableBytes room = pair.gateway.take_receive_buffer();
  ASSERT_EQ(pair.device_side.send(content(9), pair.now), Error::None);
  const Octets frame = pair.device_packet();
  EXPECT_EQ(pair.gateway_side.give(frame, pair.now).error, Error::Full);
  EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());
  pair.gateway.lend_receive_buffer(room);
  pair.pass(500);
  pair.settle();
  EXPECT_EQ(pair.gateway_received, std::vector<Octets>{content(9)});
  EXPECT_TRUE(pair.gateway.receive_buffer_idle());
}

TEST(Wire2Messages, OneLargerThanTheRoomEndsTheSession) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium, .device_room = 100});
    ASSERT_TRUE(pair.establish());
    ASSERT_EQ(pair.gateway_side.send(content(100), pair.now), Error::None);
    pair.settle();
    EXPECT_EQ(pair.device_received, std::vector<Octets>{content(100)});
    ASSERT_EQ(pair.gateway_side.send(content(101), pair.now), Error::None);
    EXPECT_TRUE(ends(pair.to_device(pair.gateway_side.poll(pair.now))));
    pair.settle();
    EXPECT_EQ(pair.device.state(), State::Closed);
    EXPECT_EQ(pair.gateway.state(), State::Closed);
  }
}

TEST(Wire2Messages, AFifthFragmentAGapAndAControlFrameBetweenEndTheSession) {
  for (const Medium medium : kMedia) {
    for (int fault = 0; fault < 3; ++fault) {
      if (fault == 1 && medium == Medium::Stream) continue;  // there a gap has another name
      Pair pair({.medium = medium});
      ASSERT_TRUE(pair.establish());
      const auto give = [&](std::uint8_t type) {
        return pair.gateway_side.give(
            pair.device.frame(type, content(type == kPing ? 0 : 10), pair.now), pair.now);
      };
      ASSERT_TRUE(give(kDataFrag).ok());
      if (fault == 0) {
        ASSERT_TRUE(give(kDataFrag).ok());
        ASSERT_TRUE(give(kDataFrag).ok());
        EXPECT_TRUE(ends(give(kDataFrag)));
      } else if (fault == 1) {
        (void)pair.device.frame(kDataFrag, content(10), pair.now);  // lost for good
        EXPECT_TRUE(ends(give(kData)));
      } else {
        EXPECT_TRUE(ends(give(kPing)));
      }
      EXPECT_EQ(pair.gateway.state(), State::AwaitingByeSent);
      EXPECT_EQ(type_of(pair.gateway_side.poll(pair.now)), kBye);
    }
  }
}

// USMP2 §Session frames: on TCP a `seq` other than the expected one ends the session
TEST(Wire2Messages, OnAStreamAnotherNumberEndsTheSession) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_TRUE(pair.establish());
  (void)pair.device.frame(kData, content(1), pair.now);
  const auto result =
      pair.gateway_side.give(pair.device.frame(kData, content(1), pair.now), pair.now);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value.kind, EventKind::Closed);
  EXPECT_EQ(result.value.cause, Cause::StreamBroken);
}

TEST(Wire2Messages, UnfinishedOnesGoAgainFromTheirBeginningInTheNextSession) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(1000), pair.now), Error::None);
  (void)pair.device_packet();  // a fragment of three
  EXPECT_EQ(pair.device.connection_lost(pair.now).kind, EventKind::Lost);
  EXPECT_EQ(pair.device.take_finished(), nullptr);
  pair.now = pair.device.next_deadline(pair.now);
  ASSERT_EQ(pair.device.on_deadline(pair.now).kind, EventKind::ConnectDue);
  // Another gateway, of the same key.
  Pair other({.medium = Medium::Stream});
  ASSERT_EQ(pair.device.connect(pair.now), Error::None);
  ASSERT_EQ(other.begin(pair.device_packet()), Error::None);
  ASSERT_TRUE(pair.to_device(other.handshake_packet()).ok());
  ASSERT_TRUE(other.to_handshake(pair.device_packet()).ok());
  ASSERT_TRUE(other.accept());
  ASSERT_TRUE(pair.to_device(other.gateway_side.poll(pair.now)).ok());
  for (Octets packet = pair.device_packet(); !packet.empty(); packet = pair.device_packet()) {
    ASSERT_TRUE(other.gateway_side.give(packet, pair.now).ok());
  }
  Octets message;
  ASSERT_TRUE(other.gateway_side.take(&message, pair.now));
  EXPECT_EQ(message, content(1000));
}

TEST(Wire2Messages, TakeBackGivesWhatWasNotAcknowledgedOnceTheSessionIsOver) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.gateway_side.send(content(1), pair.now), Error::None);
  (void)pair.gateway_side.poll(pair.now);
  EXPECT_EQ(pair.gateway.take_back(), nullptr);
  pair.gateway.close(pair.now);
  Outgoing* const node = pair.gateway.take_back();
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->delivery, Delivery::Returned);
  EXPECT_EQ(pair.gateway.take_back(), nullptr);
}

TEST(Wire2Messages, ABufferTooSmallSpendsNoNumber) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  ASSERT_EQ(pair.device_side.send(content(100), pair.now), Error::None);
  std::uint8_t small[kHeaderSize + kSealOverhead + 99];
  EXPECT_EQ(pair.device.poll_transmit(MutableBytes(small), pair.now).error, Error::BufferTooSmall);
  const Octets frame = pair.device_packet();
  EXPECT_EQ(seq_of(frame), 0u);
  EXPECT_TRUE(pair.gateway_side.give(frame, pair.now).ok());
}

}  // namespace
}  // namespace usmp::wire2::test
