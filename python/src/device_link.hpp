// One device of this process: a context of the C API with its queues, driven by the thread of
// device_host.hpp. Python hands in orders and takes messages; neither waits for the other.
#ifndef USMP_PYTHON_DEVICE_LINK_HPP
#define USMP_PYTHON_DEVICE_LINK_HPP

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "event_queue.hpp"
#include "inbox.hpp"
#include "outbox_room.hpp"
#include "server_host.hpp"
#include "usmp.h"

namespace usmp::python {

/// Where a device finds its gateway, and who it is.
struct LinkConfig {
  std::string transport;  ///< "udp", "tcp" or "serial"
  std::string place;      ///< a numeric address, or the path of a serial port
  int port = 0;           ///< or the baud rate
  std::string psk;        ///< 16..255 bytes
  std::string device_id;  ///< 1..32 bytes
  int wire = 3;
  std::uint32_t keepalive_ms = 0;
  bool reconnects = false;  ///< makes a new session when one is lost, or an attempt failed
};

class DeviceLink : public std::enable_shared_from_this<DeviceLink> {
 public:
  using Clock = std::chrono::steady_clock;

  DeviceLink(std::shared_ptr<EventQueue> queue, LinkConfig config);
  ~DeviceLink();
  DeviceLink(const DeviceLink&) = delete;
  DeviceLink& operator=(const DeviceLink&) = delete;

  const std::uint64_t id;

  // For Python; then DeviceHost::wake().

  void connect(std::string saved_state, std::uint32_t slept_s);
  Sent send(std::uint8_t channel, Bytes content, std::uint64_t token);
  /// False: too many wait.
  bool send_datagram(std::uint8_t channel, Bytes content);
  std::optional<InboxMessage> receive(bool* resumes);
  void ping();
  void rekey();
  /// Saves the session; Slept tells of it.
  void sleep();
  /// Ends the session and closes the transport. LinkDown follows, whatever there was.
  void close();
  bool is_all_settled() { return room_.is_empty(); }
  std::size_t inbox_count() const { return inbox_.count(); }
  std::string session_id() const;
  std::size_t datagram_max() const;

  // For the device's thread.

  void serve();
  int descriptor() { return is_open_ ? usmp_poll_fd(context_.get()) : -1; }
  std::uint32_t wanted_events() const;
  Clock::time_point deadline() const { return deadline_; }
  bool is_open() const { return is_open_; }
  /// A session stood before the last serve() and after it: the socket is the same.
  bool is_steady() const { return is_steady_; }

 private:
  struct OutMessage {
    usmp_message_t node{};
    std::string content;
    std::uint64_t token = 0;
  };
  struct OutDatagram {
    std::string content;
    std::uint8_t channel = 0;
  };
  struct Orders {
    std::deque<std::unique_ptr<OutMessage>> messages;
    std::deque<OutDatagram> datagrams;
    std::string saved_state;
    std::uint32_t slept_s = 0;
    bool connect = false;
    bool ping = false;
    bool rekey = false;
    bool sleep = false;
    bool close = false;
  };

  static void on_datagram(usmp_t* context, const uint8_t* data, size_t size, uint8_t channel);
  Orders take_orders();
  void begin(Orders& orders);
  usmp_err_t open_transport();
  void submit();
  void step();
  void tell_step(usmp_err_t code);
  bool take_messages();
  void take_finished();
  void give_back(std::uint64_t token, std::size_t size, int outcome);
  void save(Orders& orders);
  void end(usmp_err_t code);
  void publish();
  void push(EventKind kind, std::int64_t value = 0, std::string text = {});

  const std::shared_ptr<EventQueue> queue_;
  LinkConfig config_;
  Inbox inbox_;
  OutboxRoom room_;

  mutable std::mutex mutex_;  // of what follows
  Orders orders_;
  std::string session_id_;
  std::size_t datagram_max_ = 0;
  bool is_over_ = true;

  // Of the device's thread.
  std::unique_ptr<usmp_t> context_;
  usmp_transport_t transport_{};
  std::deque<std::unique_ptr<OutMessage>> waiting_;     // no session has them yet
  std::vector<std::unique_ptr<OutMessage>> under_way_;  // the session has their nodes
  std::vector<std::uint8_t> buffer_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool is_open_ = false;
  bool was_established_ = false;
  bool is_steady_ = false;
};

}  // namespace usmp::python

#endif  // USMP_PYTHON_DEVICE_LINK_HPP
