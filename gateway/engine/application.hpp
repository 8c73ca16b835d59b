// What an engine tells the application that it serves: messages from devices, what became of
// messages to them, and sessions that come and go.
#ifndef USMP_GATEWAY_ENGINE_APPLICATION_HPP
#define USMP_GATEWAY_ENGINE_APPLICATION_HPP

#include <cstdint>
#include <string_view>

#include "registry/device_id.hpp"
#include "registry/wire_version.hpp"
#include "usmp/address.hpp"
#include "usmp/config.hpp"
#include "usmp/event.hpp"
#include "usmp/time.hpp"

namespace usmp::gateway {

/// Names a session of one engine, also when its memory serves another one later.
struct SessionHandle {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< 0: no session
  bool operator==(const SessionHandle&) const = default;
};

/// A message or datagram from a device. Everything in it is valid during the call only.
struct ArrivedMessage {
  const DeviceId& device;
  SessionHandle session;  ///< for Engine::reply()
  Bytes session_id;       ///< 16 bytes, for logs
  Bytes content;
  std::uint8_t channel;
  bool is_datagram;  ///< false: reliable, whole, once and in order within its session
  const Address& from;
  Instant now;
};

/// What became of a message to a device.
enum class Outcome : std::uint8_t {
  Delivered,  ///< the device has it whole; on a stream: handed to the connection
  TooLarge,   ///< larger than the device takes: never sent
  NoChannel,  ///< the device's wire has no channels but 0 (wire 2): never sent
  Full,       ///< this device's limit, or that of all, is reached: never sent, try again later
  Returned,   ///< given up (stop, revoked, no session and no holding): it may have arrived or not
};

/// The answer to each message that Engine::send(), reply() or Directory::send() took.
struct DeliveryReport {
  const DeviceId& device;
  std::uint64_t token;  ///< as given to send()
  Outcome outcome;
};

enum class SessionChange : std::uint8_t { Established, Moved, Woke, Asleep, Closed };

/// Valid during the call only.
struct SessionReport {
  const DeviceId& device;
  SessionHandle session;
  Bytes session_id;
  SessionChange change;
  Cause cause;             ///< of Closed
  const Address& address;  ///< of UDP and streams
  Medium medium;
  WireVersion wire;
  std::string_view line;      ///< the name of a serial line; empty elsewhere
  std::uint16_t max_message;  ///< the largest message that the device takes
  unsigned thread;            ///< whose engine has the session
};

/// Called only from within calls of Engine, on its thread. Within a call Engine::send(), reply(),
/// send_datagram() and everything of Directory may be called, nothing else of Engine.
class Application {
 public:
  virtual ~Application() = default;
  virtual void message_arrived(const ArrivedMessage& message) = 0;
  virtual void message_settled(const DeliveryReport& report) = 0;
  virtual void session_changed(const SessionReport& report) = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_APPLICATION_HPP
