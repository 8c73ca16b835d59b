// The messages that wait to go out, in a row of the caller's nodes, and how far the first of them
// is. Knows no frame, key or time.
#ifndef USMP_WIRE2_DETAIL_OUTGOING_ROW_HPP
#define USMP_WIRE2_DETAIL_OUTGOING_ROW_HPP

#include <stdint.h>

#include "usmp/message.hpp"

namespace usmp {
namespace wire2 {

class OutgoingRow {
 public:
  OutgoingRow() : head_(nullptr), unfinished_(nullptr), tail_(nullptr), offset_(0) {}

  void enqueue(Outgoing& message);
  /// The next message that needs nothing more. nullptr: none.
  Outgoing* take_finished();
  /// The next message at all, for when the session is over. nullptr: none.
  Outgoing* take_back();

  /// True if no message is unfinished.
  bool idle() const { return unfinished_ == nullptr; }
  /// True if a part of a message went out, and a part is still to go.
  bool within_message() const { return offset_ > 0; }
  /// What the next frame carries, at most `size_max` bytes. Only if not idle().
  Bytes peek(size_t size_max) const;
  /// True if `size` bytes more end the message. Only if not idle().
  bool ends_message(size_t size) const;
  /// The first `size` bytes of what is left are with the peer.
  void advance(size_t size);
  /// The session is over: a message begun begins again in the next one.
  void restart() { offset_ = 0; }

 private:
  Outgoing* head_;        // the oldest: finished ones first, not yet taken
  Outgoing* unfinished_;  // the first that is not finished
  Outgoing* tail_;
  uint16_t offset_;  // bytes of unfinished_ that are with the peer
};

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_DETAIL_OUTGOING_ROW_HPP
