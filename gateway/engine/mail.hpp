// What one thread of a gateway, or its application, tells an engine of another thread.
#ifndef USMP_GATEWAY_ENGINE_MAIL_HPP
#define USMP_GATEWAY_ENGINE_MAIL_HPP

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/application.hpp"
#include "engine/held_message.hpp"
#include "registry/device_id.hpp"
#include "usmp/address.hpp"

namespace usmp::gateway {

/// A packet that came to another thread than the one that gave its cid.
struct ForwardedPacket {
  std::vector<std::uint8_t> packet;
  Address from;
};

/// A message to a device that had `session` here when it was posted.
struct PostedMessage {
  DeviceId device;
  SessionHandle session;
  HeldMessagePtr message;
  bool is_for_session_only = false;  ///< Returned when that is over, never for another one
};

struct PostedDatagram {
  DeviceId device;
  std::vector<std::uint8_t> content;
  std::uint8_t channel;
};

/// What the application wants of one session; without it if that is over.
struct SessionOrder {
  enum class Kind : std::uint8_t { Resume, Ping, Rekey, Close };
  SessionHandle session;
  Kind kind;
};

/// Messages given back by a session that ended, for the device's present one. `complete`: it was
/// replaced by that one, and nothing more comes.
struct Handover {
  DeviceId device;
  SessionHandle session;  ///< the present one
  HeldMessageList messages;
  bool complete;
};

/// The device has a newer session on thread `successor_thread`.
struct Replaced {
  DeviceId device;
  SessionHandle session;  ///< the older one
  unsigned successor_thread;
  SessionHandle successor;
};

/// The device's key came, changed or went; a session made with an older one ends.
struct CredentialsChanged {
  DeviceId device;
  std::int64_t generation;
  bool is_revoked;
};

/// Messages that could not be kept for a device without a session.
struct MessageSettled {
  DeviceId device;
  std::uint64_t token;
  Outcome outcome;
};

using Mail = std::variant<ForwardedPacket, PostedMessage, PostedDatagram, Handover, Replaced,
                          CredentialsChanged, MessageSettled, SessionOrder>;

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_MAIL_HPP
