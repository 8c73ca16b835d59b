// See server_host.hpp.
#include "server_host.hpp"

#include <utility>

#include "listen/socket_address.hpp"
#include "process_copy.hpp"

namespace usmp::python {
namespace {

/// Tokens of messages to a device, whichever session it has; the others are a session's id.
constexpr std::uint64_t kDeviceTokenBit = std::uint64_t{1} << 60U;

std::string text_of(Bytes bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data), bytes.size);
}

std::string place_of(const gateway::SessionReport& report) {
  return report.line.empty() ? gateway::format_address(report.address) : std::string(report.line);
}

}  // namespace

HostedPeer::HostedPeer(const gateway::SessionReport& report, std::uint64_t number)
    : id(number),
      name{report.thread, report.session},
      device(report.device),
      session_id(text_of(report.session_id)),
      address(place_of(report)),
      medium(report.medium),
      wire(static_cast<int>(report.wire)),
      max_message(report.max_message) {}

ServerHost::ServerHost(std::shared_ptr<EventQueue> queue, gateway::ServerConfig config)
    : queue_(std::move(queue)),
      id_(next_id()),
      fork_count_(fork_count),
      config_(std::move(config)),
      key_table_(std::make_shared<KeyTable>()),
      key_desk_(std::make_shared<KeyDesk>(queue_, id_)),
      slots_(gateway::kThreadsMax) {}

ServerHost::~ServerHost() {
  stop();
  // In a child process its threads are not there to be waited for.
  if (fork_count_ != fork_count) static_cast<void>(server_.release());
}

void ServerHost::start(Keys keys) {
  switch (keys) {
    case Keys::Table:
      config_.make_keys = [table = key_table_] { return std::make_unique<TableKeys>(table); };
      break;
    case Keys::Asked:
      config_.make_keys = [desk = key_desk_] { return std::make_unique<AskedKeys>(desk); };
      break;
    case Keys::Registry:
      break;
  }
  server_ = std::make_unique<gateway::Server>(config_, *this);
  server_->start();
}

void ServerHost::stop() {
  if (fork_count_ != fork_count) return;
  key_desk_->close();
  if (server_) server_->stop();
}

std::shared_ptr<HostedPeer> ServerHost::claim(std::uint64_t session) {
  const std::lock_guard lock(mutex_);
  const auto found = unclaimed_.find(session);
  if (found == unclaimed_.end()) return nullptr;
  std::shared_ptr<HostedPeer> peer = std::move(found->second);
  unclaimed_.erase(found);
  return peer;
}

Sent ServerHost::send(HostedPeer& peer, std::uint8_t channel, Bytes content) {
  if (content.size > peer.max_message) return Sent::TooLarge;
  if (peer.wire == 2 && channel != 0) return Sent::NoChannel;
  {
    const std::lock_guard lock(peer.mutex);
    if (peer.is_over) return Sent::Over;
  }
  if (!peer.room.enter(content.size)) return Sent::NoRoom;
  // Under the lock, so that sizes are in the order in which the thread finds the messages.
  const std::lock_guard lock(peer.mutex);
  if (!server_->send_to_session(peer.name, peer.device, channel, content, peer.id)) {
    peer.room.settled(content.size);
    return Sent::Busy;
  }
  peer.sizes.push_back(content.size);
  return Sent::Taken;
}

std::optional<InboxMessage> ServerHost::receive(HostedPeer& peer) {
  bool resumes = false;
  std::optional<InboxMessage> message = peer.inbox.pop(&resumes);
  if (resumes) server_->resume(peer.name);
  return message;
}

bool ServerHost::send_to_device(const gateway::DeviceId& device, std::uint8_t channel,
                                Bytes content, std::uint64_t token) {
  return server_->send(device, channel, content, token | kDeviceTokenBit);
}

void ServerHost::message_arrived(gateway::Engine& engine, const gateway::ArrivedMessage& message) {
  HostedPeer* peer = find(engine.thread(), message.session);
  if (peer == nullptr) return;
  const Inbox::Pushed pushed =
      peer->inbox.push(message.content, message.channel, message.is_datagram);
  if (pushed.fills) engine.pause(message.session);
  if (pushed.was_empty) queue_->push({EventKind::Readable, peer->id});
}

void ServerHost::message_settled(const gateway::DeliveryReport& report) {
  if ((report.token & kDeviceTokenBit) != 0) {
    const std::uint64_t token = report.token & ~kDeviceTokenBit;
    const auto outcome = static_cast<std::uint64_t>(report.outcome);
    queue_->push({EventKind::Settled, id_, static_cast<std::int64_t>(token << 3U | outcome)});
    return;
  }
  const std::shared_ptr<HostedPeer> peer = peer_of(report.token);
  if (!peer) return;
  bool has_room = false;
  {
    const std::lock_guard lock(peer->mutex);
    if (peer->sizes.empty()) return;
    has_room = peer->room.settled(peer->sizes.front());
    peer->sizes.pop_front();
  }
  if (has_room) queue_->push({EventKind::Room, peer->id});
}

void ServerHost::session_changed(const gateway::SessionReport& report) {
  switch (report.change) {
    case gateway::SessionChange::Established:
      open(report);
      return;
    case gateway::SessionChange::Closed:
      close(report);
      return;
    case gateway::SessionChange::Moved:
    case gateway::SessionChange::Woke:
    case gateway::SessionChange::Asleep:
      if (const HostedPeer* peer = find(report.thread, report.session)) {
        queue_->push({EventKind::SessionChanged, peer->id, static_cast<int>(report.change)});
      }
      return;
  }
}

void ServerHost::open(const gateway::SessionReport& report) {
  auto peer = std::make_shared<HostedPeer>(report, next_id());
  std::vector<std::shared_ptr<HostedPeer>>& row = slots_[report.thread];
  if (row.size() <= report.session.slot) row.resize(report.session.slot + 1);
  row[report.session.slot] = peer;
  const std::uint64_t number = peer->id;
  {
    const std::lock_guard lock(mutex_);
    peers_[number] = peer;
    unclaimed_[number] = std::move(peer);
  }
  queue_->push({EventKind::SessionOpened, id_, static_cast<std::int64_t>(number)});
}

void ServerHost::close(const gateway::SessionReport& report) {
  if (find(report.thread, report.session) == nullptr) return;
  const std::shared_ptr<HostedPeer> peer = std::move(slots_[report.thread][report.session.slot]);
  {
    const std::lock_guard lock(peer->mutex);
    peer->is_over = true;
  }
  {
    // It stays among peers_ no longer: what was not delivered has nobody to tell.
    const std::lock_guard lock(mutex_);
    peers_.erase(peer->id);
  }
  queue_->push({EventKind::SessionClosed, peer->id, static_cast<int>(report.cause)});
}

void ServerHost::warned(const std::string& line) {
  queue_->push({EventKind::Warned, id_, 0, line});
}

HostedPeer* ServerHost::find(unsigned thread, gateway::SessionHandle session) {
  const std::vector<std::shared_ptr<HostedPeer>>& row = slots_[thread];
  if (session.slot >= row.size() || !row[session.slot]) return nullptr;
  HostedPeer* peer = row[session.slot].get();
  return peer->name.session == session ? peer : nullptr;
}

std::shared_ptr<HostedPeer> ServerHost::peer_of(std::uint64_t session) {
  const std::lock_guard lock(mutex_);
  const auto found = peers_.find(session);
  return found == peers_.end() ? nullptr : found->second;
}

}  // namespace usmp::python
