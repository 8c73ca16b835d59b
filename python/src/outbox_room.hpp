// Counts messages of one session that are under way, so that a fast sender waits for a slow peer.
#ifndef USMP_PYTHON_OUTBOX_ROOM_HPP
#define USMP_PYTHON_OUTBOX_ROOM_HPP

#include <cstddef>
#include <mutex>

namespace usmp::python {

/// Under way to one peer at a time, through send(): more wait in Python.
inline constexpr std::size_t kOutboxMessagesMax = 128;
inline constexpr std::size_t kOutboxBytesMax = 512 * 1024;

class OutboxRoom {
 public:
  /// False: no room now; settled() tells when to try again.
  bool enter(std::size_t size) {
    const std::lock_guard lock(mutex_);
    if (count_ != 0 && (count_ >= kOutboxMessagesMax || size_ + size > kOutboxBytesMax)) {
      is_wanted_ = true;
      return false;
    }
    ++count_;
    size_ += size;
    return true;
  }

  /// A message needs nothing more. True: somebody waits, and now there is room, or, for who waits
  /// for the end, nothing is under way any more.
  bool settled(std::size_t size) {
    const std::lock_guard lock(mutex_);
    --count_;
    size_ -= size;
    const bool tells =
        (is_wanted_ && count_ <= kOutboxMessagesMax / 2 && size_ <= kOutboxBytesMax / 2) ||
        (is_end_wanted_ && count_ == 0);
    if (tells) is_wanted_ = is_end_wanted_ = false;
    return tells;
  }

  /// True if nothing is under way; otherwise settled() tells when that is so.
  bool is_empty() {
    const std::lock_guard lock(mutex_);
    if (count_ != 0) is_end_wanted_ = true;
    return count_ == 0;
  }

 private:
  std::mutex mutex_;
  std::size_t count_ = 0;
  std::size_t size_ = 0;
  bool is_wanted_ = false;
  bool is_end_wanted_ = false;
};

}  // namespace usmp::python

#endif  // USMP_PYTHON_OUTBOX_ROOM_HPP
