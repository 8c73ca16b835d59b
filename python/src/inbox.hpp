// Messages of one session on their way from a C++ thread to Python. Bounded: who fills it is told
// to stop, so that the session's window closes and the peer waits.
#ifndef USMP_PYTHON_INBOX_HPP
#define USMP_PYTHON_INBOX_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "usmp/bytes.hpp"

namespace usmp::python {

/// Beyond either the inbox is full; at half of both it has room again.
inline constexpr std::size_t kInboxMessagesMax = 256;
inline constexpr std::size_t kInboxBytesMax = 256 * 1024;

struct InboxMessage {
  std::string content;
  std::uint8_t channel = 0;
  bool is_datagram = false;
};

class Inbox {
 public:
  struct Pushed {
    bool was_empty = false;  ///< nobody was told yet that there is something
    bool fills = false;      ///< with this one it is full: stop
  };

  /// Takes a message, also beyond the bounds: it is acknowledged already. A datagram that finds the
  /// inbox full is dropped.
  Pushed push(Bytes content, std::uint8_t channel, bool is_datagram) {
    const std::lock_guard lock(mutex_);
    if (is_datagram && is_full()) return {};
    Pushed pushed;
    pushed.was_empty = messages_.empty();
    messages_.push_back({std::string(reinterpret_cast<const char*>(content.data), content.size),
                         channel, is_datagram});
    size_ += content.size;
    pushed.fills = is_full() && !is_stopped_;
    is_stopped_ |= pushed.fills;
    return pushed;
  }

  /// The next message. `*resumes`: who was told to stop may go on.
  std::optional<InboxMessage> pop(bool* resumes) {
    *resumes = false;
    const std::lock_guard lock(mutex_);
    if (messages_.empty()) return std::nullopt;
    InboxMessage message = std::move(messages_.front());
    messages_.pop_front();
    size_ -= message.content.size();
    if (is_stopped_ && messages_.size() <= kInboxMessagesMax / 2 && size_ <= kInboxBytesMax / 2) {
      is_stopped_ = false;
      *resumes = true;
    }
    return message;
  }

  bool has_room() const {
    const std::lock_guard lock(mutex_);
    return !is_stopped_;
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return messages_.size();
  }

 private:
  bool is_full() const { return messages_.size() >= kInboxMessagesMax || size_ >= kInboxBytesMax; }

  mutable std::mutex mutex_;
  std::deque<InboxMessage> messages_;
  std::size_t size_ = 0;
  bool is_stopped_ = false;
};

}  // namespace usmp::python

#endif  // USMP_PYTHON_INBOX_HPP
