// A session on the gateway with what the engine keeps beside it. Idle it is all there is of a
// device here: packet buffers are lent only while it is busy.
#ifndef USMP_GATEWAY_ENGINE_SESSION_RECORD_HPP
#define USMP_GATEWAY_ENGINE_SESSION_RECORD_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/application.hpp"
#include "engine/held_message.hpp"
#include "engine/hosted_session.hpp"
#include "engine/output.hpp"
#include "registry/device_id.hpp"
#include "usmp/config.hpp"

namespace usmp::gateway {

struct SessionRecord {
  explicit SessionRecord(const DeviceId& id) : device(id) {}
  /// Frees messages that nobody took back.
  ~SessionRecord();
  SessionRecord(const SessionRecord&) = delete;
  SessionRecord& operator=(const SessionRecord&) = delete;

  HostedSession session;
  DeviceId device;
  Address peer{};               // where the handshake came from
  ConnectionId connection = 0;  // of a stream or a line
  const std::string* line_name = nullptr;
  SessionHandle handle;
  std::int64_t key_generation = 0;
  HeldMessageList pending;  // not with the session: a handover is awaited, or the session is over
  std::unique_ptr<std::uint8_t[]> datagram;  // the session borrows it until it is sent
  std::size_t held_bytes = 0;
  std::uint32_t held_count = 0;
  std::uint32_t resent_counted = 0;
  Medium medium = Medium::Udp;
  bool is_dirty = false;            // in the list of those that may have something to send
  bool is_retired = false;          // over for everybody; only its BYE is still to be sent
  bool awaits_handover = false;     // the thread of its predecessor has messages for it
  bool awaits_send_buffer = false;  // all were lent
  bool is_paused = false;           // the application takes no messages of it now
  bool is_blocked = false;          // its connection or line takes no more now

  bool is_stream() const { return usmp::is_stream(medium); }
  const Address& address() const { return session.address().size != 0 ? session.address() : peer; }
  /// Its packets are told by where they come from.
  bool is_named_by_address() const { return medium == Medium::Udp && session.cid().empty(); }
};

/// What an idle session may cost, its places in the tables included.
inline constexpr std::size_t kIdleSessionSizeMax = 1024;
inline constexpr std::size_t kIdleSessionTablesSize = 64;  // slot, one index, deadline heap
static_assert(sizeof(SessionRecord) + kIdleSessionTablesSize <= kIdleSessionSizeMax);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_SESSION_RECORD_HPP
