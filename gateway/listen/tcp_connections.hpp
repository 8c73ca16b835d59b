// One thread's TCP connections: accepts, cuts bytes into packets (USMP3 §7), writes packets back,
// gives up on peers that do not read. Each connection has the framing that its first byte tells.
// An idle one holds no buffer. What a packet means is its user's business.
#ifndef USMP_GATEWAY_LISTEN_TCP_CONNECTIONS_HPP
#define USMP_GATEWAY_LISTEN_TCP_CONNECTIONS_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/output.hpp"
#include "listen/connection_limits.hpp"
#include "listen/file_descriptor.hpp"
#include "listen/poller.hpp"
#include "usmp/bytes.hpp"
#include "usmp/result.hpp"
#include "usmp/time.hpp"

namespace usmp::gateway {

/// Who the connections are for. Called only from within accept(), on_event(), flush() and
/// on_deadline().
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;
  /// False: not wanted, it is closed at once.
  virtual bool connection_opened(ConnectionId connection, const Address& peer) = 0;
  /// A whole packet, valid and writable during the call.
  virtual void packet_arrived(ConnectionId connection, MutableBytes packet) = 0;
  virtual void connection_lost(ConnectionId connection) = 0;
  /// It takes records again, after record_room() gave none.
  virtual void connection_writable(ConnectionId connection) = 0;
};

/// What waits to be written to one connection before it takes no more, in bytes.
inline constexpr std::size_t kWriteQueueMax = 64 * 1024;
/// Read from one connection before the others have their turn, in bytes.
inline constexpr std::size_t kReadSize = 64 * 1024;
/// A peer that takes nothing for so long is given up, in milliseconds.
inline constexpr Duration kWriteStallMax = 30'000;
/// How long a closed connection waits for its peer to close too, so that the last packet is read.
inline constexpr Duration kLingerMax = 2'000;
/// Connections accepted before others have their turn.
inline constexpr int kAcceptsPerTurn = 64;

class TcpConnections {
 public:
  /// All three outlive it. Packets larger than `packet_size_max` close their connection.
  TcpConnections(Poller& poller, ConnectionLimits& limits, ConnectionUser& user,
                 std::size_t packet_size_max);
  ~TcpConnections();

  /// Accepts from `socket_number` from now on; it is the caller's and outlives this.
  void add_listener(int socket_number);
  /// No more connections are accepted.
  void stop_listening();

  // What the poller reported, by the number of its tag.
  void accept(std::uint64_t listener, Instant now);
  void on_event(ConnectionId connection, std::uint32_t events, Instant now);

  // As in Output.
  MutableBytes record_room(ConnectionId connection);
  void commit_record(ConnectionId connection, std::size_t size);
  void close(ConnectionId connection);
  /// No packets of it until resume_connection(), after which flush() hands them in. What has come
  /// meanwhile of a connection that breaks is handed in before it is lost.
  void pause_connection(ConnectionId connection);
  void resume_connection(ConnectionId connection);

  /// Writes what was committed. True: a connection became writable, its user may have more.
  bool flush(Instant now);
  /// When on_deadline() is due; nothing: never.
  std::optional<Instant> next_deadline() const { return deadline_; }
  void on_deadline(Instant now);

  /// Connections for which something is still to be written.
  bool is_writing() const;
  std::size_t count() const { return count_; }
  /// Connections refused because of a limit or because the system had no more.
  std::uint64_t refused_count() const { return refused_count_; }

 private:
  struct Connection;
  struct Listener {
    int socket_number;
    bool is_paused;
  };

  Connection* find(ConnectionId id);
  void open(FileDescriptor socket, const IpAddress& ip, std::uint16_t port, Instant now);
  void read(Connection& connection);
  Result<MutableBytes> take_packet(const Connection& connection, MutableBytes& input) const;
  bool take_packets(Connection& connection, MutableBytes input);
  void write(Connection& connection, Instant now);
  void queue_emptied(Connection& connection, Instant now);
  void lose(Connection& connection);
  void destroy(Connection& connection);
  void take_begun(Connection& connection);
  void watch(Connection& connection);
  void time(Connection& connection, Instant now);
  void pause_listeners(Instant now);
  void resume_listeners();

  Poller& poller_;
  ConnectionLimits& limits_;
  ConnectionUser& user_;
  std::size_t packet_size_max_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<ConnectionId> dirty_;    // something is to be written
  std::vector<ConnectionId> timed_;    // stalled or lingering
  std::vector<ConnectionId> resumed_;  // packets of it may be here already
  std::vector<std::vector<std::uint8_t>> spare_queues_;
  std::vector<std::uint8_t> input_;   // of the connection being read
  std::vector<std::uint8_t> staged_;  // the record being built
  std::optional<Instant> deadline_;
  std::uint64_t refused_count_ = 0;
  std::size_t count_ = 0;
  std::uint32_t generation_ = 0;
  bool became_writable_ = false;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_TCP_CONNECTIONS_HPP
