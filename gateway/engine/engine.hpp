// One thread's gateway: handshakes, sessions, messages, load limits, timers of all its devices, on
// UDP, streams and serial lines. No I/O, clock or thread: packets and time come in, packets go out.
//
//   receive a batch (each packet: the application is told at once) -> flush() -> send the batch
#ifndef USMP_GATEWAY_ENGINE_ENGINE_HPP
#define USMP_GATEWAY_ENGINE_ENGINE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/application.hpp"
#include "engine/directory.hpp"
#include "engine/engine_config.hpp"
#include "engine/engine_counters.hpp"
#include "engine/key_source.hpp"
#include "engine/output.hpp"
#include "usmp/bytes.hpp"
#include "usmp/time.hpp"

namespace usmp::gateway {

class EngineState;

/// How a loop uses it, on one thread:
///   - receive_datagram() / receive_record() / receive_frame() for what came, take_mail() after a
///   wake,
///     on_deadline() when next_deadline() has come;
///   - then flush(), once for the whole batch: answers and ACKs leave together;
///   - then wait until next_deadline().
/// `now` never goes back, and is handed in at least once in 12 days.
class Engine {
 public:
  /// All four live as long as the engine. `thread`: which of directory.threads() it is. Throws
  /// std::invalid_argument if the configuration is not valid().
  Engine(const EngineConfig& config, unsigned thread, Directory& directory, KeySource& keys,
         Output& output, Application& application, Instant now);
  /// Frees everything; nothing is sent or reported. stop() and flush() come before.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Packets

  /// A datagram as it came, at most 65535 bytes; it is decrypted in place. `from`: 16 bytes IPv6
  /// (IPv4 mapped), 2 port, and 4 scope or not. `seconds`: a clock for the cookies that does not
  /// jump (gateways that share a cookie secret: the same clock, UTC).
  void receive_datagram(MutableBytes packet, const Address& from, Instant now,
                        std::uint64_t seconds);

  /// A connection was accepted. False: the engine takes no more (it has to be closed at once).
  bool open_connection(ConnectionId connection, const Address& peer, Instant now);
  /// A whole record of a connection, without the stream's header. The engine may close the
  /// connection meanwhile (Output::close_connection): then hand in no more.
  void receive_record(ConnectionId connection, MutableBytes packet, Instant now);
  /// The connection broke, or its bytes were no records: forgotten, not closed through Output.
  void connection_lost(ConnectionId connection, Instant now);

  /// A serial line is there, until the end; `name` is for logs. False: there are lines_max.
  bool open_line(ConnectionId line, std::string name);
  /// The packet of a frame that came whole and with the right CRC on a line.
  void receive_frame(ConnectionId line, MutableBytes packet, Instant now);

  /// The connection or line takes packets again, after it gave no room.
  void connection_writable(ConnectionId connection);

  /// The thread that gave the cid of a data packet or HELLO_ACK; thread() for all other packets. A
  /// datagram on the wrong thread is passed on by receive_datagram() itself, through a mailbox.
  unsigned owner_of(Bytes packet) const;

  /// Writes all that sessions have to send. False: Output had no room; call again when it has.
  bool flush(Instant now);

  // Messages

  /// Takes a message for a device, copying `content`. Without a session it is kept for the next
  /// one. False: Full (the limits of this device, or of all); nothing was taken, no report follows.
  /// The session may be on another thread. It leaves with flush().
  [[nodiscard]] bool send(const DeviceId& device, std::uint8_t channel, Bytes content,
                          std::uint64_t token, Instant now);
  /// As send(), without a search: into a session of this engine. False also if that is over.
  [[nodiscard]] bool reply(SessionHandle session, std::uint8_t channel, Bytes content,
                           std::uint64_t token, Instant now);
  /// A message that may be lost; it leaves with flush(). False: no such session, too large,
  /// congested, or one waits already.
  bool reply_datagram(SessionHandle session, std::uint8_t channel, Bytes content, Instant now);
  /// As reply_datagram(), wherever the session is. True: sent, or handed to its thread.
  bool send_datagram(const DeviceId& device, std::uint8_t channel, Bytes content, Instant now);

  /// The application has no room for more messages of this session: the session keeps them, then
  /// its window closes, and the device waits. Datagrams still come, and what a stream's packet
  /// still holds. Until a SessionOrder of Resume comes by mail (Server::resume()); within callbacks
  /// too.
  void pause(SessionHandle session);

  // Time, other threads, end

  /// Does what other threads asked for. `seconds` as in receive_datagram().
  void take_mail(Instant now, std::uint64_t seconds);

  /// When on_deadline() is due, at the latest; never further than a minute. May be early.
  Instant next_deadline(Instant now) const;
  /// Does what is due; a bounded piece of work. If more is due next_deadline() says now.
  void on_deadline(Instant now);

  /// Changes the keys of a wire 2 session, if the device has one on this thread; flush() begins. On
  /// wire 3 only the device moves to new keys (USMP3 §3): false.
  bool rekey(const DeviceId& device, Instant now);
  /// Ends the session of a device, if it has one on this thread. flush() sends the BYE.
  bool close_session(const DeviceId& device, ByeReason reason, Instant now);
  /// Ends every session with BYE 5 and takes no more handshakes. Messages not delivered are
  /// Returned. Call flush() until it gives true, then destroy.
  void stop(Instant now);

  unsigned thread() const;
  std::size_t session_count() const;
  /// Sums of sessions that stand are included. On the engine's thread.
  EngineCounters counters() const;

 private:
  std::unique_ptr<EngineState> state_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_ENGINE_HPP
