// TCP connections: see tcp_connections.hpp.
#include "listen/tcp_connections.hpp"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>

#include "listen/socket_address.hpp"
#include "usmp/framing/stream_record.hpp"
#include "usmp/wire2/gateway_handshake.hpp"
#include "usmp/wire2/stream_reader.hpp"

namespace usmp::gateway {
namespace {

constexpr unsigned kSlotBits = 24;
constexpr std::size_t kSpareQueuesMax = 64;
/// How often stalled and lingering connections are looked at, and a full system is asked again.
constexpr Duration kLookInterval = 500;

}  // namespace

struct TcpConnections::Connection {
  enum class Phase : std::uint8_t {
    Open,
    Closing,    ///< its user is done with it; what is queued is still written
    Lingering,  ///< all is written, the peer has yet to close
  };

  enum class Framing : std::uint8_t { Unknown, Records, Wire2Frames };

  FileDescriptor socket;
  ConnectionId id = 0;
  IpAddress peer_ip{};
  std::vector<std::uint8_t> begun;  // of a record that is not whole yet
  std::vector<std::uint8_t> queue;
  std::size_t queue_written = 0;
  Instant progress{};  // when something was written last, or the lingering began
  Phase phase = Phase::Open;
  Framing framing = Framing::Unknown;  // its first byte tells
  bool is_dirty = false;
  bool is_timed = false;
  bool is_starved = false;  // its user was given no room
  bool watches_write = false;
  bool is_paused = false;  // its user takes no packets now

  std::size_t queued_size() const { return queue.size() - queue_written; }
};

TcpConnections::TcpConnections(Poller& poller, ConnectionLimits& limits, ConnectionUser& user,
                               std::size_t packet_size_max)
    : poller_(poller),
      limits_(limits),
      user_(user),
      packet_size_max_(packet_size_max),
      input_(packet_size_max + kStreamRecordHeaderSize + kReadSize),
      staged_(kStreamRecordOverhead + kRecordSizeMax) {}

TcpConnections::~TcpConnections() {
  for (const std::unique_ptr<Connection>& connection : slots_) {
    if (connection) limits_.leave(connection->peer_ip);
  }
}

void TcpConnections::add_listener(int socket_number) {
  const std::uint64_t tag = make_tag(Source::TcpListener, listeners_.size());
  listeners_.push_back({socket_number, !poller_.add(socket_number, EPOLLIN, tag)});
}

void TcpConnections::stop_listening() {
  for (std::size_t index = 0; index < listeners_.size(); ++index) {
    poller_.modify(listeners_[index].socket_number, 0, make_tag(Source::TcpListener, index));
  }
  listeners_.clear();
}

void TcpConnections::accept(std::uint64_t listener, Instant now) {
  if (listener >= listeners_.size() || listeners_[listener].is_paused) return;
  for (int turn = 0; turn < kAcceptsPerTurn; ++turn) {
    SocketAddress peer;
    socklen_t size = sizeof peer;
    FileDescriptor socket(accept4(listeners_[listener].socket_number, &peer.generic, &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.is_open()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        // The connection stays in the backlog and would wake the loop without end.
        ++refused_count_;
        pause_listeners(now);
      }
      if (errno == ECONNABORTED || errno == EINTR) continue;
      return;
    }
    open(std::move(socket), ip_of(peer), port_of(peer), now);
  }
}

void TcpConnections::open(FileDescriptor socket, const IpAddress& ip, std::uint16_t port,
                          Instant now) {
  const bool has_slot = !free_slots_.empty() || slots_.size() < (1U << kSlotBits);
  if (!has_slot || !limits_.enter(ip)) {
    ++refused_count_;
    return;
  }
  // Packets go as they are made: waiting for more would only delay them.
  const int on = 1;
  (void)setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t slot = free_slots_.back();
  auto made = std::make_unique<Connection>();
  made->socket = std::move(socket);
  made->id = ConnectionId{++generation_} << kSlotBits | slot;
  made->peer_ip = ip;
  made->progress = now;
  free_slots_.pop_back();
  Connection& connection = *made;
  slots_[slot] = std::move(made);
  ++count_;

  const std::uint64_t tag = make_tag(Source::TcpConnection, connection.id);
  if (!poller_.add(connection.socket.number(), EPOLLIN, tag) ||
      !user_.connection_opened(connection.id, make_address(ip, port, 0))) {
    ++refused_count_;
    destroy(connection);
  }
}

TcpConnections::Connection* TcpConnections::find(ConnectionId id) {
  const std::size_t slot = id & ((1U << kSlotBits) - 1);
  if (slot >= slots_.size() || !slots_[slot] || slots_[slot]->id != id) return nullptr;
  return slots_[slot].get();
}

void TcpConnections::on_event(ConnectionId id, std::uint32_t events, Instant now) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  if ((events & EPOLLOUT) != 0) {
    write(*connection, now);
    connection = find(id);
    if (connection == nullptr) return;
  }
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) return;
  if (connection->is_paused) {
    // Only its end is told of one that is paused, again and again. What came before is bounded by
    // the system's buffer, and is handed in whether its user has room or not.
    connection->is_paused = false;
    take_begun(*connection);
    connection = find(id);
    if (connection == nullptr) return;
  }
  // Also for EPOLLHUP and EPOLLERR: what came before the end is still there to be read.
  read(*connection);
}

void TcpConnections::read(Connection& connection) {
  const std::size_t begun_size = connection.begun.size();
  if (begun_size != 0) memcpy(input_.data(), connection.begun.data(), begun_size);
  const ssize_t count =
      recv(connection.socket.number(), input_.data() + begun_size, kReadSize, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    lose(connection);
    return;
  }
  if (connection.phase != Connection::Phase::Open) return;
  if (!take_packets(connection,
                    MutableBytes(input_.data(), begun_size + static_cast<std::size_t>(count)))) {
    lose(connection);
  }
}

// USMP3 §7: versions 2 and 3 are told apart by the first byte.
Result<MutableBytes> TcpConnections::take_packet(const Connection& connection,
                                                 MutableBytes& input) const {
  return connection.framing == Connection::Framing::Wire2Frames
             ? wire2::take_stream_frame(input)
             : take_stream_record(input, packet_size_max_);
}

bool TcpConnections::take_packets(Connection& connection, MutableBytes input) {
  if (connection.framing == Connection::Framing::Unknown) {
    connection.framing = input[0] == wire2::kMagicLow ? Connection::Framing::Wire2Frames
                                                      : Connection::Framing::Records;
  }
  for (;;) {
    const Result<MutableBytes> packet = take_packet(connection, input);
    // USMP3 §7: a count beyond what is allowed closes the connection.
    if (!packet.ok()) return false;
    if (packet.value.empty()) break;
    user_.packet_arrived(connection.id, packet.value);
    if (connection.phase != Connection::Phase::Open) {
      input = MutableBytes();
      break;
    }
    if (connection.is_paused) break;
  }
  if (input.empty()) {
    std::vector<std::uint8_t>().swap(connection.begun);
  } else {
    connection.begun.assign(input.data, input.data + input.size);
  }
  return true;
}

void TcpConnections::pause_connection(ConnectionId id) {
  Connection* connection = find(id);
  if (connection == nullptr || connection->is_paused) return;
  connection->is_paused = true;
  watch(*connection);
}

void TcpConnections::resume_connection(ConnectionId id) {
  Connection* connection = find(id);
  if (connection == nullptr || !connection->is_paused) return;
  connection->is_paused = false;
  resumed_.push_back(id);
}

// The packets that came before the pause, or in it.
void TcpConnections::take_begun(Connection& connection) {
  const std::size_t size = connection.begun.size();
  if (size == 0 || connection.phase != Connection::Phase::Open) return;
  memcpy(input_.data(), connection.begun.data(), size);
  if (!take_packets(connection, MutableBytes(input_.data(), size))) lose(connection);
}

MutableBytes TcpConnections::record_room(ConnectionId id) {
  Connection* connection = find(id);
  if (connection == nullptr || connection->phase != Connection::Phase::Open) return {};
  if (connection->queued_size() >= kWriteQueueMax) {
    connection->is_starved = true;
    return {};
  }
  return MutableBytes(staged_.data(), staged_.size()).from(kStreamRecordOverhead);
}

void TcpConnections::commit_record(ConnectionId id, std::size_t size) {
  Connection* connection = find(id);
  if (connection == nullptr) return;
  MutableBytes record =
      MutableBytes(staged_.data(), staged_.size()).first(kStreamRecordOverhead + size);
  if (connection->framing == Connection::Framing::Wire2Frames) {
    record = record.from(kStreamRecordOverhead);  // a frame tells its own length
  } else if (stream_record_in_place(record) != Error::None) {
    return;
  }
  if (connection->queue.empty() && !spare_queues_.empty()) {
    connection->queue = std::move(spare_queues_.back());
    spare_queues_.pop_back();
  }
  connection->queue.insert(connection->queue.end(), record.data, record.data + record.size);
  if (!connection->is_dirty) dirty_.push_back(id);
  connection->is_dirty = true;
}

void TcpConnections::close(ConnectionId id) {
  Connection* connection = find(id);
  if (connection == nullptr || connection->phase != Connection::Phase::Open) return;
  connection->phase = Connection::Phase::Closing;
  if (connection->is_paused) {
    connection->is_paused = false;
    watch(*connection);
  }
  if (!connection->is_dirty) dirty_.push_back(id);
  connection->is_dirty = true;
}

bool TcpConnections::flush(Instant now) {
  became_writable_ = false;
  std::vector<ConnectionId> resumed;
  resumed.swap(resumed_);
  for (const ConnectionId id : resumed) {
    if (Connection* connection = find(id)) take_begun(*connection);
    if (Connection* connection = find(id)) watch(*connection);
    became_writable_ = true;  // its user has answers to write
  }
  for (std::size_t index = 0; index < dirty_.size(); ++index) {
    Connection* connection = find(dirty_[index]);
    if (connection == nullptr) continue;
    connection->is_dirty = false;
    // One that waits for the peer to read is written to when that happened.
    if (!connection->watches_write) write(*connection, now);
  }
  dirty_.clear();
  return became_writable_;
}

void TcpConnections::write(Connection& connection, Instant now) {
  while (connection.queued_size() != 0) {
    const ssize_t count =
        send(connection.socket.number(), connection.queue.data() + connection.queue_written,
             connection.queued_size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == ENOBUFS)) break;
    if (count <= 0) {
      lose(connection);
      return;
    }
    connection.queue_written += static_cast<std::size_t>(count);
    connection.progress = now;
  }
  if (connection.queued_size() == 0) {
    queue_emptied(connection, now);
  } else if (!connection.watches_write) {
    connection.watches_write = true;
    watch(connection);
    time(connection, now);
  }
}

void TcpConnections::queue_emptied(Connection& connection, Instant now) {
  connection.queue_written = 0;
  connection.queue.clear();
  if (connection.queue.capacity() != 0 && spare_queues_.size() < kSpareQueuesMax) {
    spare_queues_.push_back(std::move(connection.queue));
  }
  std::vector<std::uint8_t>().swap(connection.queue);
  if (connection.watches_write) {
    connection.watches_write = false;
    watch(connection);
  }
  if (connection.is_starved) {
    connection.is_starved = false;
    became_writable_ = true;
    user_.connection_writable(connection.id);
  }
  if (connection.phase == Connection::Phase::Closing) {
    // To close at once with bytes unread would take back what was just sent.
    connection.phase = Connection::Phase::Lingering;
    (void)shutdown(connection.socket.number(), SHUT_WR);
    connection.progress = now;
    time(connection, now);
  }
}

void TcpConnections::lose(Connection& connection) {
  if (connection.phase == Connection::Phase::Open) {
    connection.phase = Connection::Phase::Closing;
    user_.connection_lost(connection.id);
  }
  destroy(connection);
}

void TcpConnections::destroy(Connection& connection) {
  limits_.leave(connection.peer_ip);
  const std::size_t slot = connection.id & ((1U << kSlotBits) - 1);
  slots_[slot].reset();
  free_slots_.push_back(static_cast<std::uint32_t>(slot));
  --count_;
}

void TcpConnections::watch(Connection& connection) {
  std::uint32_t events = connection.is_paused ? 0U : EPOLLIN;
  if (connection.watches_write) events |= EPOLLOUT;
  poller_.modify(connection.socket.number(), events,
                 make_tag(Source::TcpConnection, connection.id));
}

void TcpConnections::time(Connection& connection, Instant now) {
  if (connection.is_timed) return;
  connection.is_timed = true;
  connection.progress = now;
  timed_.push_back(connection.id);
  if (!deadline_) deadline_ = now + kLookInterval;
}

void TcpConnections::on_deadline(Instant now) {
  if (!deadline_ || now.before(*deadline_)) return;
  deadline_.reset();
  resume_listeners();
  std::vector<ConnectionId> looked_at;
  looked_at.swap(timed_);
  for (const ConnectionId id : looked_at) {
    Connection* connection = find(id);
    if (connection == nullptr) continue;
    const bool is_lingering = connection->phase == Connection::Phase::Lingering;
    const Duration limit = is_lingering ? kLingerMax : kWriteStallMax;
    if (!is_lingering && connection->queued_size() == 0) {
      connection->is_timed = false;
    } else if (now.since(connection->progress) >= limit) {
      lose(*connection);
    } else {
      timed_.push_back(id);
    }
  }
  if (!timed_.empty()) deadline_ = now + kLookInterval;
}

void TcpConnections::pause_listeners(Instant now) {
  for (std::size_t index = 0; index < listeners_.size(); ++index) {
    listeners_[index].is_paused = true;
    poller_.modify(listeners_[index].socket_number, 0, make_tag(Source::TcpListener, index));
  }
  if (!deadline_) deadline_ = now + kLookInterval;
}

void TcpConnections::resume_listeners() {
  for (std::size_t index = 0; index < listeners_.size(); ++index) {
    if (!listeners_[index].is_paused) continue;
    listeners_[index].is_paused = false;
    poller_.modify(listeners_[index].socket_number, EPOLLIN, make_tag(Source::TcpListener, index));
  }
}

bool TcpConnections::is_writing() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const std::unique_ptr<Connection>& slot) {
    return slot && slot->phase != Connection::Phase::Lingering && slot->queued_size() != 0;
  });
}

}  // namespace usmp::gateway
