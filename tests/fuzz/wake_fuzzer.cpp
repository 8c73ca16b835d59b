// A saved session that a device wakes from: raw bytes, or a genuine state with changes, with its
// check made right again or not. What the store gives back is not to be trusted further than that.
#include <cstring>

#include "deadline_check.hpp"
#include "established_pair.hpp"
#include "wire3/packet.hpp"

namespace usmp::fuzz {
namespace {

constexpr std::size_t kCheckSize = 4;

// The check is no secret: who can write the store can make it.
void make_right(Octets& saved) {
  if (saved.size() < kCheckSize) return;
  std::uint8_t digest[crypto::kHashSize];
  crypto::Sha256 hash;
  hash.update(view(saved).first(saved.size() - kCheckSize));
  hash.finish(digest);
  std::memcpy(saved.data() + saved.size() - kCheckSize, digest, kCheckSize);
}

void use(EstablishedPair& pair, Script& script, bool genuine) {
  DeviceSession& device = pair.device;
  Octets content(script.u8() * 3u, 0x42), datagram(script.u8(), 0x43);
  Outgoing message{};
  message.content = view(content);
  const Error sent = device.send(message, pair.now);
  USMP_FUZZ_EXPECT(sent == Error::None || sent == Error::TooLarge, "a session that takes messages");
  const Error error = device.send_datagram(view(datagram), 1, pair.now);
  USMP_FUZZ_EXPECT(error == Error::None || error == Error::TooLarge, "and datagrams");
  USMP_FUZZ_EXPECT(device.ping(pair.now) == Error::None, "and asks");
  bool first = true;
  expect_rest(device, pair.now, [&] {
    for (int count = 0;; ++count) {
      USMP_FUZZ_EXPECT(count < kPacketsAtOnceMax, "polling ends");
      const Octets packet = pair.device_packet();
      if (packet.empty()) return;
      USMP_FUZZ_EXPECT(packet[0] == wire3::kLong, "long packets until the epoch is confirmed");
      if (!genuine) continue;
      const auto event = pair.to_gateway(packet);
      USMP_FUZZ_EXPECT(event.ok(), "the gateway follows");
      USMP_FUZZ_EXPECT(!first || event.value.kind == EventKind::Woke, "into the next epoch");
      first = false;
      Message got;
      if (pair.gateway.message(&got)) (void)pair.gateway.release_message(pair.now);
    }
  });
  device.close(ByeReason::Done, pair.now);
  (void)pair.device_packet();
  while (device.take_back() != nullptr) {
  }
}

void play(Script& script) {
  const std::uint8_t first = script.u8();
  EstablishedPair& pair = EstablishedPair::of((first >> 3) % kShapeCount);
  if (is_stream(pair.shape.medium)) return;
  pair.thaw(EstablishedPair::Stage::Established);
  Octets original(kSavedStateSizeMax);
  const auto size = pair.device.save(writable(original), pair.now);
  USMP_FUZZ_EXPECT(size.ok() && pair.device.state() == State::Asleep, "an idle session is saved");
  original.resize(size.value);
  Octets saved = (first & 1) != 0 ? script.spoilt(original) : script.rest();
  if ((first & 2) != 0) make_right(saved);
  const bool genuine = saved == original;
  if ((first & 4) != 0) pair.thaw_idle_device();  // after a restart of the device
  const State before = pair.device.state();
  const std::uint32_t slept_s = script.u16();
  const Error error = pair.device.wake(writable(saved), slept_s, pair.now);
  USMP_FUZZ_EXPECT(saved == Octets(saved.size()), "a state is used once");
  if (error == Error::None) {
    USMP_FUZZ_EXPECT(pair.device.established(), "awake");
    use(pair, script, genuine);
    return;
  }
  USMP_FUZZ_EXPECT(error == Error::StateUsed && pair.device.state() == before, "discarded");
  USMP_FUZZ_EXPECT(!genuine || slept_s > pair.gateway_config.idle_s, "a genuine state is taken");
  USMP_FUZZ_EXPECT(pair.device.connect(pair.now) == Error::None, "then a handshake");
  USMP_FUZZ_EXPECT(!pair.device_packet().empty(), "that begins with HELLO");
}

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usmp::fuzz::Script script(data, size);
  usmp::fuzz::play(script);
  return 0;
}
