// What all engines of one gateway share: which thread has a device's session, messages for devices
// that have none, and a mailbox for each thread. Safe from every thread.
#ifndef USMP_GATEWAY_ENGINE_DIRECTORY_HPP
#define USMP_GATEWAY_ENGINE_DIRECTORY_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine/mail.hpp"

namespace usmp::gateway {

struct DirectoryConfig {
  unsigned threads = 1;  ///< engines of the gateway, 1..kThreadsMax
  /// Keep messages for devices that have no session; otherwise they are Returned.
  bool hold_without_session = true;
  // Limits of what is kept for devices without a session.
  std::size_t held_messages_device = 1'000;
  std::size_t held_bytes_device = 1u << 20;
  std::size_t held_bytes = std::size_t{256} << 20;
  std::size_t held_devices = 200'000;
  /// Packets and messages that a mailbox takes before it is emptied; each beyond is refused.
  std::size_t mailbox_max = 4'096;
  /// Called from any thread when thread `thread` has mail: Engine::take_mail() is due there (an
  /// eventfd, say). Must not call the Directory. Unset: the owner calls take_mail() often.
  std::function<void(unsigned thread)> wake;
};

class Directory {
 public:
  explicit Directory(DirectoryConfig config);

  unsigned threads() const { return static_cast<unsigned>(mailboxes_.size()); }

  /// Sends a message to a device wherever its session is, or keeps it until it has one. What
  /// becomes of it is told to the Application of the engine that had it last (of thread 0, if none
  /// had it), with `token`. `content` is copied. False: Full, nothing was taken and no report
  /// follows; try again later.
  [[nodiscard]] bool send(const DeviceId& device, std::uint8_t channel, Bytes content,
                          std::uint64_t token);
  /// A message that may be lost, to a device that has a session. False: it has none, or Full.
  bool send_datagram(const DeviceId& device, std::uint8_t channel, Bytes content);

  /// The key of `device` changed: sessions made with an older key than that of `generation` get
  /// BYE 4 as soon as their threads take their mail; with `is_revoked` what is held for it is
  /// Returned. Call after the change can be seen by KeySource.
  void credentials_changed(const DeviceId& device, std::int64_t generation, bool is_revoked);

  /// True if the device has a session now.
  bool connected(const DeviceId& device) const;
  /// All devices that have a session now.
  std::vector<DeviceId> connected_devices() const;
  std::size_t session_count() const { return session_count_.load(std::memory_order_relaxed); }
  std::size_t held_bytes() const { return held_bytes_.load(std::memory_order_relaxed); }

  // From here on: for engines.

  /// Numbers HELLOs in the order of their arrival, over all threads (USMP3 §2, Order).
  std::uint64_t next_hello_number() { return hello_count_.fetch_add(1) + 1; }

  struct Owner {
    unsigned thread = 0;
    SessionHandle session;
    std::uint64_t hello_number = 0;
  };
  enum class Claim : std::uint8_t { First, Replaces, Stale };
  /// A session of `device` stands with `owner`. First and Replaces: the directory leads to it from
  /// now on, `held` is what was kept for the device, and with Replaces `former` had it. Stale: the
  /// HELLO is older than that of the present session; nothing changed.
  Claim claim(const DeviceId& device, const Owner& owner, HeldMessageList* held, Owner* former);
  /// The session is over, with `messages` not delivered: they are kept for the device's next
  /// session, or go to its present one. What cannot be kept is left in `messages`.
  void release(const DeviceId& device, unsigned thread, SessionHandle session,
               HeldMessageList* messages);
  /// As release() of what a mail brought for a session that is over.
  void give_back(const DeviceId& device, HeldMessageList* messages);
  /// False: no session.
  bool find(const DeviceId& device, Owner* owner) const;

  /// False: the mailbox is full of what is bounded: packets, messages, datagrams.
  bool post(unsigned thread, Mail mail);
  /// Replaces `out` by what came for `thread` since the last call.
  void take_mail(unsigned thread, std::vector<Mail>* out);

 private:
  struct Entry {
    Owner owner;
    bool has_session = false;
    HeldMessageList held;  // only without a session
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<DeviceId, Entry> entries;
  };
  struct Mailbox {
    std::mutex mutex;
    std::vector<Mail> mail;
    std::size_t bounded_count = 0;
  };
  static constexpr std::size_t kShardCount = 64;

  Shard& shard_of(const DeviceId& device) const;
  void take_posted(const DeviceId& device, unsigned thread, HeldMessageList* messages);
  bool keep(Entry& entry, HeldMessagePtr& message);
  void keep_returned(Entry& entry, HeldMessageList* messages);
  HeldMessageList take_held(Entry& entry);
  void drop_if_empty(Shard& shard, const DeviceId& device);

  DirectoryConfig config_;
  std::unique_ptr<Shard[]> shards_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;
  std::atomic<std::uint64_t> hello_count_{0};
  std::atomic<std::size_t> session_count_{0};
  std::atomic<std::size_t> held_bytes_{0};
  std::atomic<std::size_t> held_devices_{0};
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_DIRECTORY_HPP
