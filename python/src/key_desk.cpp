// See key_desk.hpp.
#include "key_desk.hpp"

#include <string>
#include <utility>

namespace usmp::python {

gateway::KeyLookup KeyDesk::give(std::optional<gateway::DeviceKey>& from, gateway::DeviceKey& to) {
  if (!from) return gateway::KeyLookup::Unknown;
  to = std::move(*from);
  return gateway::KeyLookup::Found;
}

gateway::KeyLookup KeyDesk::find(const gateway::DeviceId& device, gateway::DeviceKey& key) {
  std::unique_lock lock(mutex_);
  if (is_closed_) return gateway::KeyLookup::Unavailable;
  if (const auto late = late_.find(device); late != late_.end()) {
    if (late->second.has_failed && Clock::now() < late->second.until) {
      return gateway::KeyLookup::Unavailable;
    }
    LateAnswer answer = std::move(late->second);
    late_.erase(late);
    if (!answer.has_failed && Clock::now() < answer.until) return give(answer.key, key);
  }
  // One question at a time for a device: who repeats its HELLO_ACK must not ask ever more.
  for (const auto& [number, question] : questions_) {
    if (question.device == device) return gateway::KeyLookup::Unavailable;
  }
  if (questions_.size() >= kLateAnswersMax) return gateway::KeyLookup::Unavailable;
  const std::uint64_t number = ++last_question_;
  Question& question = questions_.emplace(number, Question{device, {}}).first->second;
  const Bytes id = device.bytes();
  queue_->push({EventKind::KeyWanted, server_id_, static_cast<std::int64_t>(number),
                std::string(reinterpret_cast<const char*>(id.data), id.size)});
  // References into an unordered_map stay good while others are entered.
  if (questions_.size() <= kQuestionsAwaitedMax) {
    answered_.wait_for(lock, kKeyAnswerAwaited,
                       [&] { return question.is_answered || question.is_withdrawn || is_closed_; });
  }
  if (question.is_withdrawn) {
    questions_.erase(number);
    return gateway::KeyLookup::Unavailable;
  }
  if (!question.is_answered) {
    question.is_given_up = true;
    return gateway::KeyLookup::Unavailable;
  }
  const gateway::KeyLookup lookup = give(question.key, key);
  questions_.erase(number);
  return lookup;
}

void KeyDesk::answer(std::uint64_t number, std::optional<gateway::DeviceKey> key) {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(number);
  if (found == questions_.end()) return;
  if (found->second.is_given_up) {
    keep_late(found->second.device, {std::move(key), false, Clock::now() + kLateAnswerKept});
    questions_.erase(found);
    return;
  }
  found->second.key = std::move(key);
  found->second.is_answered = true;
  answered_.notify_all();
}

void KeyDesk::withdraw(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = questions_.find(number);
  if (found == questions_.end()) return;
  keep_late(found->second.device, {std::nullopt, true, Clock::now() + kFailedPause});
  if (found->second.is_given_up) {
    questions_.erase(found);
    return;
  }
  found->second.is_withdrawn = true;
  answered_.notify_all();
}

void KeyDesk::keep_late(const gateway::DeviceId& device, LateAnswer answer) {
  const Clock::time_point now = Clock::now();
  std::erase_if(late_, [now](const auto& entry) { return entry.second.until <= now; });
  if (late_.size() >= kLateAnswersMax) return;
  late_[device] = std::move(answer);
}

void KeyDesk::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  late_.clear();
  answered_.notify_all();
}

}  // namespace usmp::python
