// The one session of spec/vectors/usmp-2.json, and both sides of it as real sessions of wire 2 that
// stand where the vector's stood. What is checked of them is in wire2_*_check.cpp.
#ifndef USMP_TESTS_WIRE2_VECTORS_HPP
#define USMP_TESTS_WIRE2_VECTORS_HPP

#include <memory>

#include "usmp/wire2/device_session.hpp"
#include "usmp/wire2/gateway_handshake.hpp"
#include "vector_session.hpp"

namespace usmp::vectors {

struct Wire2Vectors {
  explicit Wire2Vectors(const nlohmann::json& source) : json(source) {}

  Octets input(const char* field) const { return hex_at("inputs", field); }
  Octets derived(const char* field) const { return hex_at("derived", field); }
  Octets handshake(const char* field) const { return hex_at("handshake", field); }
  Octets rekey(const char* field) const { return hex_at("rekey", field); }
  Octets hex_at(const char* group, const char* field) const;
  /// An entry of `session`: its field as bytes.
  Octets session(const std::string& name, const char* field) const;
  /// The UTACK of a type and key; both name exactly one entry.
  Octets utack(int type) const;

  const nlohmann::json& json;
};

inline constexpr std::uint32_t kWire2Now = 1000;

template <typename Session>
Octets transmitted(Session& session) {
  Octets out(wire2::kFrameSizeMax);
  const auto size = session.poll_transmit({out.data(), out.size()}, Instant(kWire2Now));
  out.resize(size.ok() ? size.value : 0);
  return out;
}

/// The vector's device; its randomness is the private key, then the salt of its REKEY.
class Wire2Device {
 public:
  Wire2Device(const Wire2Vectors& vectors, Medium medium, crypto::Suite suite);
  Octets transmit() { return transmitted(session); }
  Result<Event> receive(Octets packet) {
    return session.receive({packet.data(), packet.size()}, Instant(kWire2Now));
  }
  /// Goes through the handshake by the vector's packets. False: one was not taken.
  bool establish();

  wire2::DeviceSession session;

 private:
  const Wire2Vectors& vectors_;
  ScriptedRandom random_;
  Octets id_, psk_;
  wire2::SessionStorage<> storage_;
  wire2::DeviceConfig config_{};
};

/// The vector's gateway; its randomness is private key, nonce and session id.
class Wire2Gateway {
 public:
  Wire2Gateway(const Wire2Vectors& vectors, Medium medium, crypto::Suite suite);
  Octets transmit() { return transmitted(session); }
  Octets transmit_handshake() { return transmitted(handshake); }
  Result<Event> receive(Octets packet) {
    return session.receive({packet.data(), packet.size()}, Instant(kWire2Now));
  }
  Error begin(const Octets& hello);
  bool prove() { return handshake.prove(view(psk_)); }
  bool establish();

  wire2::GatewayHandshake handshake;
  wire2::GatewaySession session;

 private:
  const Wire2Vectors& vectors_;
  ScriptedRandom random_;
  Octets psk_;
  wire2::SessionStorage<> storage_;
  wire2::GatewayConfig config_{};
};

void check_wire2_derived(const Wire2Vectors& vectors, Report& report);
void check_wire2_device(const Wire2Vectors& vectors, Report& report);
void check_wire2_gateway(const Wire2Vectors& vectors, Report& report);
void check_wire2_utacks(const Wire2Vectors& vectors, Report& report);

}  // namespace usmp::vectors

#endif  // USMP_TESTS_WIRE2_VECTORS_HPP
