// Writes lines to stdout from a thread of its own, so that a slow reader does not hold up devices
// at once, and only after a bound is reached. Nothing is ever left out.
#ifndef USMP_CLI_LINE_WRITER_HPP
#define USMP_CLI_LINE_WRITER_HPP

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace usmp::cli {

/// Bytes that wait for the reader before who writes has to wait too.
inline constexpr std::size_t kLinesWaitingMax = 4 * 1024 * 1024;

class LineWriter {
 public:
  /// `failed` is called once, on the writer's thread, if stdout takes no more.
  explicit LineWriter(std::function<void()> failed);
  /// As finish().
  ~LineWriter();

  /// Adds `line`, which has its line end, from any thread. Waits while too much is there. After a
  /// failure lines are discarded.
  void write(const std::string& line);
  /// Lets nobody wait any more, however much is there: the end is near.
  void hurry();
  /// Writes the rest and ends the thread.
  void finish();

 private:
  void run();

  std::function<void()> failed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  bool is_hurried_ = false;
  bool is_finishing_ = false;
  bool has_failed_ = false;
  std::thread thread_;
};

}  // namespace usmp::cli

#endif  // USMP_CLI_LINE_WRITER_HPP
