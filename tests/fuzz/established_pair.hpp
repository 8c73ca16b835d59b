// A device and a gateway with one handshake behind them, made once and thawed for each input at any
// of its stages; with the keys of their session, which only a test has. No network: see world.hpp.
#ifndef USMP_TESTS_FUZZ_ESTABLISHED_PAIR_HPP
#define USMP_TESTS_FUZZ_ESTABLISHED_PAIR_HPP

#include <memory>

#include "frozen.hpp"
#include "session_shape.hpp"
#include "steady_random.hpp"
#include "usmp/compact_device.hpp"
#include "usmp/device_session.hpp"
#include "usmp/gateway_handshake.hpp"

namespace usmp::fuzz {

template <typename Device>
class BasicEstablishedPair {
 public:
  /// How far the handshake has come.
  enum class Stage : std::uint8_t { AwaitingChallenge, AwaitingSessionOk, Established };

  explicit BasicEstablishedPair(const SessionShape& its_shape);
  /// The pair of a shape, made at its first use.
  static BasicEstablishedPair& of(std::size_t shape_index);

  /// Device, handshake and gateway are as they were at `stage`, at the same time.
  void thaw(Stage stage);
  /// The device as init() leaves it, before any connect().
  void thaw_idle_device();

  /// A packet with these frames that the other side sealed, for the device or for the gateway.
  Octets sealed_for_device(std::uint32_t epoch, std::uint32_t seq, const Octets& frames) const;
  Octets sealed_for_gateway(std::uint32_t epoch, std::uint32_t seq, bool is_long,
                            const Octets& frames) const;
  /// The frames of a packet that the device or the gateway sent; stops if it is not authentic.
  Octets opened_from_device(const Octets& packet) const;
  Octets opened_from_gateway(const Octets& packet) const;

  /// The next packet; empty: none. Checks its size.
  Octets device_packet();
  Octets gateway_packet();
  Result<Event> to_device(Octets packet);
  Result<Event> to_gateway(Octets packet);

  /// Runs genuine handshakes against the device, through pauses and repeats, until it has a
  /// session.
  void connect_device();

  SendBuffer gateway_send_buffer() { return gateway_memory_.send(); }
  ReceiveBuffer gateway_receive_buffer() { return gateway_memory_.receive(); }

  const SessionShape shape;
  Instant now{1000};
  Device device;
  GatewayHandshake handshake;
  GatewaySession gateway;
  LookaheadBudget budget;
  Address address{};
  Address sent_to{};
  Octets hello, challenge, hello_ack, session_ok;
  Octets cid_d, cid_g;
  Octets psk, device_id;
  DeviceConfig device_config{};
  GatewayConfig gateway_config{};
  SteadyRandom device_random{1}, gateway_random{2};

 private:
  struct Stored {
    Frozen<Device> device;
    Frozen<GatewayHandshake> handshake;
    Frozen<GatewaySession> gateway;
    SteadyRandom device_random{0}, gateway_random{0};
  };
  void init_device();
  void run_handshake();
  void derive_chain(const std::uint8_t (&device_private)[32]);
  void store(Stage stage);
  void chain_of(std::uint32_t epoch, std::uint8_t (&chain)[crypto::kHashSize]) const;
  Octets sealed(const DirectionKey& key, const Octets& cid, std::uint32_t epoch, std::uint32_t seq,
                bool is_long, const Octets& frames) const;
  Octets opened(bool from_device, const Octets& cid, Octets packet) const;

  SessionMemory device_memory_;
  SessionMemory gateway_memory_;
  crypto::Suite suite_;
  std::uint8_t chain_[crypto::kHashSize];
  Frozen<Device> idle_device_;
  Stored stored_[3];
};

using EstablishedPair = BasicEstablishedPair<DeviceSession>;
using CompactEstablishedPair = BasicEstablishedPair<CompactDevice>;

extern template class BasicEstablishedPair<DeviceSession>;
extern template class BasicEstablishedPair<CompactDevice>;

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_ESTABLISHED_PAIR_HPP
