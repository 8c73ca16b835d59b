// See line_writer.hpp.
#include "line_writer.hpp"

#include <unistd.h>

#include <utility>

#include "standard_streams.hpp"

namespace usmp::cli {

LineWriter::LineWriter(std::function<void()> failed)
    : failed_(std::move(failed)), thread_([this] { run(); }) {}

LineWriter::~LineWriter() { finish(); }

void LineWriter::write(const std::string& line) {
  std::unique_lock lock(mutex_);
  changed_.wait(
      lock, [this] { return waiting_.size() < kLinesWaitingMax || is_hurried_ || has_failed_; });
  if (has_failed_) return;
  const bool was_empty = waiting_.empty();
  waiting_ += line;
  if (was_empty) changed_.notify_all();
}

void LineWriter::hurry() {
  const std::lock_guard lock(mutex_);
  is_hurried_ = true;
  changed_.notify_all();
}

void LineWriter::finish() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_finishing_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void LineWriter::run() {
  std::string writing;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !waiting_.empty() || is_finishing_; });
      if (waiting_.empty()) return;
      writing.clear();
      writing.swap(waiting_);
      changed_.notify_all();
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(writing.data());
    if (write_all(STDOUT_FILENO, Bytes(bytes, writing.size()))) continue;
    {
      const std::lock_guard lock(mutex_);
      has_failed_ = true;
      waiting_.clear();
      changed_.notify_all();
    }
    failed_();
    return;
  }
}

}  // namespace usmp::cli
