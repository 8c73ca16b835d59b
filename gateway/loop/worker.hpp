// One thread of a gateway: waits for its sockets, feeds its engine, sends what that has to say.
// Everything of it happens on the thread that calls run(), but for what is marked.
#ifndef USMP_GATEWAY_LOOP_WORKER_HPP
#define USMP_GATEWAY_LOOP_WORKER_HPP

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/engine.hpp"
#include "listen/datagram_receiver.hpp"
#include "listen/datagram_sender.hpp"
#include "listen/poller.hpp"
#include "listen/serial_lines.hpp"
#include "listen/tcp_connections.hpp"
#include "loop/monotonic_clock.hpp"
#include "loop/server_application.hpp"

namespace usmp::gateway {

/// Batches taken from one UDP socket before the others have their turn.
inline constexpr int kBatchesPerTurn = 4;
/// How often sessions and connections hand on to each other before other work has its turn.
inline constexpr int kFlushRoundsMax = 8;
/// How long the end waits for connections to take what is left and to close, in milliseconds.
inline constexpr Duration kStopMax = 2'000;

/// The sockets of one thread; they outlive its worker.
struct WorkerSockets {
  std::vector<UdpSocket> udp;
  std::vector<int> tcp;
  std::vector<ListenUri> lines;  ///< serial ones, which the worker opens itself
};

/// What the workers of a server share; it outlives them.
struct WorkerContext {
  Directory& directory;
  LocalEndpoints& endpoints;
  ConnectionLimits& limits;
  ServerApplication& application;
};

class Worker final : private Output, private Application, private ConnectionUser, private LineUser {
 public:
  /// Throws ListenError if one of the lines cannot be opened.
  Worker(unsigned thread, const EngineConfig& config, const WorkerContext& context,
         std::unique_ptr<KeySource> keys, const WorkerSockets& sockets);

  /// Serves until stop(); then every session got its BYE 5.
  void run();

  // From any thread:

  /// Mail is there, or stop().
  void wake();
  void stop();
  /// Asks for the counters; wait_counters() gets them, also after the end.
  void want_counters();
  EngineCounters wait_counters();

 private:
  int timeout_ms(Instant now) const;
  void handle(const epoll_event& event, const MonotonicTime& time);
  void take_wake(const MonotonicTime& time);
  void take_datagrams(std::uint16_t socket_index, const MonotonicTime& time);
  void flush(Instant now);
  void begin_stop(Instant now);
  bool has_ended(Instant now) const;
  void publish_counters();
  EngineCounters all_counters() const;

  // Output
  MutableBytes datagram_room() override;
  void commit_datagram(std::size_t size, const Address& to) override;
  MutableBytes record_room(ConnectionId connection) override;
  void commit_record(ConnectionId connection, std::size_t size) override;
  void close_connection(ConnectionId connection) override;
  void pause_connection(ConnectionId connection) override;
  void resume_connection(ConnectionId connection) override;
  // Application
  void message_arrived(const ArrivedMessage& message) override;
  void message_settled(const DeliveryReport& report) override;
  void session_changed(const SessionReport& report) override;
  // ConnectionUser
  bool connection_opened(ConnectionId connection, const Address& peer) override;
  void packet_arrived(ConnectionId connection, MutableBytes packet) override;
  void connection_lost(ConnectionId connection) override;
  void connection_writable(ConnectionId connection) override;
  // LineUser
  void frame_arrived(ConnectionId line, MutableBytes packet) override;
  void line_writable(ConnectionId line) override;
  void line_noted(const std::string& text) override;

  ServerApplication& application_;
  std::unique_ptr<KeySource> keys_;
  WorkerSockets sockets_;
  Poller poller_;
  FileDescriptor wake_;  // eventfd
  DatagramReceiver receiver_;
  DatagramSender sender_;
  TcpConnections connections_;
  SerialLines lines_;
  Engine engine_;
  Instant now_;  // of the present turn, for what connections report
  Instant stop_until_{};
  bool is_flushed_ = true;
  bool is_stopping_ = false;

  std::atomic<bool> wake_is_due_{false};
  std::atomic<bool> stop_is_wanted_{false};
  std::atomic<bool> counters_are_wanted_{false};
  std::mutex counters_mutex_;
  std::condition_variable counters_published_;
  EngineCounters counters_;
  bool counters_are_fresh_ = false;
  bool has_run_ = false;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LOOP_WORKER_HPP
