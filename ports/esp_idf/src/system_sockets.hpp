// The sockets of lwIP, under the names that ports/sockets uses. Not by their POSIX names, which
// ESP-IDF sends through its file system, nor by macros: lwIP's own functions are there in every
// configuration.
#ifndef USMP_ESP_IDF_SYSTEM_SOCKETS_HPP
#define USMP_ESP_IDF_SYSTEM_SOCKETS_HPP

#include <lwip/def.h>
#include <lwip/netdb.h>
#include <lwip/sockets.h>

#include <cstdint>

namespace usmp::sockets::system {

inline std::uint16_t port_in_order_of_network(std::uint16_t port) { return lwip_htons(port); }
inline std::uint16_t port_in_order_of_host(std::uint16_t port) { return lwip_ntohs(port); }

inline int socket(int family, int type, int protocol) {
  return lwip_socket(family, type, protocol);
}
inline int close_socket(int file) { return lwip_close(file); }

/// No call on it waits.
inline bool make_non_blocking(int file) {
  const int flags = lwip_fcntl(file, F_GETFL, 0);
  return flags >= 0 && lwip_fcntl(file, F_SETFL, flags | O_NONBLOCK) == 0;
}

inline int bind(int file, const sockaddr* address, socklen_t size) {
  return lwip_bind(file, address, size);
}
inline int connect(int file, const sockaddr* address, socklen_t size) {
  return lwip_connect(file, address, size);
}
inline int shutdown(int file, int how) { return lwip_shutdown(file, how); }
inline int getsockname(int file, sockaddr* address, socklen_t* size) {
  return lwip_getsockname(file, address, size);
}
inline int getsockopt(int file, int level, int name, void* value, socklen_t* size) {
  return lwip_getsockopt(file, level, name, value, size);
}
inline int setsockopt(int file, int level, int name, const void* value, socklen_t size) {
  return lwip_setsockopt(file, level, name, value, size);
}
inline ssize_t send(int file, const void* data, size_t size, int flags) {
  return lwip_send(file, data, size, flags);
}
inline ssize_t recv(int file, void* out, size_t size, int flags) {
  return lwip_recv(file, out, size, flags);
}
inline ssize_t recvmsg(int file, msghdr* message, int flags) {
  return lwip_recvmsg(file, message, flags);
}
inline int poll(pollfd* entries, nfds_t count, int timeout_ms) {
  return lwip_poll(entries, count, timeout_ms);
}
inline int getaddrinfo(const char* name, const char* port, const addrinfo* wanted,
                       addrinfo** list) {
  return lwip_getaddrinfo(name, port, wanted, list);
}
inline void freeaddrinfo(addrinfo* list) { lwip_freeaddrinfo(list); }

}  // namespace usmp::sockets::system

#endif  // USMP_ESP_IDF_SYSTEM_SOCKETS_HPP
