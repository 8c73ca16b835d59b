// Opens the sockets a gateway listens on: one for each thread on the same port, and none where
// another program listens already. Not for what comes in by them.
#ifndef USMP_GATEWAY_LISTEN_LISTEN_SOCKET_HPP
#define USMP_GATEWAY_LISTEN_LISTEN_SOCKET_HPP

#include <vector>

#include "listen/file_descriptor.hpp"
#include "listen/listen_uri.hpp"
#include "listen/socket_address.hpp"

namespace usmp::gateway {

/// What the system is asked to hold for a socket that its thread has not come to yet, in bytes: a
/// burst of some 1500 packets of 1232 bytes.
inline constexpr int kUdpBufferSize = 2 * 1024 * 1024;
/// Connections that wait to be accepted.
inline constexpr int kTcpBacklog = 1024;

/// One address and port that is listened on.
struct ListenPoint {
  Transport transport = Transport::Udp;
  SocketAddress address;                ///< with the port that the system chose, if it was 0
  std::vector<FileDescriptor> sockets;  ///< one for each thread

  /// As a URI, with the real address and port.
  std::string text() const;
};

/// Opens `uri` for `thread_count` threads: a point for each address that its name means. Throws
/// ListenError, and then nothing is open.
std::vector<ListenPoint> open_listen_points(const ListenUri& uri, unsigned thread_count);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_LISTEN_SOCKET_HPP
