// A socket that closes itself, and waiting for one. Not what is said over it.
#ifndef USMP_SOCKETS_SOCKET_HPP
#define USMP_SOCKETS_SOCKET_HPP

#include <cstdint>

#include "host_addresses.hpp"

namespace usmp::sockets {

class Socket {
 public:
  Socket() = default;
  ~Socket() { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// A new non-blocking socket for that kind of address. False: errno says why.
  bool open(int family, int type);
  void close();
  bool is_open() const { return file_ >= 0; }
  int file() const { return file_; }

 private:
  int file_ = -1;
};

/// Waits until the socket can be read, or with `for_sending` also written, `timeout_ms` at most.
/// True if it can (an error is found by reading).
bool wait_for_socket(const Socket& socket, bool for_sending, std::uint32_t timeout_ms);

}  // namespace usmp::sockets

#endif  // USMP_SOCKETS_SOCKET_HPP
