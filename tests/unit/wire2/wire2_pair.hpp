// A device and a gateway of wire 2 with nothing between them but this object's hands: each packet
// is taken out, looked at, kept, spoilt or delivered by the test.
#ifndef USMP_TESTS_WIRE2_PAIR_HPP
#define USMP_TESTS_WIRE2_PAIR_HPP

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "usmp/wire2/device_session.hpp"
#include "usmp/wire2/gateway_handshake.hpp"

namespace usmp::wire2::test {

using Octets = std::vector<std::uint8_t>;

inline Bytes view(const Octets& octets) { return {octets.data(), octets.size()}; }
inline Octets octets_of(Bytes bytes) { return {bytes.data, bytes.data + bytes.size}; }
/// `size` bytes that tell messages apart.
Octets content(std::size_t size, std::uint8_t mark = 0);
Octets joined(const Octets& one, const Octets& other);
/// A frame of the handshake.
Octets plain_frame(std::uint8_t type, const Octets& payload);
/// Header fields of a frame, or the type and seq of a UTACK.
std::uint8_t type_of(const Octets& packet);
std::uint32_t seq_of(const Octets& packet);
bool is_utack(const Octets& packet);

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

/// A device that also can what no device does: it breaks rules under real keys, and gets near the
/// end of its numbers without 2^32 frames.
class WildDevice : public DeviceSession {
 public:
  /// A frame of any type and content, with the next number.
  Octets frame(std::uint8_t type, const Octets& plaintext, Instant now);
  /// The key that a REKEY of it, under way now, leads to.
  Octets send_key_after_rekey() const;
  void skip_numbers_to(std::uint32_t seq) { next_seq_ = numbers_top_ = seq; }
};

struct PairOptions {
  Medium medium = Medium::Udp;
  crypto::Suite suite = crypto::Suite::Aes256Gcm;
  std::size_t device_room = kMessageSizeMax;
  Duration keepalive = 0;
  Duration timeout = 0;
};

/// One side of an established session, as the tests handle it.
class Side {
 public:
  virtual ~Side() = default;
  virtual Session& session() = 0;
  virtual Result<Event> give(Octets packet, Instant now) = 0;
  virtual Octets poll(Instant now) = 0;
  virtual Instant next_deadline(Instant now) = 0;
  virtual Event deadline(Instant now) = 0;

  /// Sends a message whose memory this object keeps.
  Error send(Octets message, Instant now);
  /// The message that waits, released; empty-handed: false.
  bool take(Octets* message, Instant now);
  /// Messages that were acknowledged since the last call.
  std::size_t finished();

 private:
  struct Posted {
    Octets content;
    Outgoing node{};
  };
  std::deque<Posted> posted_;
};

class DeviceSide : public Side {
 public:
  explicit DeviceSide(DeviceSession& session) : device_(session) {}
  Session& session() override { return device_; }
  Result<Event> give(Octets packet, Instant now) override;
  Octets poll(Instant now) override;
  Instant next_deadline(Instant now) override { return device_.next_deadline(now); }
  Event deadline(Instant now) override { return device_.on_deadline(now); }

 private:
  DeviceSession& device_;
};

class GatewaySide : public Side {
 public:
  explicit GatewaySide(GatewaySession& session) : gateway_(session) {}
  Session& session() override { return gateway_; }
  Result<Event> give(Octets packet, Instant now) override;
  Octets poll(Instant now) override;
  Instant next_deadline(Instant now) override { return gateway_.next_deadline(now); }
  Event deadline(Instant now) override { return gateway_.on_deadline(now); }

 private:
  GatewaySession& gateway_;
};

class Pair {
 public:
  explicit Pair(const PairOptions& options = {});

  /// Whole handshake, and everything that follows at once. False: no session.
  bool establish();
  /// Delivers until nothing more is to be sent; messages are taken into `received`.
  void settle();
  /// Moves every packet that one side has to the other.
  void pump(Side& from, Side& to);
  /// Lets time pass; deadlines are acted on as they come, nothing is delivered.
  void pass(Duration span);
  std::vector<Octets>& received_by(Side& side) {
    return &side == &device_side ? device_received : gateway_received;
  }

  // The handshake, step by step
  Octets device_packet();
  Octets handshake_packet();
  Result<Event> to_device(const Octets& packet);
  Result<GatewayHandshake::Claim> to_handshake(const Octets& packet);
  Error begin(const Octets& hello);
  /// A HELLO, from which a gateway begins its handshake, and the CHALLENGE that answers.
  Octets challenge();
  bool accept();

  Instant now{1000};
  Octets psk = Octets(32, 7), id = {1, 2, 3, 4, 5, 6};
  CountingRandom device_random{1}, gateway_random{2};
  DeviceConfig device_config{};
  GatewayConfig gateway_config{};
  WildDevice device;
  GatewayHandshake handshake;
  GatewaySession gateway;
  std::vector<Octets> device_received, gateway_received;

 private:
  Octets device_room_, gateway_room_;

 public:
  DeviceSide device_side{device};
  GatewaySide gateway_side{gateway};
};

}  // namespace usmp::wire2::test

#endif  // USMP_TESTS_WIRE2_PAIR_HPP
