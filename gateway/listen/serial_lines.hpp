// One thread's serial lines, of this machine and behind serial servers: bytes into packets and back
// (USMP3 §7), opened again when an adapter or a server comes back. What a packet means is its
// user's business.
#ifndef USMP_GATEWAY_LISTEN_SERIAL_LINES_HPP
#define USMP_GATEWAY_LISTEN_SERIAL_LINES_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine_counters.hpp"
#include "engine/output.hpp"
#include "listen/listen_uri.hpp"
#include "listen/poller.hpp"
#include "usmp/bytes.hpp"
#include "usmp/time.hpp"

namespace usmp::gateway {

/// Who the lines are for. Called only from within on_event(), flush() and on_deadline().
class LineUser {
 public:
  virtual ~LineUser() = default;
  /// A packet whose frame was whole, valid and writable during the call.
  virtual void frame_arrived(ConnectionId line, MutableBytes packet) = 0;
  /// It takes packets again, after record_room() gave none.
  virtual void line_writable(ConnectionId line) = 0;
  /// One line for the operator: it is gone, it works again.
  virtual void line_noted(const std::string& text) = 0;
};

/// What waits to be written to one line before it takes no more, in bytes.
inline constexpr std::size_t kLineQueueMax = 1024;
/// The same at the end, when each session says goodbye and no more is to come.
inline constexpr std::size_t kLineQueueMaxAtEnd = 16 * 1024;
/// How much the system is given ahead of what the line has sent, in milliseconds. It would take
/// seconds of it, and every acknowledgement would wait behind.
inline constexpr Duration kLineAheadMax = 100;
/// Read from one line before the others have their turn, in bytes.
inline constexpr std::size_t kLineReadSize = 4096;
/// Between two attempts to open a line that is gone, in milliseconds.
inline constexpr Duration kLineRetryPause = 1'000;
/// How long one address of a serial server is tried, in milliseconds.
inline constexpr Duration kLineDialMax = 5'000;

class SerialLines {
 public:
  /// Both outlive it. Longer packets than `packet_size_max` are dropped.
  SerialLines(Poller& poller, LineUser& user, std::size_t packet_size_max);
  ~SerialLines();

  /// Opens a line, or begins to connect to its server. Throws ListenError if it is not there now;
  /// a server may come later.
  void add(ConnectionId line, const ListenUri& uri, Instant now);

  /// What the poller reported.
  void on_event(ConnectionId line, std::uint32_t events, Instant now);

  // As in Output.
  MutableBytes record_room(ConnectionId line, Instant now);
  void commit_record(ConnectionId line, std::size_t size);

  /// Writes what was committed. True: a line became writable, its user may have more.
  bool flush(Instant now);
  /// When on_deadline() is due; nothing: never.
  std::optional<Instant> next_deadline(Instant now) const;
  void on_deadline(Instant now);

  /// From now on what is written is the last of it.
  void begin_end() { is_ending_ = true; }
  /// Lines for which something is still to be written.
  bool is_writing() const;
  /// Fills in what stands in EngineCounters of lines.
  void add_to(EngineCounters& counters) const;

 private:
  struct Line;

  Line* find(ConnectionId id) const;
  void open(Line& line, Instant now);
  void dial(Line& line, Instant now);
  void finish_dialling(Line& line, Instant now);
  void opened(Line& line, Instant now);
  void read(Line& line, Instant now);
  void write(Line& line, Instant now);
  void lose(Line& line, const std::string& why, Instant now);
  bool takes_more(const Line& line, Instant now) const;
  void offer_room(Line& line, Instant now);
  void watch(Line& line, std::uint32_t events);

  Poller& poller_;
  LineUser& user_;
  std::size_t packet_size_max_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<std::uint8_t> input_;   // of the line being read
  std::vector<std::uint8_t> staged_;  // the packet being built
  bool became_writable_ = false;
  bool is_ending_ = false;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_SERIAL_LINES_HPP
