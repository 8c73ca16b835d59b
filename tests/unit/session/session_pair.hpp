// A device and a gateway with nothing between them but this object's hands: each packet is taken
// out, looked at, kept, spoilt or delivered by the test.
#ifndef USMP_TESTS_SESSION_PAIR_HPP
#define USMP_TESTS_SESSION_PAIR_HPP

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "usmp/compact_device.hpp"
#include "usmp/device_session.hpp"
#include "usmp/gateway_handshake.hpp"

namespace usmp::test {

using Octets = std::vector<std::uint8_t>;

inline Bytes view(const Octets& octets) { return {octets.data(), octets.size()}; }
inline Octets octets_of(Bytes bytes) { return {bytes.data, bytes.data + bytes.size}; }
Octets text(const std::string& characters);

/// Random bytes that are the same in every run.
class CountingRandom {
 public:
  explicit CountingRandom(std::uint32_t seed) : state_(seed) {}
  Random random() { return {&CountingRandom::fill, this}; }
  bool empty = false;  ///< gives nothing

 private:
  static bool fill(void* context, std::uint8_t* out, std::size_t size);
  std::uint32_t state_;
};

struct PairOptions {
  Medium medium = Medium::Udp;
  ReceiveLimits device{256, 1024, 4};
  ReceiveLimits gateway{1232, 4096, 16};
  std::uint8_t suites = kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305;
  std::uint32_t idle_s = 3600;
  std::uint8_t device_cid_size = 0;
  bool early_data = false;
  Duration keepalive = 0;
  Instant start{1000};
  Octets gateway_cid{};              ///< where empty: 8 bytes on UDP, else none
  std::uint16_t packet_room = 1232;  ///< of a compact device
};

/// What a device of this kind is run with where a test says nothing.
template <typename Device>
PairOptions usual_options();
template <>
inline PairOptions usual_options<DeviceSession>() {
  return {};
}
template <>
inline PairOptions usual_options<CompactDevice>() {
  PairOptions options;
  options.medium = Medium::Serial;
  options.device.window = 1;
  return options;
}

/// A message on its way out with its own memory.
struct Posted {
  explicit Posted(Octets bytes, std::uint8_t channel = 0);
  Octets content;
  Outgoing node{};
};

template <typename Device>
class BasicSessionPair {
 public:
  explicit BasicSessionPair(const PairOptions& options = usual_options<Device>());

  // The handshake, step by step
  Octets device_packet();   ///< the device's next packet; empty: none
  Octets gateway_packet();  ///< the gateway session's next packet; empty: none
  Octets challenge_for(const Octets& hello);
  /// What the gateway answers to a HELLO_ACK: SESSION_OK or REJECT 1. Empty: dropped.
  Octets answer_for(const Octets& hello_ack);
  Result<Event> to_device(Octets packet);
  Result<Event> to_gateway(Octets packet);
  Result<Event> to_gateway_from(Octets packet, const Address& from);
  /// Makes a session, whole.
  void establish();
  /// Delivers until neither side has anything to say; takes every message.
  void settle();
  /// The same, and lets time pass until neither side has a message under way.
  void settle_in_time();
  /// Lets time pass to the next deadline of either side, and that one act.
  void pass_to_next_deadline();
  void pass(Duration span) { now = now + span; }

  Posted& device_sends(Octets content, std::uint8_t channel = 0);
  Posted& gateway_sends(Octets content, std::uint8_t channel = 0);
  void take_messages();

  PairOptions options;
  Instant now;
  DeviceConfig device_config{};
  GatewayConfig gateway_config{};
  CountingRandom device_random{1}, gateway_random{2};
  Octets psk, gateway_psk, device_id;
  std::unique_ptr<Device> device;
  std::unique_ptr<GatewayHandshake> handshake;
  std::unique_ptr<GatewaySession> gateway;
  LookaheadBudget budget;
  Address address{};
  Address sent_to{};  ///< where gateway_packet() goes
  std::vector<Octets> device_got, gateway_got;
  std::vector<std::uint8_t> gateway_got_channels;
  std::deque<Posted> posted;
  std::vector<Event> device_events, gateway_events;

  /// Another device object on the same configuration, as after a restart.
  void restart_device();

 private:
  struct Memory {
    explicit Memory(const ReceiveLimits& limits);
    Octets room, places;
    std::vector<PlaceState> states;
    std::vector<ChunkState> chunks;
    SendBuffer send() { return {chunks.data(), static_cast<std::uint8_t>(chunks.size())}; }
    ReceiveBuffer receive() { return {room.data(), places.data(), states.data()}; }
  };
  std::unique_ptr<Memory> device_memory_, gateway_memory_;
  Octets device_in_, gateway_in_;
};

using SessionPair = BasicSessionPair<DeviceSession>;
using CompactPair = BasicSessionPair<CompactDevice>;

extern template class BasicSessionPair<DeviceSession>;
extern template class BasicSessionPair<CompactDevice>;

Address address_of(const std::string& name);

}  // namespace usmp::test

#endif  // USMP_TESTS_SESSION_PAIR_HPP
