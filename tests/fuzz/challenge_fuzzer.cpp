// A CHALLENGE read piece by piece: the same verdict as in one piece, however it is cut, and what a
// device then does with it. Header, cid and tag may be genuine, so that the rest is reached.
#include "established_pair.hpp"
#include "expect.hpp"
#include "usmp/challenge_reader.hpp"

namespace usmp::fuzz {
namespace {

using Stage = EstablishedPair::Stage;

void read(ChallengeReader& reader, const Octets& packet, Script& cuts) {
  std::size_t at = 0;
  while (at < packet.size()) {
    const std::size_t size = std::min<std::size_t>(1u + cuts.u8() % 64u, packet.size() - at);
    const Octets piece(packet.begin() + static_cast<std::ptrdiff_t>(at),
                       packet.begin() + static_cast<std::ptrdiff_t>(at + size));
    reader.update(view(piece));
    at += size;
  }
}

void play(Script& script) {
  const std::uint8_t first = script.u8();
  EstablishedPair& pair = EstablishedPair::of((first >> 1) % kShapeCount);
  pair.thaw(Stage::AwaitingChallenge);
  Octets packet = (first & 1) != 0 ? script.spoilt(pair.challenge) : script.piece();
  const bool genuine = packet == pair.challenge;
  ChallengeReader whole, pieces;
  USMP_FUZZ_EXPECT(pair.device.start_challenge(whole) == Error::None, "a CHALLENGE is awaited");
  USMP_FUZZ_EXPECT(pair.device.start_challenge(pieces) == Error::None, "a CHALLENGE is awaited");
  whole.update(view(packet));
  read(pieces, packet, script);
  USMP_FUZZ_EXPECT(whole.wrong() == pieces.wrong(), "the same verdict");
  USMP_FUZZ_EXPECT(whole.complete() == pieces.complete(), "the same end");
  USMP_FUZZ_EXPECT(!genuine || whole.complete(), "a genuine CHALLENGE is read");
  USMP_FUZZ_EXPECT(packet.size() <= kChallengeSizeMax || whole.wrong(), "192 bytes at most");

  const auto event = pair.device.receive_challenge(pieces, pair.now);
  const bool taken = pair.device.state() == State::AwaitingSessionOk;
  USMP_FUZZ_EXPECT(taken == (event.ok() && event.value.kind == EventKind::None),
                   "state and answer");
  USMP_FUZZ_EXPECT(
      !taken || (pieces.complete() && pair.device.agreement().max_packet >= kMaxPacketMin),
      "only whole and within the ranges");
  // What is taken in pieces is what is taken whole: the same HELLO_ACK follows.
  const Octets ack = taken ? pair.device_packet() : Octets{};
  USMP_FUZZ_EXPECT(!genuine || ack == pair.hello_ack, "HELLO_ACK is that of the vector");
  pair.thaw(Stage::AwaitingChallenge);
  if (packet.empty()) return;
  (void)pair.to_device(packet);
  USMP_FUZZ_EXPECT(taken == (pair.device.state() == State::AwaitingSessionOk),
                   "whole or in pieces");
  if (taken) USMP_FUZZ_EXPECT(pair.device_packet() == ack, "the same HELLO_ACK");
}

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usmp::fuzz::Script script(data, size);
  usmp::fuzz::play(script);
  return 0;
}
