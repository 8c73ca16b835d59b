// See standard_streams.hpp.
#include "standard_streams.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <system_error>

#include "command_error.hpp"

namespace usmp::cli {
namespace {

Bytes bytes_of(std::string_view text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

void guard_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // open() takes the lowest free number, which is `stream`. The wrong direction on purpose.
    const int opened = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened != stream) _exit(static_cast<int>(ExitCode::Failure));
  }
}

bool write_all(int file, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data, bytes.size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.from(static_cast<std::size_t>(written));
  }
  return true;
}

void print(std::string_view text) {
  if (write_all(STDOUT_FILENO, bytes_of(text))) return;
  throw CommandError(ExitCode::Failure,
                     "cannot write the output: " + std::generic_category().message(errno));
}

void say(std::string_view text) {
  const std::string line = "usmp: " + std::string(text) + "\n";
  // If stderr is gone there is nobody left to tell; the exit code still says it.
  (void)write_all(STDERR_FILENO, bytes_of(line));
}

}  // namespace usmp::cli
