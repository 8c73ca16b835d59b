// PING and PONG, keepalive and timeouts, BYE, the limit on control frames, and the end of the
// numbers.
#include <gtest/gtest.h>

#include "wire2/frame.hpp"
#include "wire2_pair.hpp"

namespace usmp::wire2::test {
namespace {

constexpr Medium kMedia[] = {Medium::Udp, Medium::Stream};

// USMP2 §Session frames: PING is answered by PONG
TEST(Wire2Liveness, PingIsAnsweredByPong) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.establish());
    for (Side* side :
         {static_cast<Side*>(&pair.device_side), static_cast<Side*>(&pair.gateway_side)}) {
      Side& other =
          side == &pair.device_side ? static_cast<Side&>(pair.gateway_side) : pair.device_side;
      ASSERT_EQ(side->session().ping(pair.now), Error::None);
      const Octets ping = side->poll(pair.now);
      EXPECT_EQ(type_of(ping), kPing);
      ASSERT_TRUE(other.give(ping, pair.now).ok());
      Octets answer = other.poll(pair.now);
      if (is_utack(answer)) {
        ASSERT_TRUE(side->give(answer, pair.now).ok());
        answer = other.poll(pair.now);
      }
      EXPECT_EQ(type_of(answer), kPong);
      ASSERT_TRUE(side->give(answer, pair.now).ok());
      pair.settle();
    }
  }
}

// USMP2 §Session frames: the device sends PING when it has sent nothing for its keepalive time
TEST(Wire2Liveness, ASilentDeviceSendsPingAtItsKeepalive) {
  Pair pair({.keepalive = 5000});
  ASSERT_TRUE(pair.establish());
  pair.pass(4999);
  EXPECT_TRUE(pair.device_packet().empty());
  pair.pass(1);
  EXPECT_EQ(type_of(pair.device_packet()), kPing);
  EXPECT_TRUE(pair.gateway_side.poll(pair.now).empty());
}

TEST(Wire2Liveness, KeepaliveHoldsAnIdleSessionForAnHour) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.establish());
    for (int second = 0; second < 3600; ++second) {
      pair.pass(1000);
      pair.settle();
    }
    EXPECT_TRUE(pair.device.established());
    EXPECT_TRUE(pair.gateway.established());
  }
}

// USMP2 §Session frames: the gateway closes a session from which no authentic frame came for its
// timeout
TEST(Wire2Liveness, TheGatewayClosesASilentSession) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.establish());
    const Instant heard = pair.gateway.last_heard();
    pair.now = pair.gateway.next_deadline(pair.now);
    EXPECT_EQ(pair.now, heard + kGatewayTimeout);
    const Event event = pair.gateway.on_deadline(pair.now);
    EXPECT_EQ(event.kind, EventKind::Closed);
    EXPECT_EQ(event.cause, Cause::ByeIdle);
    EXPECT_EQ(type_of(pair.gateway_side.poll(pair.now)), kBye);
  }
}

TEST(Wire2Liveness, ADeviceOnAStreamLosesAGatewayThatDoesNotAnswer) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_TRUE(pair.establish());
  const Instant begun = pair.now;
  EventKind kind = EventKind::None;
  while (kind == EventKind::None) {
    (void)pair.device_packet();
    pair.now = pair.device.next_deadline(pair.now);
    kind = pair.device.on_deadline(pair.now).kind;
  }
  EXPECT_EQ(kind, EventKind::Lost);
  EXPECT_EQ(pair.now.ms - begun.ms, kKeepaliveDefault + kStreamSilenceMax);
}

TEST(Wire2Liveness, ByeEndsBothSidesAndIsAcknowledged) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.establish());
    pair.device.close(pair.now);
    EXPECT_EQ(pair.device.state(), State::AwaitingByeSent);
    const Octets bye = pair.device_packet();
    EXPECT_EQ(type_of(bye), kBye);
    const auto event = pair.gateway_side.give(bye, pair.now);
    ASSERT_TRUE(event.ok());
    EXPECT_EQ(event.value.kind, EventKind::Closed);
    EXPECT_EQ(event.value.cause, Cause::ByeDone);
    if (medium == Medium::Udp) {
      const Octets utack = pair.gateway_side.poll(pair.now);
      EXPECT_EQ(type_of(utack), kBye);  // lost
      pair.pass(kRtoInitial);
      EXPECT_EQ(pair.device_packet(), bye);
      EXPECT_EQ(pair.gateway_side.give(bye, pair.now).error, Error::Replayed);
      EXPECT_EQ(pair.gateway_side.poll(pair.now), utack);
      EXPECT_TRUE(pair.to_device(utack).ok());
    }
    EXPECT_EQ(pair.device.state(), State::Closed);
    EXPECT_TRUE(pair.device_packet().empty());
    EXPECT_EQ(pair.device.connect(pair.now), Error::None);
  }
}

TEST(Wire2Liveness, AByeThatNobodyAcknowledgesIsGivenUp) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  pair.gateway.close(pair.now);
  int sent = 0;
  while (pair.gateway.state() == State::AwaitingByeSent) {
    sent += !pair.gateway_side.poll(pair.now).empty();
    pair.now = pair.gateway.next_deadline(pair.now);
    EXPECT_EQ(pair.gateway.on_deadline(pair.now).kind, EventKind::None);
  }
  EXPECT_EQ(sent, 1 + kRepeats);
  EXPECT_EQ(pair.gateway.state(), State::Closed);
}

TEST(Wire2Liveness, ByesThatCrossCloseBoth) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  pair.device.close(pair.now);
  pair.gateway.close(pair.now);
  const Octets of_device = pair.device_packet(), of_gateway = pair.gateway_side.poll(pair.now);
  EXPECT_EQ(pair.to_device(of_gateway).value.kind, EventKind::None);
  EXPECT_EQ(pair.gateway_side.give(of_device, pair.now).value.kind, EventKind::None);
  EXPECT_EQ(pair.device.state(), State::Closed);
  EXPECT_EQ(pair.gateway.state(), State::Closed);
}

// USMP2 §Session frames: at most 8 control frames a second are accepted from a peer
TEST(Wire2Liveness, TheNinthControlFrameOfASecondEndsTheSession) {
  for (const bool pause : {true, false}) {
    Pair pair;
    ASSERT_TRUE(pair.establish());
    pair.pass(kControlWindow);
    for (int count = 0; count < kControlsPerSecondMax; ++count) {
      ASSERT_EQ(pair.gateway_side.give(pair.device.frame(kPing, {}, pair.now), pair.now).value.kind,
                EventKind::None);
    }
    if (pause) pair.pass(kControlWindow);
    const auto ninth = pair.gateway_side.give(pair.device.frame(kPing, {}, pair.now), pair.now);
    ASSERT_TRUE(ninth.ok());
    EXPECT_EQ(ninth.value.kind, pause ? EventKind::None : EventKind::Closed);
  }
}

TEST(Wire2Liveness, TheDeviceItselfStaysWellBelowThatLimit) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_TRUE(pair.establish());
  for (int round = 0; round < 3000; ++round) {
    ASSERT_EQ(pair.device.ping(pair.now), Error::None);
    pair.settle();
    pair.pass(1);
  }
  EXPECT_TRUE(pair.gateway.established());
  EXPECT_GE(pair.gateway.counters().received, 3u * kControlsAskedPerSecond);
}

TEST(Wire2Liveness, AControlFrameWithContentEndsTheSession) {
  for (const std::uint8_t type : {kPing, kPong, kRekey}) {
    Pair pair;
    ASSERT_TRUE(pair.establish());
    const auto event =
        pair.gateway_side.give(pair.device.frame(type, content(31), pair.now), pair.now);
    ASSERT_TRUE(event.ok());
    EXPECT_EQ(event.value.cause, Cause::ByeProtocolError);
  }
}

// USMP2 §Session frames: 0xFFFFFFFF is never used: the session ends before it
TEST(Wire2Liveness, TheLastNumberIsUsedAndTheOneBehindItNever) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.establish());
    pair.device.skip_numbers_to(0xFFFFFFFEu);
    ASSERT_EQ(pair.device_side.send(content(2), pair.now), Error::None);
    ASSERT_EQ(pair.device_side.send(content(3), pair.now), Error::None);
    const Octets last = pair.device_packet();
    EXPECT_EQ(seq_of(last), 0xFFFFFFFEu);
    if (medium == Medium::Udp) {
      ASSERT_TRUE(pair.gateway_side.give(last, pair.now).ok());
      ASSERT_TRUE(pair.to_device(pair.gateway_side.poll(pair.now)).ok());
    }
    EXPECT_TRUE(pair.device_packet().empty());
    EXPECT_EQ(pair.device.next_deadline(pair.now), pair.now);
    const Event event = pair.device.on_deadline(pair.now);
    EXPECT_EQ(event.kind, EventKind::Lost);
    EXPECT_EQ(event.cause, Cause::NumbersSpent);
  }
}

TEST(Wire2Liveness, AFrameWithTheNumberThatIsNeverUsedIsRefused) {
  Pair pair;
  ASSERT_TRUE(pair.establish());
  pair.device.skip_numbers_to(0xFFFFFFFFu);
  const Octets frame = pair.device.frame(kData, content(3), pair.now);
  ASSERT_EQ(seq_of(frame), 0xFFFFFFFFu);
  EXPECT_EQ(pair.gateway_side.give(frame, pair.now).error, Error::Replayed);
  pair.device.skip_numbers_to(0);
  EXPECT_TRUE(
      pair.gateway_side.give(pair.device.frame(kData, content(3), pair.now), pair.now).ok());
}

}  // namespace
}  // namespace usmp::wire2::test
