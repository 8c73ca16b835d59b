// Where an engine's packets go: the loop's batch of datagrams and its connections, or a simulator's
// network. Packets are written in place, so that a batch needs no copy.
#ifndef USMP_GATEWAY_ENGINE_OUTPUT_HPP
#define USMP_GATEWAY_ENGINE_OUTPUT_HPP

#include <cstddef>
#include <cstdint>

#include "usmp/address.hpp"
#include "usmp/bytes.hpp"
#include "usmp/limits.hpp"

namespace usmp::gateway {

/// Names a stream connection or a serial line of one engine; the loop chooses it and uses none
/// twice at a time.
using ConnectionId = std::uint64_t;

/// Lines have ids of their own, so that one look tells them from connections.
inline constexpr ConnectionId kLineBit = ConnectionId{1} << 63U;
constexpr ConnectionId line_id(std::uint64_t number) { return kLineBit | number; }
constexpr std::uint64_t line_number(ConnectionId line) { return line & ~kLineBit; }
constexpr bool is_line(ConnectionId connection) { return (connection & kLineBit) != 0; }

/// The largest packet that an engine sends in a datagram, and in a stream record or a line's frame.
inline constexpr std::size_t kDatagramSizeMax = kMaxPacketUdp;
inline constexpr std::size_t kRecordSizeMax = 4096;

/// Called only from within calls of Engine, on its thread. Must not call the engine back.
class Output {
 public:
  virtual ~Output() = default;

  /// Room for the next datagram, kDatagramSizeMax bytes at least; or empty, if no more can be taken
  /// now: what the engine wanted to send it keeps, or the device asks again; call flush() when
  /// there is room. Asking twice without commit_datagram() gives the same room.
  virtual MutableBytes datagram_room() = 0;
  /// The first `size` bytes of that room are a datagram to `to` (an address as it came in).
  virtual void commit_datagram(std::size_t size, const Address& to) = 0;

  /// Room for the next packet of a connection or line, kRecordSizeMax bytes at least, without the
  /// record header or frame (USMP3 §7), which the loop adds; or empty, if it takes no more now:
  /// then call Engine::connection_writable() when it does.
  virtual MutableBytes record_room(ConnectionId connection) = 0;
  virtual void commit_record(ConnectionId connection, std::size_t size) = 0;
  /// Not for lines. The engine has forgotten the connection: send what was committed, then close
  /// it. The loop does not report it with connection_lost() any more, nor hands in records.
  virtual void close_connection(ConnectionId connection) = 0;
  /// Not for lines. Hand in no more records of the connection, and read none, until it is resumed:
  /// so the peer finds its way closed. resume_connection() hands in nothing before it returns.
  /// Where these do nothing an application that calls Engine::pause() gets more than it wanted.
  virtual void pause_connection(ConnectionId /*connection*/) {}
  virtual void resume_connection(ConnectionId /*connection*/) {}
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_OUTPUT_HPP
