// The sockets of a POSIX system, under the names that ports/sockets uses. Not a layer of its own:
// each is the system's call, and errno says what failed.
#ifndef USMP_POSIX_SYSTEM_SOCKETS_HPP
#define USMP_POSIX_SYSTEM_SOCKETS_HPP

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

namespace usmp::sockets::system {

using ::bind;
using ::connect;
using ::freeaddrinfo;
using ::getaddrinfo;
using ::getsockname;
using ::getsockopt;
using ::poll;
using ::recv;
using ::recvmsg;
using ::send;
using ::setsockopt;
using ::shutdown;
using ::socket;

inline std::uint16_t port_in_order_of_network(std::uint16_t port) { return htons(port); }
inline std::uint16_t port_in_order_of_host(std::uint16_t port) { return ntohs(port); }

inline int close_socket(int file) { return ::close(file); }

/// No call on it waits, and it does not outlive an exec().
inline bool make_non_blocking(int file) {
  const int flags = ::fcntl(file, F_GETFL, 0);
  return flags >= 0 && ::fcntl(file, F_SETFL, flags | O_NONBLOCK) == 0 &&
         ::fcntl(file, F_SETFD, FD_CLOEXEC) == 0;
}

}  // namespace usmp::sockets::system

#endif  // USMP_POSIX_SYSTEM_SOCKETS_HPP
