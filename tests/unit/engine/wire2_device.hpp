// A wire 2 device of the core with its application, for the world of engine tests: takes every
// message, keeps every event.
#ifndef USMP_TESTS_UNIT_ENGINE_WIRE2_DEVICE_HPP
#define USMP_TESTS_UNIT_ENGINE_WIRE2_DEVICE_HPP

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/output.hpp"
#include "usmp/address.hpp"
#include "usmp/wire2/device_session.hpp"

namespace usmp::gateway::test {

class Wire2Device {
 public:
  /// `id` has 6 bytes.
  Wire2Device(std::string_view id, std::string_view psk, Medium medium, const Address& from,
              crypto::Suite suite = crypto::Suite::Aes256Gcm);

  void connect(Instant now);
  void send(std::string_view text, Instant now);
  void receive(std::vector<std::uint8_t> packet, Instant now);
  /// The next packet; empty: none.
  std::vector<std::uint8_t> poll(Instant now);
  void on_deadline(Instant now);
  bool saw(EventKind kind, Cause cause) const;
  bool established() const { return session.established(); }
  bool is_stream() const { return usmp::is_stream(config_.medium); }
  /// Its stream is gone.
  void connection_closed(Instant now);

  wire2::DeviceSession session;
  Address address;
  ConnectionId connection = 0;  ///< of a stream
  unsigned thread = 0;          ///< of the gateway that its packets come to
  std::vector<std::string> messages;
  std::vector<Event> events;
  std::deque<std::unique_ptr<Outgoing>> nodes;
  std::deque<std::string> texts;

 private:
  void note(Event event);
  void drain(Instant now);

  std::string id_;
  std::string psk_;
  wire2::DeviceConfig config_{};
  wire2::SessionStorage<> storage_;
};

}  // namespace usmp::gateway::test

#endif  // USMP_TESTS_UNIT_ENGINE_WIRE2_DEVICE_HPP
