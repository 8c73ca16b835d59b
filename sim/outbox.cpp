// See outbox.hpp.
#include "outbox.hpp"

#include "violation.hpp"

namespace usmp::sim {

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
