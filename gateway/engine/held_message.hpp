// A message to a device, with its bytes in one block of memory, and a list of such. They are handed
// from owner to owner (directory, mailbox, session), never copied. Not for messages from devices.
#ifndef USMP_GATEWAY_ENGINE_HELD_MESSAGE_HPP
#define USMP_GATEWAY_ENGINE_HELD_MESSAGE_HPP

#include <cstddef>
#include <cstdint>
#include <memory>

#include "usmp/bytes.hpp"
#include "usmp/message.hpp"

namespace usmp::gateway {

class HeldMessage;

struct HeldMessageDeleter {
  void operator()(HeldMessage* message) const;
};
using HeldMessagePtr = std::unique_ptr<HeldMessage, HeldMessageDeleter>;

class HeldMessage {
 public:
  /// Copies `content`. Throws std::bad_alloc.
  static HeldMessagePtr make(Bytes content, std::uint8_t channel, std::uint64_t token);
  /// The message that a session gives back.
  static HeldMessagePtr from_outgoing(Outgoing& node) {
    return HeldMessagePtr(static_cast<HeldMessage*>(node.user));
  }

  /// The node for Session::send(); the session has the message until it gives the node back.
  Outgoing& outgoing() { return outgoing_; }
  std::size_t size() const { return outgoing_.content.size; }
  std::uint64_t token() const { return token_; }

 private:
  friend class HeldMessageList;
  friend struct HeldMessageDeleter;
  HeldMessage() = default;

  Outgoing outgoing_{};
  std::uint64_t token_ = 0;
  HeldMessage* next_ = nullptr;
};

/// A row of messages, first in, first out. Frees what is left in it.
class HeldMessageList {
 public:
  HeldMessageList() = default;
  ~HeldMessageList();
  HeldMessageList(HeldMessageList&& other) noexcept { take(other); }
  HeldMessageList& operator=(HeldMessageList&& other) noexcept;
  HeldMessageList(const HeldMessageList&) = delete;
  HeldMessageList& operator=(const HeldMessageList&) = delete;

  void push_back(HeldMessagePtr message);
  /// nullptr: empty.
  HeldMessagePtr pop_front();
  /// Puts all of `other` behind, or before, what is here.
  void append(HeldMessageList&& other);
  void prepend(HeldMessageList&& other);
  bool empty() const { return first_ == nullptr; }
  std::size_t count() const { return count_; }
  std::size_t size() const { return size_; }  ///< bytes of all contents

 private:
  void take(HeldMessageList& other);

  HeldMessage* first_ = nullptr;
  HeldMessage* last_ = nullptr;
  std::size_t count_ = 0;
  std::size_t size_ = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_HELD_MESSAGE_HPP
