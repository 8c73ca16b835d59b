// See socket.hpp.
#include "socket.hpp"

namespace usmp::sockets {

bool Socket::open(int family, int type) {
  close();
  file_ = system::socket(family, type, 0);
  if (file_ < 0) return false;
  if (system::make_non_blocking(file_)) return true;
  close();
  return false;
}

void Socket::close() {
  if (file_ >= 0) system::close_socket(file_);
  file_ = -1;
}

bool wait_for_socket(const Socket& socket, bool for_sending, std::uint32_t timeout_ms) {
  const int longest = 60 * 1000;
  pollfd entry{};
  entry.fd = socket.file();
  entry.events = static_cast<short>(for_sending ? POLLIN | POLLOUT : POLLIN);
  const int span =
      timeout_ms < static_cast<std::uint32_t>(longest) ? static_cast<int>(timeout_ms) : longest;
  return system::poll(&entry, 1, span) > 0;
}

}  // namespace usmp::sockets
