// The messages of an application on their way through a session: keeps their nodes and bytes where
// they are until the session gives them back, and tells the ledger what became of them.
#ifndef USMP_SIM_OUTBOX_HPP
#define USMP_SIM_OUTBOX_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <vector>

#include "ledger.hpp"
#include "usmp/message.hpp"
#include "usmp/result.hpp"
#include "usmp/time.hpp"
#include "violation.hpp"

namespace usmp::sim {

class Outbox {
 public:
  explicit Outbox(Flow& flow) : flow_(flow) {}

  /// A new message, to be handed in.
  void add(std::size_t size, std::uint8_t channel) {
    waiting_.push_back(flow_.compose(size, channel));
  }
  /// Gives the session what waits, as far as it takes it.
  template <typename Session>
  void hand_in(Session& session, const SessionId& id, Instant now);
  /// Takes what is finished from the session.
  template <typename Session>
  void take_finished(Session& session);
  /// Takes everything from a session that is over; it waits for the next one.
  template <typename Session>
  void take_back(Session& session);
  /// The application crashed, or gave up.
  void forget(Fate fate);

  /// Numbers with the session, in order.
  std::vector<std::uint32_t> handed_in() const;
  bool empty() const { return waiting_.empty() && letters_.empty(); }
  std::size_t count() const { return waiting_.size() + letters_.size(); }
  bool waits() const { return !waiting_.empty(); }

 private:
  struct Letter {
    Outgoing node;
    std::vector<std::uint8_t> content;
    std::uint32_t number;
  };

  void settle(Outgoing& node, std::vector<std::uint32_t>* returned);

  Flow& flow_;
  std::deque<std::uint32_t> waiting_;
  std::list<Letter> letters_;  // with the session
};

template <typename Session>
void Outbox::hand_in(Session& session, const SessionId& id, Instant now) {
  while (!waiting_.empty()) {
    const std::uint32_t number = waiting_.front();
    letters_.push_back(Letter{{}, flow_.content(number), number});
    Letter& letter = letters_.back();
    letter.node.content = Bytes(letter.content.data(), letter.content.size());
    letter.node.channel = flow_.channel(number);
    letter.node.user = &letter;
    const Error error = session.send(letter.node, now);
    if (error == Error::WrongState) {
      letters_.pop_back();
      return;
    }
    waiting_.pop_front();
    if (error == Error::TooLarge) {
      letters_.pop_back();
      flow_.settled(number, Fate::Refused);
      continue;
    }
    if (error != Error::None) throw Violation("send() gave an error that it does not document");
    if (is_session(id)) flow_.sent_in(id, number);
  }
}

template <typename Session>
void Outbox::take_finished(Session& session) {
  while (Outgoing* node = session.take_finished()) settle(*node, nullptr);
}

template <typename Session>
void Outbox::take_back(Session& session) {
  std::vector<std::uint32_t> returned;
  while (Outgoing* node = session.take_back()) settle(*node, &returned);
  if (!letters_.empty()) throw Violation("a session that is over kept a message");
  waiting_.insert(waiting_.begin(), returned.begin(), returned.end());
}

}  // namespace usmp::sim

#endif  // USMP_SIM_OUTBOX_HPP
