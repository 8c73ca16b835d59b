// Entries in shards of one mutex each; a mailbox has its own. The order of locks: shard, mailbox.
#include "engine/directory.hpp"

#include <stdexcept>
#include <utility>

#include "engine/engine_config.hpp"

namespace usmp::gateway {
namespace {

// What a hostile or busy device can make many of is bounded; what keeps the engines of one mind, of
// which there is at most one a session, is not.
bool is_bounded(const Mail& mail) {
  return std::holds_alternative<ForwardedPacket>(mail) ||
         std::holds_alternative<PostedMessage>(mail) ||
         std::holds_alternative<PostedDatagram>(mail);
}

}  // namespace

Directory::Directory(DirectoryConfig config)
    : config_(std::move(config)), shards_(std::make_unique<Shard[]>(kShardCount)) {
  if (config_.threads < 1 || config_.threads > kThreadsMax) {
    throw std::invalid_argument("a gateway has 1 to 256 threads");
  }
  for (unsigned thread = 0; thread < config_.threads; ++thread) {
    mailboxes_.push_back(std::make_unique<Mailbox>());
  }
}

Directory::Shard& Directory::shard_of(const DeviceId& device) const {
  const std::uint64_t hash = std::hash<DeviceId>()(device);
  return shards_[((hash * 0x9E3779B97F4A7C15u) >> 32) % kShardCount];
}

bool Directory::send(const DeviceId& device, std::uint8_t channel, Bytes content,
                     std::uint64_t token) {
  HeldMessagePtr message = HeldMessage::make(content, channel, token);
  Shard& shard = shard_of(device);
  // The mail is posted under the lock, so that messages stay in order when a session comes or goes.
  std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(device);
  if (found != shard.entries.end() && found->second.has_session) {
    const Owner& owner = found->second.owner;
    return post(owner.thread, PostedMessage{device, owner.session, std::move(message)});
  }
  if (!config_.hold_without_session) {
    return post(0, MessageSettled{device, token, Outcome::Returned});
  }
  Entry& entry = found != shard.entries.end() ? found->second : shard.entries[device];
  const bool kept = keep(entry, message);
  drop_if_empty(shard, device);
  return kept;
}

bool Directory::send_datagram(const DeviceId& device, std::uint8_t channel, Bytes content) {
  Owner owner;
  if (!find(device, &owner)) return false;
  std::vector<std::uint8_t> copy(content.data, content.data + content.size);
  return post(owner.thread, PostedDatagram{device, std::move(copy), channel});
}

void Directory::credentials_changed(const DeviceId& device, std::int64_t generation,
                                    bool is_revoked) {
  // To all threads: one may just finish a handshake with the old key, and own the device only when
  // it has read this.
  for (unsigned thread = 0; thread < threads(); ++thread) {
    post(thread, CredentialsChanged{device, generation, is_revoked});
  }
  if (!is_revoked) return;
  HeldMessageList returned;
  {
    Shard& shard = shard_of(device);
    std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(device);
    if (found == shard.entries.end()) return;
    returned = take_held(found->second);
    drop_if_empty(shard, device);
  }
  while (HeldMessagePtr message = returned.pop_front()) {
    post(0, MessageSettled{device, message->token(), Outcome::Returned});
  }
}

bool Directory::connected(const DeviceId& device) const {
  Owner owner;
  return find(device, &owner);
}

std::vector<DeviceId> Directory::connected_devices() const {
  std::vector<DeviceId> devices;
  for (std::size_t index = 0; index < kShardCount; ++index) {
    const std::lock_guard lock(shards_[index].mutex);
    for (const auto& [device, entry] : shards_[index].entries) {
      if (entry.has_session) devices.push_back(device);
    }
  }
  return devices;
}

Directory::Claim Directory::claim(const DeviceId& device, const Owner& owner, HeldMessageList* held,
                                  Owner* former) {
  Shard& shard = shard_of(device);
  std::lock_guard lock(shard.mutex);
  Entry& entry = shard.entries[device];
  // USMP3 §2: a HELLO_ACK whose HELLO came before the HELLO of the present session is dropped.
  if (entry.has_session && owner.hello_number < entry.owner.hello_number) return Claim::Stale;
  const bool replaces = entry.has_session;
  *former = entry.owner;
  entry.owner = owner;
  entry.has_session = true;
  *held = take_held(entry);
  if (!replaces) session_count_.fetch_add(1, std::memory_order_relaxed);
  return replaces ? Claim::Replaces : Claim::First;
}

void Directory::release(const DeviceId& device, unsigned thread, SessionHandle session, bool keep,
                        HeldMessageList* messages) {
  Shard& shard = shard_of(device);
  // All under one lock: what is sent, or claimed, from now on finds these messages in their place.
  std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(device);
  const bool is_here = found != shard.entries.end() && found->second.has_session &&
                       found->second.owner.thread == thread;
  const bool is_present = is_here && found->second.owner.session == session;
  if (is_present) {
    found->second.has_session = false;
    session_count_.fetch_sub(1, std::memory_order_relaxed);
  }
  // One that followed on the same thread reads by itself what was posted to this one.
  if (is_present || !is_here) take_posted(thread, session, messages);
  if (keep) give_back(shard, device, messages);
  drop_if_empty(shard, device);
}

// Messages that are under way to the session, in the mailbox of its thread or taken out of it and
// not read: newer than what the session had, older than all that is sent from now on.
void Directory::take_posted(unsigned thread, SessionHandle session, HeldMessageList* messages) {
  const auto take = [&](Mail& mail) {
    auto* posted = std::get_if<PostedMessage>(&mail);
    if (posted == nullptr || !(posted->session == session)) return false;
    if (posted->is_for_session_only) return false;  // its reader returns it
    messages->push_back(std::move(posted->message));
    return true;
  };
  Mailbox& mailbox = *mailboxes_.at(thread);
  std::erase_if(mailbox.taken, take);
  const std::lock_guard lock(mailbox.mutex);
  mailbox.bounded_count -= std::erase_if(mailbox.mail, take);
}

void Directory::give_back(const DeviceId& device, HeldMessageList* messages) {
  Shard& shard = shard_of(device);
  std::lock_guard lock(shard.mutex);
  give_back(shard, device, messages);
  drop_if_empty(shard, device);
}

// Under the lock of the shard.
void Directory::give_back(Shard& shard, const DeviceId& device, HeldMessageList* messages) {
  if (messages->empty()) return;
  const auto found = shard.entries.find(device);
  if (found != shard.entries.end() && found->second.has_session) {
    const Owner& owner = found->second.owner;
    post(owner.thread, Handover{device, owner.session, std::move(*messages), false});
    return;
  }
  if (!config_.hold_without_session) return;
  Entry& entry = found != shard.entries.end() ? found->second : shard.entries[device];
  keep_returned(entry, messages);
}

bool Directory::find(const DeviceId& device, Owner* owner) const {
  Shard& shard = shard_of(device);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(device);
  if (found == shard.entries.end() || !found->second.has_session) return false;
  *owner = found->second.owner;
  return true;
}

bool Directory::post(unsigned thread, Mail mail) {
  Mailbox& mailbox = *mailboxes_.at(thread);
  bool was_empty = false;
  {
    std::lock_guard lock(mailbox.mutex);
    if (is_bounded(mail)) {
      if (mailbox.bounded_count >= config_.mailbox_max) return false;
      ++mailbox.bounded_count;
    }
    was_empty = mailbox.mail.empty();
    mailbox.mail.push_back(std::move(mail));
  }
  if (was_empty && config_.wake) config_.wake(thread);
  return true;
}

void Directory::take_mail(unsigned thread) {
  Mailbox& mailbox = *mailboxes_.at(thread);
  std::lock_guard lock(mailbox.mutex);
  for (Mail& mail : mailbox.mail) mailbox.taken.push_back(std::move(mail));
  mailbox.mail.clear();
  mailbox.bounded_count = 0;
}

bool Directory::next_mail(unsigned thread, Mail* out) {
  std::deque<Mail>& taken = mailboxes_.at(thread)->taken;
  if (taken.empty()) return false;
  *out = std::move(taken.front());
  taken.pop_front();
  return true;
}

bool Directory::keep(Entry& entry, HeldMessagePtr& message) {
  const std::size_t size = message->size();
  if (entry.held.count() >= config_.held_messages_device ||
      entry.held.size() + size > config_.held_bytes_device) {
    return false;
  }
  if (entry.held.empty() && held_devices_.load() >= config_.held_devices) return false;
  if (held_bytes_.load() + size > config_.held_bytes) return false;
  if (entry.held.empty()) held_devices_.fetch_add(1);
  held_bytes_.fetch_add(size);
  entry.held.push_back(std::move(message));
  return true;
}

void Directory::keep_returned(Entry& entry, HeldMessageList* messages) {
  // Within the limits of the session that they come from; here the sums count.
  if (held_bytes_.load() + messages->size() > config_.held_bytes) return;
  if (entry.held.empty()) {
    if (held_devices_.load() >= config_.held_devices) return;
    held_devices_.fetch_add(1);
  }
  held_bytes_.fetch_add(messages->size());
  entry.held.prepend(std::move(*messages));
}

HeldMessageList Directory::take_held(Entry& entry) {
  if (!entry.held.empty()) {
    held_devices_.fetch_sub(1);
    held_bytes_.fetch_sub(entry.held.size());
  }
  return std::move(entry.held);
}

void Directory::drop_if_empty(Shard& shard, const DeviceId& device) {
  const auto found = shard.entries.find(device);
  if (found != shard.entries.end() && !found->second.has_session && found->second.held.empty()) {
    shard.entries.erase(found);
  }
}

}  // namespace usmp::gateway
