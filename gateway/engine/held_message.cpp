// One block of memory a message: the node, then its bytes.
#include "engine/held_message.hpp"

#include <cstring>
#include <new>
#include <utility>

namespace usmp::gateway {

void HeldMessageDeleter::operator()(HeldMessage* message) const {
  message->~HeldMessage();
  ::operator delete(message);
}

HeldMessagePtr HeldMessage::make(Bytes content, std::uint8_t channel, std::uint64_t token) {
  void* block = ::operator new(sizeof(HeldMessage) + content.size);
  HeldMessagePtr message(new (block) HeldMessage);
  std::uint8_t* bytes = static_cast<std::uint8_t*>(block) + sizeof(HeldMessage);
  if (content.size != 0) std::memcpy(bytes, content.data, content.size);
  message->outgoing_.content = Bytes(bytes, content.size);
  message->outgoing_.channel = channel;
  message->outgoing_.user = message.get();
  message->token_ = token;
  return message;
}

HeldMessageList::~HeldMessageList() {
  while (pop_front() != nullptr) {
  }
}

HeldMessageList& HeldMessageList::operator=(HeldMessageList&& other) noexcept {
  if (this == &other) return *this;
  while (pop_front() != nullptr) {
  }
  take(other);
  return *this;
}

void HeldMessageList::push_back(HeldMessagePtr message) {
  size_ += message->size();
  ++count_;
  HeldMessage* node = message.release();
  node->next_ = nullptr;
  (last_ != nullptr ? last_->next_ : first_) = node;
  last_ = node;
}

HeldMessagePtr HeldMessageList::pop_front() {
  if (first_ == nullptr) return nullptr;
  HeldMessagePtr message(first_);
  first_ = first_->next_;
  if (first_ == nullptr) last_ = nullptr;
  message->next_ = nullptr;
  --count_;
  size_ -= message->size();
  return message;
}

void HeldMessageList::append(HeldMessageList&& other) {
  if (other.empty()) return;
  (last_ != nullptr ? last_->next_ : first_) = other.first_;
  last_ = other.last_;
  count_ += other.count_;
  size_ += other.size_;
  other.first_ = other.last_ = nullptr;
  other.count_ = other.size_ = 0;
}

void HeldMessageList::prepend(HeldMessageList&& other) {
  other.append(std::move(*this));
  take(other);
}

void HeldMessageList::take(HeldMessageList& other) {
  first_ = std::exchange(other.first_, nullptr);
  last_ = std::exchange(other.last_, nullptr);
  count_ = std::exchange(other.count_, 0);
  size_ = std::exchange(other.size_, 0);
}

}  // namespace usmp::gateway
