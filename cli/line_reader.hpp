// Cuts what comes in by a file into lines, as it comes, for a loop that waits by poll().
#ifndef USMP_CLI_LINE_READER_HPP
#define USMP_CLI_LINE_READER_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace usmp::cli {

/// The longest line, in bytes: an ID, a channel and the largest message.
inline constexpr std::size_t kLineSizeMax = 66 * 1024;

class LineReader {
 public:
  using Take = std::function<void(std::string_view)>;

  explicit LineReader(int file) : file_(file) {}

  /// What read() found.
  enum class Found : unsigned char {
    Lines,    ///< perhaps none that is whole yet
    NotOurs,  ///< a terminal that belongs to another program now: try again later
    End,      ///< nothing more comes
  };
  /// Reads what is there (it waits if nothing is) and hands each whole line, without its end, to
  /// `take`; at the end of the file the last one too. A line longer than kLineSizeMax is skipped,
  /// and `too_long` called instead.
  Found read(const Take& take, const std::function<void()>& too_long);

 private:
  void take_bytes(std::string_view bytes, const Take& take, const std::function<void()>& too_long);

  int file_;
  std::string begun_;
  bool is_skipping_ = false;  // the rest of a line that is too long
};

}  // namespace usmp::cli

#endif  // USMP_CLI_LINE_READER_HPP
