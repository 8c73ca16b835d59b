// Keys that a Python function is asked for. The function runs in the asyncio loop; the engine's
// thread hardly waits for its answer: one that comes later is kept, and the engine asks again (a
// device repeats its packet, on a stream the handshake is put aside).
#ifndef USMP_PYTHON_KEY_DESK_HPP
#define USMP_PYTHON_KEY_DESK_HPP

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "engine/key_source.hpp"
#include "event_queue.hpp"

namespace usmp::python {

/// How long the engine's thread waits for an answer: most functions have it at once.
inline constexpr std::chrono::milliseconds kKeyAnswerAwaited{5};
/// Questions without an answer beyond which it waits for none: a function that is slow must not
/// slow the sessions down.
inline constexpr std::size_t kQuestionsAwaitedMax = 4;
/// How long an answer that came later is kept, and how many of them.
inline constexpr std::chrono::seconds kLateAnswerKept{30};
inline constexpr std::size_t kLateAnswersMax = 1024;
/// How long a function that failed for a device is not asked about it again.
inline constexpr std::chrono::milliseconds kFailedPause{500};

class KeyDesk {
 public:
  KeyDesk(std::shared_ptr<EventQueue> queue, std::uint64_t server_id)
      : queue_(std::move(queue)), server_id_(server_id) {}

  /// Asks, or gives what was answered since. Unavailable: no answer yet, or close().
  gateway::KeyLookup find(const gateway::DeviceId& device, gateway::DeviceKey& key);
  /// The function's answer; `key` empty: it knows no such device.
  void answer(std::uint64_t question, std::optional<gateway::DeviceKey> key);
  /// There will be no answer: who waits is told that the key cannot be told now.
  void withdraw(std::uint64_t question);
  /// Nobody waits from here on.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  struct Question {
    gateway::DeviceId device;
    std::optional<gateway::DeviceKey> key;
    bool is_answered = false;
    bool is_withdrawn = false;
    bool is_given_up = false;
  };
  struct LateAnswer {
    std::optional<gateway::DeviceKey> key;
    bool has_failed = false;
    Clock::time_point until;
  };

  static gateway::KeyLookup give(std::optional<gateway::DeviceKey>& from, gateway::DeviceKey& to);
  void keep_late(const gateway::DeviceId& device, LateAnswer answer);

  std::shared_ptr<EventQueue> queue_;
  std::uint64_t server_id_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::unordered_map<std::uint64_t, Question> questions_;
  std::unordered_map<gateway::DeviceId, LateAnswer> late_;
  std::uint64_t last_question_ = 0;
  bool is_closed_ = false;
};

/// One thread's view of the desk.
class AskedKeys final : public gateway::KeySource {
 public:
  explicit AskedKeys(std::shared_ptr<KeyDesk> desk) : desk_(std::move(desk)) {}
  gateway::KeyLookup find(const gateway::DeviceId& device, gateway::DeviceKey& key) override {
    return desk_->find(device, key);
  }

 private:
  std::shared_ptr<KeyDesk> desk_;
};

}  // namespace usmp::python

#endif  // USMP_PYTHON_KEY_DESK_HPP
