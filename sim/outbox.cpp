// See outbox.hpp.
#include "outbox.hpp"

#include "violation.hpp"

namespace usmp::sim {

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

void Outbox::settle(Outgoing& node, std::vector<std::uint32_t>* returned) {
  auto letter = letters_.begin();
  while (letter != letters_.end() && &letter->node != &node) ++letter;
  if (letter == letters_.end()) throw Violation("a session gave back a message that it never had");
  switch (node.delivery) {
    case Delivery::Acknowledged:
      flow_.settled(letter->number, Fate::Acknowledged);
      break;
    case Delivery::Refused:
      flow_.settled(letter->number, Fate::Refused);
      break;
    case Delivery::Returned:
      if (returned == nullptr) throw Violation("take_finished() gave an unfinished message");
      returned->push_back(letter->number);
      break;
    case Delivery::Queued:
      throw Violation("a message came back without an outcome");
  }
  letters_.erase(letter);
}

void Outbox::take_finished(Session& session) {
  while (Outgoing* node = session.take_finished()) settle(*node, nullptr);
}

void Outbox::take_back(Session& session) {
  std::vector<std::uint32_t> returned;
  while (Outgoing* node = session.take_back()) settle(*node, &returned);
  if (!letters_.empty()) throw Violation("a session that is over kept a message");
  waiting_.insert(waiting_.begin(), returned.begin(), returned.end());
}

void Outbox::forget(Fate fate) {
  for (const Letter& letter : letters_) flow_.settled(letter.number, fate);
  for (const std::uint32_t number : waiting_) flow_.settled(number, fate);
  letters_.clear();
  waiting_.clear();
}

std::vector<std::uint32_t> Outbox::handed_in() const {
  std::vector<std::uint32_t> numbers;
  for (const Letter& letter : letters_) numbers.push_back(letter.number);
  return numbers;
}

}  // namespace usmp::sim
