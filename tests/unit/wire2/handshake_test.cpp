// The handshake of wire 2: what each side sends and takes, what it repeats, when it gives up.
#include <gtest/gtest.h>

#include "wire2/frame.hpp"
#include "wire2_pair.hpp"

namespace usmp::wire2::test {
namespace {

constexpr Medium kMedia[] = {Medium::Udp, Medium::Stream};

Octets retry(std::uint8_t mark) { return plain_frame(kHelloRetry, Octets(kCookieSize, mark)); }

EventKind kind_of(const Result<Event>& result) {
  return result.ok() ? result.value.kind : EventKind::None;
}

TEST(Wire2Handshake, StandsOnBothMediaAndWithBothSuites) {
  for (const Medium medium : kMedia) {
    for (const auto suite : {crypto::Suite::Aes256Gcm, crypto::Suite::ChaCha20Poly1305}) {
      Pair pair({.medium = medium, .suite = suite});
      EXPECT_TRUE(pair.establish());
      EXPECT_EQ(octets_of(pair.device.session_id()), octets_of(pair.gateway.session_id()));
      EXPECT_EQ(octets_of(pair.handshake.device_id()), pair.id);
      EXPECT_TRUE(pair.handshake.over());
    }
  }
}

// USMP2 §Handshake: HELLO 0, the HELLO that repeats with a cookie 1, HELLO_ACK 2
TEST(Wire2Handshake, ACookieGoesBackInAHelloOfTheSameKey) {
  Pair pair;
  ASSERT_EQ(pair.device.connect(pair.now), Error::None);
  const Octets hello = pair.device_packet();
  EXPECT_EQ(seq_of(hello), 0u);
  ASSERT_TRUE(pair.to_device(retry(9)).ok());
  EXPECT_EQ(type_of(pair.device_packet()), kHelloRetry);  // its UTACK
  const Octets again = pair.device_packet();
  EXPECT_EQ(seq_of(again), 1u);
  ASSERT_EQ(again.size(), kHelloSizeMax);
  EXPECT_TRUE(std::equal(hello.begin() + kHeaderSize, hello.end(), again.begin() + kHeaderSize));
  EXPECT_EQ(Octets(again.end() - kCookieSize, again.end()), Octets(kCookieSize, 9));
}

// USMP2 §UDP: a device that gets HELLO_RETRY twice in one handshake gives up
TEST(Wire2Handshake, ASecondCookieEndsTheAttemptARepeatedOneDoesNot) {
  Pair pair;
  ASSERT_EQ(pair.device.connect(pair.now), Error::None);
  (void)pair.device_packet();
  ASSERT_TRUE(pair.to_device(retry(9)).ok());
  (void)pair.device_packet();
  (void)pair.device_packet();
  EXPECT_EQ(pair.to_device(retry(9)).error, Error::Replayed);
  EXPECT_EQ(type_of(pair.device_packet()), kHelloRetry);
  EXPECT_EQ(pair.device.state(), State::AwaitingChallenge);
  EXPECT_EQ(kind_of(pair.to_device(retry(8))), EventKind::AttemptFailed);
  EXPECT_EQ(pair.device.state(), State::AwaitingPauseEnd);
}

TEST(Wire2Handshake, HelloRetryOnAStreamEndsTheAttempt) {
  Pair pair({.medium = Medium::Stream});
  ASSERT_EQ(pair.device.connect(pair.now), Error::None);
  (void)pair.device_packet();
  EXPECT_EQ(kind_of(pair.to_device(retry(9))), EventKind::AttemptFailed);
}

TEST(Wire2Handshake, HelloIsRepeatedFiveTimesThenThereIsAPauseAndANewKey) {
  Pair pair;
  ASSERT_EQ(pair.device.connect(pair.now), Error::None);
  const Octets hello = pair.device_packet();
  int repeats = 0;
  EventKind kind = EventKind::None;
  const Instant begun = pair.now;
  while (kind == EventKind::None) {
    pair.now = pair.device.next_deadline(pair.now);
    kind = pair.device.on_deadline(pair.now).kind;
    const Octets packet = pair.device_packet();
    if (packet.empty()) continue;
    if (repeats == 0) {
      EXPECT_EQ(pair.now.ms - begun.ms, 500u);
    }
    EXPECT_EQ(packet, hello);
    ++repeats;
  }
  EXPECT_EQ(repeats, kRepeats);
  EXPECT_EQ(kind, EventKind::AttemptFailed);
  pair.now = pair.device.next_deadline(pair.now);
  EXPECT_EQ(pair.device.on_deadline(pair.now).kind, EventKind::None);
  const Octets next = pair.device_packet();
  EXPECT_EQ(next.size(), hello.size());
  EXPECT_NE(next, hello);
}

TEST(Wire2Handshake, AnAcknowledgedHelloWaitsLongerForItsAnswer) {
  Pair pair;
  ASSERT_EQ(pair.device.connect(pair.now), Error::None);
  const Octets hello = pair.device_packet();
  EXPECT_FALSE(pair.to_device({0xAC, 0xAC, kHello, 1, 0, 0, 0}).ok());
  EXPECT_TRUE(pair.to_device({0xAC, 0xAC, kHello, 0, 0, 0, 0}).ok());
  pair.pass(kAnswerRepeat - 1);
  EXPECT_TRUE(pair.device_packet().empty());
  pair.pass(1);
  EXPECT_EQ(pair.device_packet(), hello);  // a HELLO_RETRY may have been lost
}

TEST(Wire2Handshake, ALostSessionOkIsRepeatedAndAcknowledgedEachTime) {
  Pair pair;
  ASSERT_TRUE(pair.to_device(pair.challenge()).ok());
  (void)pair.to_handshake(pair.device_packet());  // UTACK of CHALLENGE
  const Octets hello_ack = pair.device_packet();
  ASSERT_TRUE(pair.to_handshake(hello_ack).ok());
  ASSERT_TRUE(pair.accept());
  EXPECT_EQ(type_of(pair.gateway_side.poll(pair.now)), kHelloAck);  // its UTACK, lost
  const Octets session_ok = pair.gateway_side.poll(pair.now);       // lost
  EXPECT_EQ(pair.gateway_side.give(hello_ack, pair.now).error, Error::Replayed);
  EXPECT_EQ(type_of(pair.gateway_side.poll(pair.now)), kHelloAck);
  pair.pass(500);
  EXPECT_EQ(pair.gateway_side.poll(pair.now), session_ok);
  ASSERT_EQ(kind_of(pair.to_device(session_ok)), EventKind::Established);
  const Octets utack = pair.device_packet();  // lost
  EXPECT_EQ(pair.to_device(session_ok).error, Error::Replayed);
  EXPECT_EQ(pair.device_packet(), utack);
  EXPECT_TRUE(pair.gateway_side.give(utack, pair.now).ok());
  EXPECT_EQ(pair.gateway_side.send(content(5), pair.now), Error::None);
  pair.settle();
  EXPECT_EQ(pair.device_received, std::vector<Octets>{content(5)});
}

TEST(Wire2Handshake, AChallengeThatComesAgainIsAcknowledgedAgain) {
  Pair pair;
  const Octets challenge = pair.challenge();
  ASSERT_TRUE(pair.to_device(challenge).ok());
  const Octets utack = pair.device_packet();
  EXPECT_EQ(pair.to_device(challenge).error, Error::Replayed);
  EXPECT_EQ(pair.device_packet(), utack);
  Octets other = plain_frame(kChallenge, Octets(64, 3));
  EXPECT_EQ(pair.to_device(other).error, Error::Unexpected);
}

TEST(Wire2Handshake, TheGatewayRepeatsTheSameChallengeAndGivesUp) {
  Pair pair;
  const Octets challenge = pair.challenge();
  pair.now = pair.handshake.next_deadline(pair.now);
  EXPECT_FALSE(pair.handshake.on_deadline(pair.now));
  EXPECT_EQ(pair.handshake_packet(), challenge);
  ASSERT_TRUE(pair.to_handshake({0xAC, 0xAC, kChallenge, 0, 0, 0, 0}).ok());
  pair.now = pair.handshake.next_deadline(pair.now);
  EXPECT_EQ(pair.now, pair.handshake.begun() + kHandshakeMax);
  EXPECT_TRUE(pair.handshake.on_deadline(pair.now));
  EXPECT_TRUE(pair.handshake.over());
}

// An unknown device and a wrong key look the same from outside: the UTACK, and nothing more.
TEST(Wire2Handshake, AWrongProofIsRefusedInSilence) {
  std::vector<Octets> answers[2];
  for (int unknown = 0; unknown < 2; ++unknown) {
    Pair pair;
    ASSERT_TRUE(pair.to_device(pair.challenge()).ok());
    for (Octets packet = pair.device_packet(); !packet.empty(); packet = pair.device_packet()) {
      (void)pair.to_handshake(packet);
    }
    EXPECT_FALSE(pair.handshake.prove(view(Octets(32, unknown == 0 ? 8 : 200))));
    EXPECT_EQ(pair.handshake.accept(pair.gateway, pair.now), Error::WrongState);
    for (Octets packet = pair.handshake_packet(); !packet.empty();
         packet = pair.handshake_packet()) {
      answers[unknown].push_back(packet);
    }
    EXPECT_EQ(answers[unknown].size(), 1u);
    EXPECT_TRUE(pair.handshake.over());
    EXPECT_FALSE(pair.handshake.prove(view(pair.psk)));  // one claim, one answer
  }
  EXPECT_EQ(answers[0], answers[1]);
}

TEST(Wire2Handshake, AWrongProofOfTheGatewayIsDroppedOnUdpAndEndsTheAttemptOnAStream) {
  for (const Medium medium : kMedia) {
    Pair pair({.medium = medium});
    ASSERT_TRUE(pair.to_device(pair.challenge()).ok());
    for (Octets packet = pair.device_packet(); !packet.empty(); packet = pair.device_packet()) {
      (void)pair.to_handshake(packet);
    }
    ASSERT_TRUE(pair.accept());
    Octets session_ok;
    do {
      session_ok = pair.gateway_side.poll(pair.now);
    } while (is_utack(session_ok));
    const auto result = pair.to_device(plain_frame(kSessionOk, Octets(48, 1)));
    if (medium == Medium::Udp) {
      EXPECT_EQ(result.error, Error::Unauthentic);
      EXPECT_EQ(kind_of(pair.to_device(session_ok)), EventKind::Established);
    } else {
      EXPECT_EQ(kind_of(result), EventKind::AttemptFailed);
      EXPECT_EQ(result.value.cause, Cause::NotAuthenticated);
    }
  }
}

// USMP2 §Handshake: an all-zero result ends the handshake
TEST(Wire2Handshake, AnAllZeroSecretIsRefusedByBothSides) {
  Pair pair;
  ASSERT_EQ(pair.device.connect(pair.now), Error::None);
  (void)pair.device_packet();
  const auto event = pair.to_device(plain_frame(kChallenge, Octets(64, 0)));
  EXPECT_EQ(kind_of(event), EventKind::AttemptFailed);

  Pair other;
  const Octets hello = joined(other.id, Octets(32));  // a public key of zeros
  ASSERT_EQ(other.begin(plain_frame(kHello, hello)), Error::None);
  (void)other.handshake_packet();
  const Octets challenge = other.handshake_packet();
  // Who knows the PSK can still prove it; the gateway makes no session of it.
  std::uint8_t proof[32];
  const Octets prefix = {0xCD, 0xAB, 0x02, 0x03};
  const Bytes pieces[5] = {view(prefix), view(challenge).from(kHeaderSize).first(32),
                           view(other.id), view(hello).from(kDeviceIdSize),
                           view(challenge).from(kHeaderSize + 32)};
  crypto::hmac_sha256(proof, view(other.psk), pieces, 5);
  ASSERT_TRUE(other.to_handshake(plain_frame(kHelloAck, octets_of(Bytes(proof)))).ok());
  ASSERT_TRUE(other.handshake.prove(view(other.psk)));
  EXPECT_EQ(other.handshake.accept(other.gateway, other.now), Error::Unauthentic);
  EXPECT_EQ(other.gateway.state(), State::Idle);
}

// USMP2 §UDP: its cookie lives 30 to 60 s and binds address and port
TEST(Wire2Handshake, ACookieBindsAddressAndPortAndLivesTwoPeriods) {
  const std::uint8_t secret[32] = {5};
  const Octets address = {10, 0, 0, 1, 0x23, 0x28}, other_port = {10, 0, 0, 1, 0x23, 0x29};
  std::uint8_t cookie[kCookieSize];
  make_cookie(cookie, secret, view(address), 100);
  Octets payload = joined(Octets(kDeviceIdSize + 32, 1), octets_of(Bytes(cookie)));
  const Octets packet = plain_frame(kHello, payload);
  Hello hello;
  ASSERT_EQ(parse_hello(view(packet), &hello), Error::None);
  EXPECT_TRUE(cookie_valid(hello, secret, view(address), 100));
  EXPECT_TRUE(cookie_valid(hello, secret, view(address), 101));
  EXPECT_FALSE(cookie_valid(hello, secret, view(address), 102));
  EXPECT_FALSE(cookie_valid(hello, secret, view(address), 99));
  EXPECT_FALSE(cookie_valid(hello, secret, view(other_port), 100));
  payload.resize(kDeviceIdSize + 32);
  const Octets without = plain_frame(kHello, payload);
  ASSERT_EQ(parse_hello(view(without), &hello), Error::None);
  EXPECT_FALSE(cookie_valid(hello, secret, view(address), 100));
  const Octets longer = plain_frame(kHello, joined(payload, {0}));
  EXPECT_EQ(parse_hello(view(longer), &hello), Error::Malformed);
}

TEST(Wire2Handshake, PacketsAreToldApartByTheirFirstBytes) {
  EXPECT_TRUE(is_wire2(0xCD));
  EXPECT_TRUE(is_wire2(0xAC));
  EXPECT_FALSE(is_wire2(0x31));
  Pair pair;
  ASSERT_EQ(pair.device.connect(pair.now), Error::None);
  EXPECT_EQ(classify_packet(view(pair.device_packet())), PacketKind::Hello);
  EXPECT_EQ(classify_packet(view(plain_frame(kHelloAck, {}))), PacketKind::Handshake);
  EXPECT_EQ(classify_packet(view(plain_frame(kRekey, {}))), PacketKind::Session);
  EXPECT_EQ(classify_packet(view(plain_frame(0xFF, {}))), PacketKind::Other);
  EXPECT_EQ(classify_packet(view({0xAC, 0xAC, kChallenge, 0, 0, 0, 0})), PacketKind::Handshake);
  EXPECT_EQ(classify_packet(view({0xAC, 0xAC, kSessionOk, 0, 0, 0, 0})), PacketKind::Session);
  EXPECT_EQ(classify_packet(view({0xAC})), PacketKind::Other);
}

TEST(Wire2Handshake, WithoutRandomnessNothingBeginsAndNothingChanges) {
  Pair pair;
  pair.device_random.empty = true;
  EXPECT_EQ(pair.device.connect(pair.now), Error::RandomFailed);
  EXPECT_EQ(pair.device.state(), State::Idle);
  pair.device_random.empty = false;
  EXPECT_TRUE(pair.establish());
}

TEST(Wire2Handshake, AValueOutsideItsRangeIsRefused) {
  Pair pair;
  const auto refused = [&](auto change) {
    DeviceConfig config = pair.device_config;
    change(config);
    DeviceSession device;
    std::uint8_t room[64];
    return device.init(config, MutableBytes(room)) == Error::BadConfig;
  };
  EXPECT_FALSE(refused([](DeviceConfig&) {}));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.psk = config.psk.first(15); }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.device_id = config.psk.first(7); }));
  EXPECT_TRUE(refused([](DeviceConfig& config) { config.medium = Medium::Serial; }));
}

}  // namespace
}  // namespace usmp::wire2::test
