// Collects UDP datagrams, built in place, and sends many with one system call. What the system
// does not take at once is like lost on the way: whoever needs it sends it again.
#ifndef USMP_GATEWAY_LISTEN_DATAGRAM_SENDER_HPP
#define USMP_GATEWAY_LISTEN_DATAGRAM_SENDER_HPP

#include <array>
#include <cstdint>
#include <vector>

#include "listen/datagram_receiver.hpp"
#include "listen/local_endpoints.hpp"
#include "usmp/bytes.hpp"

namespace usmp::gateway {

/// A listening UDP socket as the sender sees it.
struct UdpSocket {
  int number = -1;
  int family = 0;  ///< AF_INET or AF_INET6
};

/// One thread's. Memory: kDatagramBatch times `packet_size_max` and a little.
class DatagramSender {
 public:
  /// `sockets`: the thread's, by their index in an endpoint. `endpoints` outlives it.
  DatagramSender(std::size_t packet_size_max, std::vector<UdpSocket> sockets,
                 LocalEndpoints& endpoints);

  /// Where the next datagram is to be built: `packet_size_max` bytes, the same ones until commit().
  MutableBytes buffer();
  /// The first `size` bytes of buffer() go to `to` with the next flush(), which a full batch
  /// makes at once. An address that no socket can reach is dropped.
  void commit(std::size_t size, const Address& to);
  /// Sends what was committed.
  void flush();

  /// Datagrams that the system did not take.
  std::uint64_t unsent_count() const { return unsent_count_; }

 private:
  union Control {
    cmsghdr align;
    std::uint8_t bytes[CMSG_SPACE(sizeof(in6_pktinfo))];
  };
  struct KnownEndpoint {
    std::uint32_t number = 0;
    bool is_set = false;
    LocalEndpoint endpoint;
  };

  const LocalEndpoint& endpoint(std::uint32_t number);
  void set_source(std::size_t index, const LocalEndpoint& from, int family);
  void send_run(std::size_t first, std::size_t last);

  LocalEndpoints& endpoints_;
  std::vector<UdpSocket> sockets_;
  std::size_t packet_size_max_;
  std::vector<std::uint8_t> memory_;
  std::array<SocketAddress, kDatagramBatch> names_;
  std::array<Control, kDatagramBatch> controls_;
  std::array<iovec, kDatagramBatch> pieces_;
  std::array<mmsghdr, kDatagramBatch> messages_;
  std::array<std::uint16_t, kDatagramBatch> socket_indexes_;
  std::array<KnownEndpoint, 64> known_;
  std::size_t count_ = 0;
  std::uint64_t unsent_count_ = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_DATAGRAM_SENDER_HPP
