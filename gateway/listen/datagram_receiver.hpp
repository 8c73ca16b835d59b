// Takes UDP datagrams out of sockets, many with one system call, into buffers made once a thread.
// Not for what they mean: the engine reads them.
#ifndef USMP_GATEWAY_LISTEN_DATAGRAM_RECEIVER_HPP
#define USMP_GATEWAY_LISTEN_DATAGRAM_RECEIVER_HPP

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "listen/local_endpoints.hpp"
#include "usmp/bytes.hpp"

namespace usmp::gateway {

/// Datagrams taken or sent with one system call.
inline constexpr std::size_t kDatagramBatch = 64;

struct ReceivedDatagram {
  MutableBytes packet;  ///< the receiver's, until its next receive()
  Address from;
};

/// One thread's. Memory: kDatagramBatch times `packet_size_max` and a little.
class DatagramReceiver {
 public:
  /// Longer datagrams are dropped. `endpoints` outlives it.
  DatagramReceiver(std::size_t packet_size_max, LocalEndpoints& endpoints);

  /// What is there now, kDatagramBatch at most; empty if nothing is. `socket_index` is that of
  /// `socket_number` among the thread's listening sockets.
  std::span<const ReceivedDatagram> receive(int socket_number, std::uint16_t socket_index);
  /// True if the last receive() took all it could: more may be there.
  bool was_full() const { return was_full_; }
  /// Datagrams dropped because they were too long for any packet.
  std::uint64_t dropped_count() const { return dropped_count_; }

 private:
  /// Room for the one control message that is asked for.
  union Control {
    cmsghdr align;
    std::uint8_t bytes[CMSG_SPACE(sizeof(in6_pktinfo))];
  };
  static_assert(sizeof(in6_pktinfo) >= sizeof(in_pktinfo), "room for either");
  struct KnownEndpoint {
    LocalEndpoint endpoint;
    std::uint32_t number = 0;
    bool is_set = false;
  };

  LocalEndpoint endpoint_of_message(msghdr& message, std::uint16_t socket_index,
                                    const SocketAddress& from) const;
  std::uint32_t number_of(const LocalEndpoint& endpoint);

  LocalEndpoints& endpoints_;
  std::size_t packet_size_max_;
  std::vector<std::uint8_t> memory_;
  std::array<SocketAddress, kDatagramBatch> names_;
  std::array<Control, kDatagramBatch> controls_;
  std::array<iovec, kDatagramBatch> pieces_;
  std::array<mmsghdr, kDatagramBatch> messages_;
  std::array<ReceivedDatagram, kDatagramBatch> received_;
  std::array<KnownEndpoint, 64> known_;  // by a hash, so that the shared table is seldom asked
  std::uint64_t dropped_count_ = 0;
  bool was_full_ = false;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_DATAGRAM_RECEIVER_HPP
