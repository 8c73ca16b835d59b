// See outgoing_row.hpp.
#include "usmp/wire2/detail/outgoing_row.hpp"

namespace usmp {
namespace wire2 {

void OutgoingRow::enqueue(Outgoing& message) {
  message.next = nullptr;
  message.delivery = Delivery::Queued;
  if (tail_ != nullptr) tail_->next = &message;
  tail_ = &message;
  if (head_ == nullptr) head_ = &message;
  if (unfinished_ == nullptr) unfinished_ = &message;
}

Outgoing* OutgoingRow::take_finished() { return head_ == unfinished_ ? nullptr : take_back(); }

Outgoing* OutgoingRow::take_back() {
  Outgoing* const taken = head_;
  if (taken == nullptr) return nullptr;
  head_ = taken->next;
  if (head_ == nullptr) tail_ = nullptr;
  if (taken == unfinished_) {
    unfinished_ = head_;
    offset_ = 0;
  }
  if (taken->delivery == Delivery::Queued) taken->delivery = Delivery::Returned;
  taken->next = nullptr;
  return taken;
}

Bytes OutgoingRow::peek(size_t size_max) const {
  const Bytes content = unfinished_->content;
  const size_t left = content.size - offset_;
  if (left == 0) return Bytes();
  return content.from(offset_).first(left < size_max ? left : size_max);
}

bool OutgoingRow::ends_message(size_t size) const {
  return offset_ + size == unfinished_->content.size;
}

void OutgoingRow::advance(size_t size) {
  if (!ends_message(size)) {
    offset_ = static_cast<uint16_t>(offset_ + size);
    return;
  }
  unfinished_->delivery = Delivery::Acknowledged;
  unfinished_ = unfinished_->next;
  offset_ = 0;
}

}  // namespace wire2
}  // namespace usmp
