// See wire2_vectors.hpp.
#include "wire2_vectors.hpp"

#include <stdexcept>

namespace usmp::vectors {

namespace {

Octets joined(std::initializer_list<Octets> parts) {
  Octets all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Octets device_script(const Wire2Vectors& vectors) {
  return joined({vectors.input("device_private"), vectors.rekey("salt")});
}

Octets gateway_script(const Wire2Vectors& vectors) {
  return joined(
      {vectors.input("gateway_private"), vectors.input("nonce"), vectors.input("session_id")});
}

}  // namespace

Octets Wire2Vectors::hex_at(const char* group, const char* field) const {
  return from_hex(json.at(group).at(field).get<std::string>());
}

Octets Wire2Vectors::session(const std::string& name, const char* field) const {
  for (const auto& entry : json.at("session")) {
    if (entry.at("name") == name) return from_hex(entry.at(field).get<std::string>());
  }
  throw std::runtime_error("no session frame: " + name);
}

Octets Wire2Vectors::utack(int type) const {
  for (const auto& entry : json.at("utack")) {
    if (entry.at("type") == type) return from_hex(entry.at("datagram").get<std::string>());
  }
  throw std::runtime_error("no UTACK of type " + std::to_string(type));
}

Wire2Device::Wire2Device(const Wire2Vectors& vectors, Medium medium, crypto::Suite suite)
    : vectors_(vectors),
      random_(device_script(vectors)),
      id_(vectors.input("device_id")),
      psk_(vectors.input("psk")) {
  config_.device_id = view(id_);
  config_.psk = view(psk_);
  config_.random = random_.random();
  config_.medium = medium;
  config_.suite = suite;
  if (session.init(config_, storage_.receive_buffer()) != Error::None ||
      session.connect(Instant(kWire2Now)) != Error::None) {
    throw std::runtime_error("the device does not begin");
  }
}

bool Wire2Device::establish() {
  while (!transmit().empty()) {
  }
  if (!receive(vectors_.handshake("challenge")).ok()) return false;
  while (!transmit().empty()) {
  }
  const auto done = receive(vectors_.handshake("session_ok"));
  while (!transmit().empty()) {
  }
  return done.ok() && done.value.kind == EventKind::Established;
}

Wire2Gateway::Wire2Gateway(const Wire2Vectors& vectors, Medium medium, crypto::Suite suite)
    : vectors_(vectors), random_(gateway_script(vectors)), psk_(vectors.input("psk")) {
  config_.random = random_.random();
  config_.medium = medium;
  config_.suite = suite;
}

Error Wire2Gateway::begin(const Octets& hello) {
  wire2::Hello parsed;
  const Error error = wire2::parse_hello(view(hello), &parsed);
  return error == Error::None ? handshake.begin(config_, parsed, Instant(kWire2Now)) : error;
}

bool Wire2Gateway::establish() {
  if (begin(vectors_.handshake("hello")) != Error::None) return false;
  const Octets ack = vectors_.handshake("hello_ack");
  const auto claim = handshake.receive(view(ack), Instant(kWire2Now));
  if (!claim.ok() || claim.value != wire2::GatewayHandshake::Claim::Claimed || !prove()) {
    return false;
  }
  if (handshake.accept(session, Instant(kWire2Now)) != Error::None) return false;
  session.lend_receive_buffer(storage_.receive_buffer());
  while (!transmit().empty()) {
  }
  return session.established();
}

}  // namespace usmp::vectors
