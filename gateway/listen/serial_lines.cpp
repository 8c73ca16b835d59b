// Serial lines: see serial_lines.hpp.
#include "listen/serial_lines.hpp"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>

#include "listen/listen_error.hpp"
#include "listen/serial_port.hpp"
#include "listen/socket_address.hpp"
#include "usmp/framing/serial.hpp"

namespace usmp::gateway {
namespace {

/// A byte on the line: start bit, 8 data bits, stop bit.
constexpr std::uint64_t kBitsPerByte = 10;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;
/// When a server that is silent is asked for a sign of life, how often, and how many go unanswered
/// before it is given up; in seconds.
constexpr int kServerIdle = 30;
constexpr int kServerProbeInterval = 10;
constexpr int kServerProbes = 3;

void prepare_server_socket(int number) {
  const auto set = [number](int level, int name, int value) {
    (void)setsockopt(number, level, name, &value, sizeof value);
  };
  // Frames go as they are made. A server that is gone without a word is noticed also while the
  // gateway has nothing to say.
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kServerIdle);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kServerProbeInterval);
  set(IPPROTO_TCP, TCP_KEEPCNT, kServerProbes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, (kServerIdle + kServerProbes * kServerProbeInterval) * 1000);
}

}  // namespace

struct SerialLines::Line {
  enum class Phase : std::uint8_t {
    Closed,    ///< until retry_at
    Dialling,  ///< the server's answer is awaited, until retry_at
    Open,
  };

  Line(ConnectionId the_id, const ListenUri& the_uri, std::size_t packet_size_max)
      : id(the_id),
        uri(the_uri),
        packet(packet_size_max),
        deframer(MutableBytes(packet.data(), packet.size())) {}

  std::size_t queued_size() const { return queue.size() - queue_written; }
  bool is_server() const { return uri.transport == Transport::SerialTcp; }
  /// How long the line will be busy with what the system has got, in microseconds.
  std::uint64_t ahead_us(Instant now) const {
    const std::uint64_t passed = std::uint64_t{now.since(ahead_since)} * 1000;
    return passed >= ahead_us_then ? 0 : ahead_us_then - passed;
  }
  void count_ahead(std::size_t size, Instant now) {
    if (is_server()) return;  // it has its own pace, and TCP tells it
    ahead_us_then = ahead_us(now) + size * kBitsPerByte * kMicrosecondsPerSecond / uri.baud_rate;
    ahead_since = now;
  }

  const ConnectionId id;
  const ListenUri uri;
  FileDescriptor file;
  Phase phase = Phase::Closed;
  Instant retry_at{};
  std::vector<SocketAddress> addresses;  // of a server
  std::size_t address_index = 0;
  std::vector<std::uint8_t> packet;
  SerialDeframer deframer;
  std::vector<std::uint8_t> queue;
  std::size_t queue_written = 0;
  std::uint64_t ahead_us_then = 0;
  Instant ahead_since{};
  bool is_starved = false;  // its user was given no room
  bool watches_write = false;
  bool is_told_lost = false;
  EngineCounters counters;  // of the lines' part what is not in the deframer
};

SerialLines::SerialLines(Poller& poller, LineUser& user, std::size_t packet_size_max)
    : poller_(poller),
      user_(user),
      packet_size_max_(packet_size_max),
      input_(kLineReadSize),
      staged_(kRecordSizeMax) {}

SerialLines::~SerialLines() = default;

void SerialLines::add(ConnectionId id, const ListenUri& uri, Instant now) {
  auto line = std::make_unique<Line>(id, uri, packet_size_max_);
  line->ahead_since = now;
  // A name is looked up once: later the whole thread would wait for a name server.
  if (line->is_server()) line->addresses = resolve(uri);
  open(*line, now);
  lines_.push_back(std::move(line));
}

SerialLines::Line* SerialLines::find(ConnectionId id) const {
  for (const auto& line : lines_) {
    if (line->id == id) return line.get();
  }
  return nullptr;
}

void SerialLines::open(Line& line, Instant now) {
  if (line.is_server()) {
    dial(line, now);
    return;
  }
  line.file = open_serial_port(line.uri);
  if (!poller_.add(line.file.number(), EPOLLIN, make_tag(Source::Line, line_number(line.id)))) {
    line.file.close();
    throw ListenError(ListenFault::Failed, line.uri.text() + ": the system cannot watch it");
  }
  opened(line, now);
}

void SerialLines::dial(Line& line, Instant now) {
  const SocketAddress& address = line.addresses[line.address_index];
  line.address_index = (line.address_index + 1) % line.addresses.size();
  line.file =
      FileDescriptor(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  line.phase = Line::Phase::Dialling;
  line.retry_at = now + kLineDialMax;
  line.watches_write = true;
  if (!line.file.is_open() ||
      (connect(line.file.number(), &address.generic, address.size()) != 0 &&
       errno != EINPROGRESS) ||
      !poller_.add(line.file.number(), EPOLLIN | EPOLLOUT,
                   make_tag(Source::Line, line_number(line.id)))) {
    lose(line, strerror(errno), now);
  }
}

void SerialLines::finish_dialling(Line& line, Instant now) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(line.file.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) {
    lose(line, strerror(error), now);
    return;
  }
  prepare_server_socket(line.file.number());
  opened(line, now);
}

void SerialLines::opened(Line& line, Instant now) {
  line.phase = Line::Phase::Open;
  // USMP3 §7: a 0x00 before the first frame and after each.
  line.queue.assign(1, kSerialDelimiter);
  line.queue_written = 0;
  write(line, now);
  if (line.phase == Line::Phase::Open) offer_room(line, now);
}

void SerialLines::on_event(ConnectionId id, std::uint32_t events, Instant now) {
  Line* line = find(id);
  if (line == nullptr || line->phase == Line::Phase::Closed) return;
  if (line->phase == Line::Phase::Dialling) {
    finish_dialling(*line, now);
    return;
  }
  if ((events & EPOLLOUT) != 0) {
    write(*line, now);
    if (line->phase == Line::Phase::Open) offer_room(*line, now);
  }
  // Also for EPOLLHUP and EPOLLERR: what came before the end is still there to be read.
  const bool may_read = (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0;
  if (may_read && line->phase == Line::Phase::Open) read(*line, now);
}

void SerialLines::read(Line& line, Instant now) {
  const ssize_t count = ::read(line.file.number(), input_.data(), input_.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    lose(line, count == 0 ? "it was hung up" : strerror(errno), now);
    return;
  }
  Bytes input(input_.data(), static_cast<std::size_t>(count));
  for (;;) {
    const MutableBytes packet = line.deframer.read(input);
    if (packet.empty()) return;
    ++line.counters.line_frames_in;
    if (line.is_told_lost) {
      line.is_told_lost = false;
      user_.line_noted(line.uri.text() + ": the line works again");
    }
    user_.frame_arrived(line.id, packet);
  }
}

MutableBytes SerialLines::record_room(ConnectionId id, Instant now) {
  Line* line = find(id);
  if (line == nullptr) return {};
  if (!takes_more(*line, now)) {
    line->is_starved = true;
    return {};
  }
  return MutableBytes(staged_.data(), staged_.size());
}

bool SerialLines::takes_more(const Line& line, Instant now) const {
  if (line.phase != Line::Phase::Open) return false;
  if (is_ending_) return line.queued_size() < kLineQueueMaxAtEnd;
  return line.queued_size() < kLineQueueMax && line.ahead_us(now) <= kLineAheadMax * 1000;
}

void SerialLines::offer_room(Line& line, Instant now) {
  if (!line.is_starved || !takes_more(line, now)) return;
  line.is_starved = false;
  became_writable_ = true;
  user_.line_writable(line.id);
}

void SerialLines::commit_record(ConnectionId id, std::size_t size) {
  Line* line = find(id);
  if (line == nullptr || line->phase != Line::Phase::Open) return;
  const std::size_t before = line->queue.size();
  line->queue.resize(before + serial_frame_size_max(size));
  const Result<std::size_t> frame =
      serial_frame_encode(Bytes(staged_.data(), size),
                          MutableBytes(line->queue.data() + before, line->queue.size() - before));
  line->queue.resize(before + (frame.ok() ? frame.value : 0));
  if (frame.ok()) ++line->counters.line_frames_out;
}

bool SerialLines::flush(Instant now) {
  became_writable_ = false;
  for (const auto& line : lines_) {
    if (line->phase != Line::Phase::Open) continue;
    // One that took nothing is written to when it does.
    if (!line->watches_write && line->queued_size() != 0) write(*line, now);
    if (line->phase == Line::Phase::Open) offer_room(*line, now);
  }
  return became_writable_;
}

void SerialLines::write(Line& line, Instant now) {
  while (line.queued_size() != 0) {
    const std::uint8_t* bytes = line.queue.data() + line.queue_written;
    const ssize_t count = line.is_server()
                              ? send(line.file.number(), bytes, line.queued_size(), MSG_NOSIGNAL)
                              : ::write(line.file.number(), bytes, line.queued_size());
    if (count < 0 && errno == EINTR) continue;
    if (count == 0 || (count < 0 && (errno == EAGAIN || errno == ENOBUFS))) break;
    if (count < 0) {
      lose(line, strerror(errno), now);
      return;
    }
    line.queue_written += static_cast<std::size_t>(count);
    line.count_ahead(static_cast<std::size_t>(count), now);
  }
  if (line.queued_size() == 0) {
    line.queue.clear();
    line.queue_written = 0;
  }
  const bool is_waiting = line.queued_size() != 0;
  if (is_waiting != line.watches_write) watch(line, is_waiting ? EPOLLIN | EPOLLOUT : EPOLLIN);
  line.watches_write = is_waiting;
}

void SerialLines::lose(Line& line, const std::string& why, Instant now) {
  const bool was_open = line.phase == Line::Phase::Open;
  line.file.close();
  line.phase = Line::Phase::Closed;
  line.retry_at = now + kLineRetryPause;
  line.watches_write = false;
  // Like lost on the way: the sessions send it again.
  line.queue.clear();
  line.queue_written = 0;
  const SerialDrops& drops = line.deframer.drops();
  line.counters.line_cobs_errors += drops.cobs_error;
  line.counters.line_crc_errors += drops.crc_mismatch;
  line.counters.line_oversize += drops.oversize;
  line.deframer = SerialDeframer(MutableBytes(line.packet.data(), line.packet.size()));
  if (was_open) ++line.counters.line_losses;
  if (line.is_told_lost) return;
  line.is_told_lost = true;
  user_.line_noted(line.uri.text() + ": the line is " + (was_open ? "gone" : "not there") + " (" +
                   why + "); it is tried again every second");
}

std::optional<Instant> SerialLines::next_deadline(Instant now) const {
  std::optional<Instant> soonest;
  const auto consider = [&soonest](Instant moment) {
    if (!soonest || moment.before(*soonest)) soonest = moment;
  };
  for (const auto& line : lines_) {
    if (line->phase != Line::Phase::Open) {
      consider(line->retry_at);
    } else if (line->is_starved && line->queued_size() < kLineQueueMax) {
      const std::uint64_t ahead_ms = line->ahead_us(now) / 1000 + 1;
      consider(now +
               static_cast<Duration>(ahead_ms > kLineAheadMax ? ahead_ms - kLineAheadMax : 0));
    }
  }
  return soonest;
}

void SerialLines::on_deadline(Instant now) {
  for (const auto& line : lines_) {
    if (line->phase == Line::Phase::Open) {
      line->count_ahead(0, now);  // or it would seem busy again when the clock wraps
      offer_room(*line, now);
    } else if (now.reached(line->retry_at)) {
      if (line->phase == Line::Phase::Dialling) {
        lose(*line, strerror(ETIMEDOUT), now);
        continue;
      }
      try {
        open(*line, now);
      } catch (const ListenError&) {
        line->retry_at = now + kLineRetryPause;  // that it is gone was told
      }
    }
  }
}

void SerialLines::watch(Line& line, std::uint32_t events) {
  poller_.modify(line.file.number(), events, make_tag(Source::Line, line_number(line.id)));
}

bool SerialLines::is_writing() const {
  return std::any_of(lines_.begin(), lines_.end(),
                     [](const auto& line) { return line->queued_size() != 0; });
}

void SerialLines::add_to(EngineCounters& counters) const {
  for (const auto& line : lines_) {
    counters.add(line->counters);
    const SerialDrops& drops = line->deframer.drops();
    counters.line_cobs_errors += drops.cobs_error;
    counters.line_crc_errors += drops.crc_mismatch;
    counters.line_oversize += drops.oversize;
    if (line->phase == Line::Phase::Open) ++counters.lines;
  }
}

}  // namespace usmp::gateway
