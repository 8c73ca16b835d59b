// See socket.hpp.
#include "socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace usmp::posix {

bool Socket::open(int family, int type) {
  close();
  file_ = ::socket(family, type, 0);
  if (file_ < 0) return false;
  const int flags = fcntl(file_, F_GETFL, 0);
  if (flags < 0 || fcntl(file_, F_SETFL, flags | O_NONBLOCK) != 0 ||
      fcntl(file_, F_SETFD, FD_CLOEXEC) != 0) {
    close();
    return false;
  }
  return true;
}

void Socket::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

bool wait_for_socket(const Socket& socket, bool for_sending, std::uint32_t timeout_ms) {
  const int longest = 60 * 1000;
  pollfd entry{};
  entry.fd = socket.file();
  entry.events = static_cast<short>(for_sending ? POLLIN | POLLOUT : POLLIN);
  const int span =
      timeout_ms < static_cast<std::uint32_t>(longest) ? static_cast<int>(timeout_ms) : longest;
  return poll(&entry, 1, span) > 0;
}

}  // namespace usmp::posix
