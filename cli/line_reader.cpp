// See line_reader.hpp.
#include "line_reader.hpp"

#include <errno.h>
#include <unistd.h>

namespace usmp::cli {

LineReader::Found LineReader::read(const Take& take, const std::function<void()>& too_long) {
  char buffer[16 * 1024];
  const ssize_t size = ::read(file_, buffer, sizeof buffer);
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return Found::Lines;
  // Read from the background, a terminal answers EIO (SIGTTIN is ignored).
  if (size < 0 && errno == EIO) return Found::NotOurs;
  if (size <= 0) {
    if (!begun_.empty() && !is_skipping_) take(begun_);
    begun_.clear();
    return Found::End;
  }
  take_bytes({buffer, static_cast<std::size_t>(size)}, take, too_long);
  return Found::Lines;
}

void LineReader::take_bytes(std::string_view bytes, const Take& take,
                            const std::function<void()>& too_long) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (!is_skipping_) begun_ += bytes.substr(0, end);
    if (!is_skipping_ && begun_.size() > kLineSizeMax) {
      is_skipping_ = true;
      begun_.clear();
      too_long();
    }
    if (end == std::string_view::npos) return;
    if (!is_skipping_) take(begun_);
    is_skipping_ = false;
    begun_.clear();
    bytes.remove_prefix(end + 1);
  }
}

}  // namespace usmp::cli
