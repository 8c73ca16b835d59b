// See established_pair.hpp.
#include "established_pair.hpp"

#include <array>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <utility>

#include "expect.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/key_schedule.hpp"
#include "wire3/packet.hpp"

namespace usmp::fuzz {

namespace {

constexpr std::uint8_t kSendWindow = 16;
constexpr std::uint32_t kIdleSeconds = 600;
constexpr std::size_t kBufferSize = 1500;
// Repeats and pauses of a device that fails again and again, until a genuine gateway answers it.
constexpr int kConnectStepsMax = 200;

// Of a compact device's packets out, so that what the peer takes is often more.
constexpr std::uint16_t kCompactRoom = 220;

template <typename Device>
constexpr auto& shapes_of() {
  if constexpr (std::is_same_v<Device, CompactDevice>) {
    return kCompactShapes;
  } else {
    return kShapes;
  }
}

}  // namespace

template <typename Device>
BasicEstablishedPair<Device>& BasicEstablishedPair<Device>::of(std::size_t shape_index) {
  constexpr auto& kOwn = shapes_of<Device>();
  static std::array<std::unique_ptr<BasicEstablishedPair>, std::size(kOwn)> pairs;
  auto& pair = pairs.at(shape_index);
  if (pair == nullptr) pair = std::make_unique<BasicEstablishedPair>(kOwn[shape_index]);
  return *pair;
}

template <typename Device>
BasicEstablishedPair<Device>::BasicEstablishedPair(const SessionShape& its_shape)
    : shape(its_shape),
      cid_g{0xA1, 1, 2, 3, 4, 5, 6, 7},
      psk(32, 0x55),
      device_id{'d', 'e', 'v', 'i', 'c', 'e', '-', '1'},
      device_memory_(shape.device, shape.device_cid_size, kSendWindow),
      gateway_memory_(shape.gateway, shape.gateway_cid_size, kSendWindow),
      suite_(crypto::Suite::Aes256Gcm),
      chain_() {
  cid_g.resize(shape.gateway_cid_size);
  address.size = 4;
  device_config = {view(device_id),
                   view(psk),
                   device_random.random(),
                   shape.device,
                   shape.medium,
                   shape.suites,
                   shape.device_cid_size,
                   shape.early_data,
                   0,
                   Bytes()};
  gateway_config = {
      gateway_random.random(), shape.gateway, shape.medium, shape.suites, kIdleSeconds, Bytes()};
  run_handshake();
}

template <typename Device>
void BasicEstablishedPair<Device>::init_device() {
  Error error = Error::None;
  if constexpr (std::is_same_v<Device, CompactDevice>) {
    error = device.init(device_config, device_memory_.receive().room, kCompactRoom);
  } else {
    error = device.init(device_config, device_memory_.send(), device_memory_.receive());
  }
  USMP_FUZZ_EXPECT(error == Error::None, "init");
}

template <typename Device>
void BasicEstablishedPair<Device>::run_handshake() {
  SteadyRandom copy = device_random;
  std::uint8_t device_private[32];
  copy.random().fill(&copy, device_private, sizeof device_private);
  init_device();
  idle_device_.freeze(device);
  USMP_FUZZ_EXPECT(device.connect(now) == Error::None, "connect");
  hello = device_packet();
  Hello parsed;
  USMP_FUZZ_EXPECT(parse_hello(view(hello), &parsed) == Error::None, "HELLO");
  cid_d = octets_of(parsed.cid.view());
  const auto offer = handshake.begin(gateway_config, parsed, view(cid_g), now);
  USMP_FUZZ_EXPECT(offer.ok() && offer.value == GatewayHandshake::Offer::Challenge, "offer");
  challenge.resize(kChallengeSizeMax);
  challenge.resize(handshake.write_challenge(writable(challenge)).value);
  store(Stage::AwaitingChallenge);
  USMP_FUZZ_EXPECT(to_device(challenge).ok(), "CHALLENGE");
  hello_ack = device_packet();
  store(Stage::AwaitingSessionOk);
  USMP_FUZZ_EXPECT(handshake.open(view(hello_ack)).ok() && handshake.prove(view(psk)), "HELLO_ACK");
  session_ok.resize(kGatewayHandshakeSizeMax);
  session_ok.resize(handshake.accept(gateway, address, writable(session_ok), now).value);
  gateway.lend_send_buffer(gateway_memory_.send());
  gateway.lend_receive_buffer(gateway_memory_.receive());
  USMP_FUZZ_EXPECT(to_device(session_ok).ok() && device.established(), "SESSION_OK");
  store(Stage::Established);
  suite_ = device.agreement().suite;
  derive_chain(device_private);
}

// The keys are not to be had from outside, so the gateway's side of the schedule runs here.
template <typename Device>
void BasicEstablishedPair<Device>::derive_chain(const std::uint8_t (&device_private)[32]) {
  std::uint8_t gateway_public[32], dh[32];
  std::memcpy(gateway_public, challenge.data() + challenge.size() - 48, sizeof gateway_public);
  USMP_FUZZ_EXPECT(crypto::x25519(dh, device_private, gateway_public), "x25519");
  wire3::Hash th1, hs, th2, master;
  crypto::Sha256 hash;
  wire3::start_th1(hash);
  hash.update(view(hello));
  hash.update(view(challenge));
  hash.finish(th1);
  wire3::derive_hs(hs, th1, dh);
  const Bytes ack = view(hello_ack);
  wire3::derive_th2(th2, th1, view(cid_g),
                    ack.from(1 + cid_g.size()).first(ack.size - 1 - cid_g.size() - 32));
  wire3::derive_master(master, hs, view(psk));
  wire3::derive_chain_0(chain_, master, th2);
}

template <typename Device>
void BasicEstablishedPair<Device>::store(Stage stage) {
  Stored& stored = stored_[static_cast<std::size_t>(stage)];
  stored.device.freeze(device);
  stored.handshake.freeze(handshake);
  stored.gateway.freeze(gateway);
  stored.device_random = device_random;
  stored.gateway_random = gateway_random;
}

template <typename Device>
void BasicEstablishedPair<Device>::thaw(Stage stage) {
  const Stored& stored = stored_[static_cast<std::size_t>(stage)];
  stored.device.thaw(device);
  stored.handshake.thaw(handshake);
  stored.gateway.thaw(gateway);
  device_random = stored.device_random;
  gateway_random = stored.gateway_random;
  device_memory_.clear();
  gateway_memory_.clear();
  budget = LookaheadBudget();
  address.bytes[0] = 0;
  now = Instant(1000);
}

template <typename Device>
void BasicEstablishedPair<Device>::thaw_idle_device() {
  thaw(Stage::Established);
  idle_device_.thaw(device);
}

template <typename Device>
void BasicEstablishedPair<Device>::chain_of(std::uint32_t epoch,
                                            std::uint8_t (&chain)[crypto::kHashSize]) const {
  std::memcpy(chain, chain_, sizeof chain);
  for (std::uint32_t step = 0; step < epoch; ++step) wire3::next_chain(chain);
}

template <typename Device>
Octets BasicEstablishedPair<Device>::sealed(const DirectionKey& key, const Octets& cid,
                                            std::uint32_t epoch, std::uint32_t seq, bool is_long,
                                            const Octets& frames) const {
  const std::size_t header_size = wire3::data_header_size(cid.size(), is_long);
  Octets packet(header_size + frames.size() + crypto::kTagSize);
  wire3::write_data_header(writable(packet), view(cid), epoch, seq, is_long);
  std::copy(frames.begin(), frames.end(),
            packet.begin() + static_cast<std::ptrdiff_t>(header_size));
  USMP_FUZZ_EXPECT(wire3::seal_data(suite_, key, seq, writable(packet), header_size, frames.size()),
                   "seal");
  return packet;
}

template <typename Device>
Octets BasicEstablishedPair<Device>::sealed_for_device(std::uint32_t epoch, std::uint32_t seq,
                                                       const Octets& frames) const {
  wire3::Hash chain;
  DirectionKey key;
  chain_of(epoch, chain);
  wire3::derive_g2d(key, chain);
  return sealed(key, cid_d, epoch, seq, false, frames);
}

template <typename Device>
Octets BasicEstablishedPair<Device>::sealed_for_gateway(std::uint32_t epoch, std::uint32_t seq,
                                                        bool is_long, const Octets& frames) const {
  wire3::Hash chain;
  DirectionKey key;
  chain_of(epoch, chain);
  wire3::derive_d2g(key, chain);
  return sealed(key, cid_g, epoch, seq, is_long, frames);
}

template <typename Device>
Octets BasicEstablishedPair<Device>::opened(bool from_device, const Octets& cid,
                                            Octets packet) const {
  wire3::DataHeader header;
  USMP_FUZZ_EXPECT(wire3::read_data_header(view(packet), view(cid), &header) == Error::None,
                   "a packet with its header");
  // The fuzzers stay in the first epochs, where a short packet's two bits are all of its epoch.
  const std::uint32_t epoch = header.is_long ? header.epoch : header.epoch_low;
  wire3::Hash chain;
  DirectionKey key;
  chain_of(epoch, chain);
  if (from_device) {
    wire3::derive_d2g(key, chain);
  } else {
    wire3::derive_g2d(key, chain);
  }
  MutableBytes frames;
  USMP_FUZZ_EXPECT(wire3::open_data(suite_, key, header, writable(packet), &frames),
                   "what is sent is authentic");
  return octets_of(frames);
}

template <typename Device>
Octets BasicEstablishedPair<Device>::opened_from_device(const Octets& packet) const {
  return opened(true, cid_g, packet);
}

template <typename Device>
Octets BasicEstablishedPair<Device>::opened_from_gateway(const Octets& packet) const {
  return opened(false, cid_d, packet);
}

template <typename Device>
Octets BasicEstablishedPair<Device>::device_packet() {
  Octets out(std::is_same_v<Device, CompactDevice> ? kCompactRoom : kBufferSize);
  const auto size = device.poll_transmit(writable(out), now);
  USMP_FUZZ_EXPECT(size.ok(), "poll_transmit with room enough");
  out.resize(size.value);
  if (!out.empty() && wire3::is_data(out[0])) {
    USMP_FUZZ_EXPECT(out.size() <= device.agreement().max_packet, "at most the peer's max_packet");
  } else {
    USMP_FUZZ_EXPECT(out.size() <= kDeviceHandshakeSizeMax, "at most what handshakes have");
  }
  return out;
}

template <typename Device>
Octets BasicEstablishedPair<Device>::gateway_packet() {
  Octets out(kBufferSize);
  const auto size = gateway.poll_transmit(writable(out), &sent_to, now);
  USMP_FUZZ_EXPECT(size.ok(), "poll_transmit with room enough");
  out.resize(size.value);
  USMP_FUZZ_EXPECT(out.size() <= shape.device.max_packet, "at most the peer's max_packet");
  return out;
}

template <typename Device>
Result<Event> BasicEstablishedPair<Device>::to_device(Octets packet) {
  return device.receive(writable(packet), now);
}

template <typename Device>
Result<Event> BasicEstablishedPair<Device>::to_gateway(Octets packet) {
  return gateway.receive(writable(packet), address, budget, now);
}

template <typename Device>
void BasicEstablishedPair<Device>::connect_device() {
  auto fresh = std::make_unique<GatewayHandshake>();
  for (int step = 0; step < kConnectStepsMax && !device.established(); ++step) {
    if (device.state() == State::AwaitingConnection || device.state() == State::Closed) {
      USMP_FUZZ_EXPECT(device.connect(now) == Error::None, "connect again");
    }
    const Octets packet = device_packet();
    if (packet.empty()) {
      const Instant next = device.next_deadline(now);
      if (now.before(next)) now = next;
      device.on_deadline(now);
    } else if (packet[0] == wire3::kHello) {
      Hello parsed;
      USMP_FUZZ_EXPECT(parse_hello(view(packet), &parsed) == Error::None, "HELLO");
      fresh = std::make_unique<GatewayHandshake>();
      const auto offer = fresh->begin(gateway_config, parsed, view(cid_g), now);
      USMP_FUZZ_EXPECT(offer.ok() && offer.value == GatewayHandshake::Offer::Challenge, "offer");
      Octets answer(kGatewayHandshakeSizeMax);
      answer.resize(fresh->write_challenge(writable(answer)).value);
      (void)to_device(answer);
    } else if (packet[0] == wire3::kHelloAck && fresh->open(view(packet)).ok() &&
               fresh->prove(view(psk))) {
      GatewaySession session;
      Octets answer(kGatewayHandshakeSizeMax);
      answer.resize(fresh->accept(session, address, writable(answer), now).value);
      (void)to_device(answer);
    }
  }
  USMP_FUZZ_EXPECT(device.established(), "after any garbage a genuine handshake gets through");
}

template class BasicEstablishedPair<DeviceSession>;
template class BasicEstablishedPair<CompactDevice>;

}  // namespace usmp::fuzz
