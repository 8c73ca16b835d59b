// The messages of one direction, from send() to what the other side takes: whole, in order, once in
// a session, none left out. Not the network between: see session_world.hpp.
#ifndef USMP_TESTS_FUZZ_MESSAGE_FLOW_HPP
#define USMP_TESTS_FUZZ_MESSAGE_FLOW_HPP

#include <cstddef>
#include <deque>

#include "expect.hpp"
#include "script.hpp"
#include "usmp/session.hpp"

namespace usmp::fuzz {

class MessageFlow {
 public:
  /// `receiver_max`: a larger message is refused, at send() or when its turn comes. `stream`:
  /// finished means handed to the stream there, so what was under way is lost with a connection.
  MessageFlow(std::uint16_t receiver_max, bool stream)
      : receiver_max_(receiver_max), stream_(stream) {}

  void post(Session& sender, std::size_t size, Instant now) {
    if (posted_.size() >= kPostedMax) return;
    posted_.emplace_back();
    Posted& posted = posted_.back();
    posted.content = content_of(posted_.size() - 1, size);
    posted.node.content = view(posted.content);
    posted.node.channel = static_cast<std::uint8_t>(posted_.size());
    posted.node.user = &posted;
    // Acknowledged would be a lie of a node that the session did not take.
    posted.node.delivery = Delivery::Acknowledged;
    if (sender.send(posted.node, now) != Error::None) posted_.pop_back();
  }

  /// Takes the nodes that need nothing more.
  void settle(Session& sender) {
    while (Outgoing* const node = sender.take_finished()) finish(*node);
  }

  /// The sender's session is over: what it did not get acknowledged goes to the next one.
  void move_on(Session& from, Session& to, Instant now) {
    settle(from);
    while (Outgoing* const node = from.take_back()) {
      if (node->delivery == Delivery::Acknowledged || node->delivery == Delivery::Refused) {
        finish(*node);
      } else if (to.send(*node, now) != Error::None) {
        USMP_FUZZ_EXPECT(node->content.size > receiver_max_, "a message goes to the next session");
        static_cast<Posted*>(node->user)->done = true;
      }
    }
  }

  /// The sender begins a session, with the oldest message that is not finished.
  void sender_began() {
    first_ = 0;
    while (first_ < posted_.size() && (posted_[first_].done || acknowledged(first_))) {
      USMP_FUZZ_EXPECT(first_ < delivered_ || refused(first_) || stream_,
                       "acknowledged and never delivered");
      ++first_;
    }
    if (stream_ && delivered_ < first_) delivered_ = first_;
  }

  /// The receiver is in that session from now on.
  void receiver_began() { expected_ = first_; }

  void delivered(const Message& message) {
    while (expected_ < posted_.size() && refused(expected_)) ++expected_;
    USMP_FUZZ_EXPECT(expected_ < posted_.size(), "delivered but never sent, or twice");
    const Posted& posted = posted_[expected_];
    USMP_FUZZ_EXPECT(octets_of(message.content) == posted.content, "in order, and as it was sent");
    USMP_FUZZ_EXPECT(message.channel == posted.node.channel, "on its channel");
    ++expected_;
    if (delivered_ < expected_) delivered_ = expected_;
  }

  /// True if every message was delivered, or refused, and is with its owner again.
  bool complete() const {
    for (std::size_t index = 0; index < posted_.size(); ++index) {
      if (!posted_[index].done || (!refused(index) && index >= delivered_)) return false;
    }
    return true;
  }

 private:
  struct Posted {
    Octets content;
    Outgoing node{};
    bool done = false;
  };
  static constexpr std::size_t kPostedMax = 48;

  static Octets content_of(std::size_t index, std::size_t size) {
    Octets content(size);
    for (std::size_t at = 0; at < size; ++at) {
      content[at] = static_cast<std::uint8_t>(index * 37 + at * 3 + 1);
    }
    return content;
  }

  bool refused(std::size_t index) const { return posted_[index].content.size() > receiver_max_; }

  bool acknowledged(std::size_t index) const {
    const Delivery delivery = posted_[index].node.delivery;
    return delivery == Delivery::Acknowledged || delivery == Delivery::Refused;
  }

  void finish(const Outgoing& node) {
    Posted& posted = *static_cast<Posted*>(node.user);
    USMP_FUZZ_EXPECT(!posted.done, "given back once");
    USMP_FUZZ_EXPECT(node.delivery == Delivery::Acknowledged || node.delivery == Delivery::Refused,
                     "finished is acknowledged or refused");
    USMP_FUZZ_EXPECT(
        (node.delivery == Delivery::Refused) == (posted.content.size() > receiver_max_),
        "refused is what is too large");
    posted.done = true;
  }

  std::deque<Posted> posted_;
  std::size_t first_ = 0;      // of the sender's present session
  std::size_t expected_ = 0;   // of the present session
  std::size_t delivered_ = 0;  // one above the highest index that was delivered
  const std::uint16_t receiver_max_;
  const bool stream_;
};

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_MESSAGE_FLOW_HPP
