// A gateway's Server for Python: its sessions as objects with an inbox, what happens as events of a
// queue. Its callbacks run on the server's threads and never touch Python.
#ifndef USMP_PYTHON_SERVER_HOST_HPP
#define USMP_PYTHON_SERVER_HOST_HPP

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "event_queue.hpp"
#include "inbox.hpp"
#include "key_desk.hpp"
#include "key_table.hpp"
#include "loop/server.hpp"
#include "outbox_room.hpp"

namespace usmp::python {

/// What send() did with a message.
enum class Sent : std::uint8_t {
  Taken,
  NoRoom,     ///< too much is under way: wait for Room
  Busy,       ///< the thread's mailbox is full: try again in a moment
  Over,       ///< the session has ended
  TooLarge,   ///< for the peer
  NoChannel,  ///< wire 2 has none but 0
};

/// One session with a device. The server's threads and Python share it.
struct HostedPeer {
  HostedPeer(const gateway::SessionReport& report, std::uint64_t number);

  const std::uint64_t id;
  const gateway::SessionName name;
  const gateway::DeviceId device;
  const std::string session_id;  // 16 bytes
  const std::string address;     // of its beginning, or the name of its line
  const Medium medium;
  const int wire;
  const std::size_t max_message;

  Inbox inbox;
  OutboxRoom room;
  std::mutex mutex;  // of what follows
  /// Sizes of the messages under way, in the order in which they were sent: that is also the order
  /// in which they are settled.
  std::deque<std::size_t> sizes;
  bool is_over = false;
};

class ServerHost final : public gateway::ServerApplication,
                         public std::enable_shared_from_this<ServerHost> {
 public:
  ServerHost(std::shared_ptr<EventQueue> queue, gateway::ServerConfig config);
  ~ServerHost() override;

  std::uint64_t id() const { return id_; }
  KeyTable& key_table() { return *key_table_; }
  KeyDesk& key_desk() { return *key_desk_; }
  enum class Keys : std::uint8_t { Table, Asked, Registry };
  /// As Server::start(). Once.
  void start(Keys keys);
  /// As Server::stop(); waits for threads, so not under the GIL.
  void stop();
  std::vector<std::string> listening() const { return server_->listening(); }
  gateway::EngineCounters counters() { return server_->counters(); }

  /// The session that SessionOpened told of; once, then it is the caller's. nullptr: none.
  std::shared_ptr<HostedPeer> claim(std::uint64_t session);

  Sent send(HostedPeer& peer, std::uint8_t channel, Bytes content);
  std::optional<InboxMessage> receive(HostedPeer& peer);
  void ping(const HostedPeer& peer) { server_->ping(peer.name); }
  void rekey(const HostedPeer& peer) { server_->rekey(peer.name); }
  void close(const HostedPeer& peer) { server_->close_session(peer.name); }

  /// To whatever session the device has. Settled tells what became of it, by `token`. False: try
  /// again in a moment.
  bool send_to_device(const gateway::DeviceId& device, std::uint8_t channel, Bytes content,
                      std::uint64_t token);
  bool send_datagram(const gateway::DeviceId& device, std::uint8_t channel, Bytes content) {
    return server_->send_datagram(device, channel, content);
  }
  bool is_connected(const gateway::DeviceId& device) const { return server_->is_connected(device); }

 private:
  // ServerApplication
  void message_arrived(gateway::Engine& engine, const gateway::ArrivedMessage& message) override;
  void message_settled(const gateway::DeliveryReport& report) override;
  void session_changed(const gateway::SessionReport& report) override;
  void warned(const std::string& line) override;

  void open(const gateway::SessionReport& report);
  void close(const gateway::SessionReport& report);
  HostedPeer* find(unsigned thread, gateway::SessionHandle session);
  std::shared_ptr<HostedPeer> peer_of(std::uint64_t session);

  const std::shared_ptr<EventQueue> queue_;
  const std::uint64_t id_;
  const unsigned fork_count_;
  gateway::ServerConfig config_;
  std::shared_ptr<KeyTable> key_table_;
  std::shared_ptr<KeyDesk> key_desk_;
  std::unique_ptr<gateway::Server> server_;
  /// By thread and slot; each row is touched by its own thread only.
  std::vector<std::vector<std::shared_ptr<HostedPeer>>> slots_;
  std::mutex mutex_;  // of what follows
  std::unordered_map<std::uint64_t, std::shared_ptr<HostedPeer>> peers_;
  std::unordered_map<std::uint64_t, std::shared_ptr<HostedPeer>> unclaimed_;
};

}  // namespace usmp::python

#endif  // USMP_PYTHON_SERVER_HOST_HPP
