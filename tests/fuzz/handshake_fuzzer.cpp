// Handshake packets, raw or made from genuine ones, to a device that awaits CHALLENGE or SESSION_OK
// and to a gateway that awaits HELLO or HELLO_ACK. Whatever came: nobody gets in without the PSK,
// and a genuine handshake afterwards succeeds.
#include "deadline_check.hpp"
#include "established_pair.hpp"
#include "wire3/packet.hpp"

namespace usmp::fuzz {
namespace {

using Stage = EstablishedPair::Stage;

constexpr int kPacketsMax = 32;

std::vector<Octets> genuine_packets(const EstablishedPair& pair) {
  Octets retry{wire3::kRetry}, reject{wire3::kReject}, reset{wire3::kReset};
  const std::size_t tag_at = 1 + pair.cid_d.size();
  const Bytes cid_and_tag = view(pair.challenge).from(1).first(pair.cid_d.size() + kHelloTagSize);
  retry.insert(retry.end(), cid_and_tag.data, cid_and_tag.data + cid_and_tag.size);
  retry.resize(tag_at + kHelloTagSize + kCookieSize, 0xC0);
  reject.insert(reject.end(), cid_and_tag.data, cid_and_tag.data + cid_and_tag.size);
  reject.push_back(3);
  reset.insert(reset.end(), pair.cid_g.begin(), pair.cid_g.end());
  return {pair.challenge, pair.session_ok,
          retry,          reject,
          reset,          pair.hello,
          pair.hello_ack, pair.sealed_for_device(0, 0, {wire3::kPing, 1})};
}

void play_device(EstablishedPair& pair, Stage stage, Script& script) {
  pair.thaw(stage);
  const auto genuine = genuine_packets(pair);
  const Octets right = stage == Stage::AwaitingSessionOk ? pair.session_ok : pair.challenge;
  for (int count = 0; !script.done() && count < kPacketsMax; ++count) {
    const Octets packet = script.packet(genuine);
    const State before = pair.device.state();
    const std::uint32_t dropped = pair.device.counters().dropped;
    const auto event = pair.to_device(packet);
    if (pair.device.established()) {
      USMP_FUZZ_EXPECT(packet == pair.session_ok, "a session without the PSK");
      return;
    }
    USMP_FUZZ_EXPECT(pair.device.counters().received == 0, "no data packet before the session");
    if (!event.ok()) {
      USMP_FUZZ_EXPECT(pair.device.state() == before, "what is dropped changes no state");
      USMP_FUZZ_EXPECT(pair.device.counters().dropped - dropped <= 1, "and is counted once");
    }
    expect_rest(pair.device, pair.now, [&pair] {
      for (int sent = 0; !pair.device_packet().empty(); ++sent) {
        USMP_FUZZ_EXPECT(sent < kPacketsAtOnceMax, "polling ends");
      }
    });
    pair.now = pair.now + script.u8();
  }
  pair.connect_device();
}

void play_gateway_hello(EstablishedPair& pair, Script& script) {
  pair.thaw(Stage::AwaitingChallenge);
  const auto genuine = genuine_packets(pair);
  const Octets packet = script.packet(genuine);
  Hello hello;
  if (parse_hello(view(packet), &hello) != Error::None) return;
  GatewayHandshake handshake;
  const auto offer = handshake.begin(pair.gateway_config, hello, view(pair.cid_g), pair.now);
  USMP_FUZZ_EXPECT(offer.ok(), "nothing that a HELLO says makes begin() fail");
  if (offer.value != GatewayHandshake::Offer::Challenge) return;
  Octets out(kChallengeSizeMax);
  const auto size = handshake.write_challenge(writable(out));
  USMP_FUZZ_EXPECT(size.ok(), "192 bytes at most");
  USMP_FUZZ_EXPECT(size.value <= packet.size() * kChallengeFactorMax, "USMP3 §1: 3 times at most");
  for (int count = 0; !script.done() && count < kPacketsMax; ++count) {
    const auto claim = handshake.open(view(script.packet(genuine)));
    USMP_FUZZ_EXPECT(!claim.ok(), "an id_ct of another handshake opens");
  }
}

void play_gateway_ack(EstablishedPair& pair, Script& script) {
  pair.thaw(Stage::AwaitingSessionOk);
  const std::vector<Octets> genuine{pair.hello_ack};
  GatewaySession none;
  Octets out(kGatewayHandshakeSizeMax);
  for (int count = 0; !script.done() && count < kPacketsMax; ++count) {
    const Octets packet = script.packet(genuine);
    const auto claim = pair.handshake.open(view(packet));
    if (!claim.ok()) continue;
    if (claim.value == GatewayHandshake::Claim::Repeat) {
      USMP_FUZZ_EXPECT(!pair.handshake.answer().empty(), "a repeat has its answer");
      continue;
    }
    const std::size_t id_size = pair.handshake.device_id().size;
    USMP_FUZZ_EXPECT(id_size >= 1 && id_size <= kDeviceIdSizeMax, "an id of 1 to 32 bytes");
    const bool proven = pair.handshake.prove(view(pair.psk));
    USMP_FUZZ_EXPECT(proven == (packet == pair.hello_ack), "a proof without the PSK");
    if (proven) break;
    USMP_FUZZ_EXPECT(!pair.handshake.accept(none, pair.address, writable(out), pair.now).ok(),
                     "accepted without a proof");
    USMP_FUZZ_EXPECT(pair.handshake.reject(writable(out)).ok(), "REJECT 1");
  }
  if (pair.handshake.exhausted()) return;
  const auto claim = pair.handshake.open(view(pair.hello_ack));
  USMP_FUZZ_EXPECT(claim.ok(), "the genuine HELLO_ACK opens");
  if (claim.value == GatewayHandshake::Claim::Repeat) return;
  USMP_FUZZ_EXPECT(pair.handshake.prove(view(pair.psk)), "and proves");
  const auto size = pair.handshake.accept(none, pair.address, writable(out), pair.now);
  USMP_FUZZ_EXPECT(size.ok(), "and gets its session");
  out.resize(size.value);
  USMP_FUZZ_EXPECT(out == pair.session_ok, "with the same SESSION_OK");
}

void play(Script& script) {
  const std::uint8_t first = script.u8();
  EstablishedPair& pair = EstablishedPair::of((first >> 2) % kShapeCount);
  switch (first & 3) {
    case 0:
      play_device(pair, Stage::AwaitingChallenge, script);
      break;
    case 1:
      play_device(pair, Stage::AwaitingSessionOk, script);
      break;
    case 2:
      play_gateway_hello(pair, script);
      break;
    default:
      play_gateway_ack(pair, script);
      break;
  }
}

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usmp::fuzz::Script script(data, size);
  usmp::fuzz::play(script);
  return 0;
}
