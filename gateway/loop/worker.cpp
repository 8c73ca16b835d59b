// One thread's loop: see worker.hpp.
#include "loop/worker.hpp"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "listen/listen_error.hpp"

namespace usmp::gateway {
namespace {

std::size_t packet_size_max(const ReceiveLimits& limits) {
  // USMP3 §1: max_packet does not bind handshake packets.
  return std::max<std::size_t>(limits.max_packet, kHelloSizeMax);
}

}  // namespace

Worker::Worker(unsigned thread, const EngineConfig& config, const WorkerContext& context,
               std::unique_ptr<KeySource> keys, const WorkerSockets& sockets)
    : application_(context.application),
      keys_(std::move(keys)),
      sockets_(sockets),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      receiver_(packet_size_max(config.udp_limits), context.endpoints),
      sender_(kDatagramSizeMax, sockets.udp, context.endpoints),
      connections_(poller_, context.limits, *this, packet_size_max(config.stream_limits)),
      lines_(poller_, *this, packet_size_max(config.line_limits)),
      engine_(config, thread, context.directory, *keys_, *this, *this, MonotonicTime::read().now),
      now_(MonotonicTime::read().now) {
  bool is_watched =
      wake_.is_open() && poller_.add(wake_.number(), EPOLLIN, make_tag(Source::Mailbox, 0));
  for (std::size_t index = 0; index < sockets_.udp.size(); ++index) {
    is_watched &=
        poller_.add(sockets_.udp[index].number, EPOLLIN, make_tag(Source::UdpSocket, index));
  }
  if (!is_watched) throw std::system_error(errno, std::generic_category(), "epoll");
  for (const int listener : sockets_.tcp) connections_.add_listener(listener);
  for (std::size_t index = 0; index < sockets_.lines.size(); ++index) {
    const ListenUri& uri = sockets_.lines[index];
    if (!engine_.open_line(line_id(index), uri.text())) {
      throw ListenError(ListenFault::Failed, uri.text() + ": there are too many serial lines");
    }
    lines_.add(line_id(index), uri, now_);
  }
}

void Worker::run() {
  MonotonicTime time = MonotonicTime::read();
  while (!has_ended(time.now)) {
    const auto events = poller_.wait(timeout_ms(time.now));
    time = MonotonicTime::read();
    now_ = time.now;
    for (const epoll_event& event : events) handle(event, time);
    if (time.now.reached(engine_.next_deadline(time.now))) engine_.on_deadline(time.now);
    connections_.on_deadline(time.now);
    lines_.on_deadline(time.now);
    flush(time.now);
  }
  const std::lock_guard lock(counters_mutex_);
  counters_ = all_counters();
  has_run_ = true;
  counters_published_.notify_all();
}

int Worker::timeout_ms(Instant now) const {
  if (!is_flushed_ && !is_stopping_) return 0;
  Instant deadline = engine_.next_deadline(now);
  const auto earlier = [&deadline](Instant other) {
    if (other.before(deadline)) deadline = other;
  };
  if (const auto of_connections = connections_.next_deadline()) earlier(*of_connections);
  if (const auto of_lines = lines_.next_deadline(now)) earlier(*of_lines);
  // While it ends there is little to wait for, and it is looked at often.
  if (is_stopping_) earlier(now + 10);
  return static_cast<int>(deadline.since(now));
}

void Worker::handle(const epoll_event& event, const MonotonicTime& time) {
  const std::uint64_t number = number_of_tag(event.data.u64);
  switch (source_of(event.data.u64)) {
    case Source::Mailbox:
      take_wake(time);
      break;
    case Source::UdpSocket:
      take_datagrams(static_cast<std::uint16_t>(number), time);
      break;
    case Source::TcpListener:
      connections_.accept(number, time.now);
      break;
    case Source::TcpConnection:
      connections_.on_event(number, event.events, time.now);
      break;
    case Source::Line:
      lines_.on_event(line_id(number), event.events, time.now);
      break;
  }
}

void Worker::wake() {
  // One number in the eventfd is enough until the thread has read it.
  if (wake_is_due_.exchange(true)) return;
  const std::uint64_t one = 1;
  (void)!write(wake_.number(), &one, sizeof one);
}

void Worker::take_wake(const MonotonicTime& time) {
  std::uint64_t count = 0;
  (void)!read(wake_.number(), &count, sizeof count);
  wake_is_due_.store(false);  // before looking: what comes from here on wakes again
  engine_.take_mail(time.now, time.seconds);
  if (counters_are_wanted_.exchange(false)) publish_counters();
  if (stop_is_wanted_.load() && !is_stopping_) begin_stop(time.now);
}

void Worker::take_datagrams(std::uint16_t socket_index, const MonotonicTime& time) {
  for (int turn = 0; turn < kBatchesPerTurn; ++turn) {
    for (const ReceivedDatagram& datagram :
         receiver_.receive(sockets_.udp[socket_index].number, socket_index)) {
      engine_.receive_datagram(datagram.packet, datagram.from, time.now, time.seconds);
    }
    // Answers leave with each batch: the whole turn may last some milliseconds under load.
    flush(time.now);
    if (!receiver_.was_full()) break;
  }
}

void Worker::flush(Instant now) {
  for (int round = 0; round < kFlushRoundsMax; ++round) {
    is_flushed_ = engine_.flush(now);
    sender_.flush();
    // One that takes packets again means more to write for its session.
    const bool has_writable_connection = connections_.flush(now);
    if (!lines_.flush(now) && !has_writable_connection) {
      // What has no room in its connection or line waits for connection_writable(), not for the
      // next turn.
      is_flushed_ = true;
      return;
    }
  }
  is_flushed_ = false;
}

void Worker::stop() {
  stop_is_wanted_.store(true);
  wake();
}

void Worker::begin_stop(Instant now) {
  is_stopping_ = true;
  stop_until_ = now + kStopMax;
  for (std::size_t index = 0; index < sockets_.udp.size(); ++index) {
    poller_.modify(sockets_.udp[index].number, 0, make_tag(Source::UdpSocket, index));
  }
  connections_.stop_listening();
  lines_.begin_end();
  engine_.stop(now);
}

bool Worker::has_ended(Instant now) const {
  if (!is_stopping_) return false;
  return (is_flushed_ && connections_.count() == 0 && !lines_.is_writing()) ||
         now.reached(stop_until_);
}

void Worker::want_counters() {
  {
    const std::lock_guard lock(counters_mutex_);
    counters_are_fresh_ = has_run_;
  }
  counters_are_wanted_.store(true);
  wake();
}

EngineCounters Worker::wait_counters() {
  std::unique_lock lock(counters_mutex_);
  counters_published_.wait(lock, [this] { return counters_are_fresh_ || has_run_; });
  return counters_;
}

EngineCounters Worker::all_counters() const {
  EngineCounters counters = engine_.counters();
  lines_.add_to(counters);
  return counters;
}

void Worker::publish_counters() {
  const EngineCounters now = all_counters();
  const std::lock_guard lock(counters_mutex_);
  counters_ = now;
  counters_are_fresh_ = true;
  counters_published_.notify_all();
}

MutableBytes Worker::datagram_room() { return sender_.buffer(); }

void Worker::commit_datagram(std::size_t size, const Address& to) { sender_.commit(size, to); }

MutableBytes Worker::record_room(ConnectionId connection) {
  return is_line(connection) ? lines_.record_room(connection, now_)
                             : connections_.record_room(connection);
}

void Worker::commit_record(ConnectionId connection, std::size_t size) {
  if (is_line(connection)) {
    lines_.commit_record(connection, size);
  } else {
    connections_.commit_record(connection, size);
  }
}

void Worker::close_connection(ConnectionId connection) { connections_.close(connection); }

void Worker::pause_connection(ConnectionId connection) {
  connections_.pause_connection(connection);
}

void Worker::resume_connection(ConnectionId connection) {
  connections_.resume_connection(connection);
}

void Worker::message_arrived(const ArrivedMessage& message) {
  application_.message_arrived(engine_, message);
}

void Worker::message_settled(const DeliveryReport& report) { application_.message_settled(report); }

void Worker::session_changed(const SessionReport& report) { application_.session_changed(report); }

bool Worker::connection_opened(ConnectionId connection, const Address& peer) {
  return engine_.open_connection(connection, peer, now_);
}

void Worker::packet_arrived(ConnectionId connection, MutableBytes packet) {
  engine_.receive_record(connection, packet, now_);
}

void Worker::connection_lost(ConnectionId connection) { engine_.connection_lost(connection, now_); }

void Worker::connection_writable(ConnectionId connection) {
  engine_.connection_writable(connection);
}

void Worker::frame_arrived(ConnectionId line, MutableBytes packet) {
  engine_.receive_frame(line, packet, now_);
}

void Worker::line_writable(ConnectionId line) { engine_.connection_writable(line); }

void Worker::line_noted(const std::string& text) { application_.warned(text); }

}  // namespace usmp::gateway
