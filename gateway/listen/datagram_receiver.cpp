// Receives datagrams in batches: see datagram_receiver.hpp.
#include "listen/datagram_receiver.hpp"

#include <string.h>
#include <sys/socket.h>

namespace usmp::gateway {

DatagramReceiver::DatagramReceiver(std::size_t packet_size_max, LocalEndpoints& endpoints)
    : endpoints_(endpoints),
      packet_size_max_(packet_size_max),
      memory_(kDatagramBatch * packet_size_max) {
  for (std::size_t index = 0; index < kDatagramBatch; ++index) {
    pieces_[index].iov_base = memory_.data() + index * packet_size_max_;
    pieces_[index].iov_len = packet_size_max_;
    messages_[index] = mmsghdr{};
    messages_[index].msg_hdr.msg_iov = &pieces_[index];
    messages_[index].msg_hdr.msg_iovlen = 1;
    messages_[index].msg_hdr.msg_name = &names_[index];
    messages_[index].msg_hdr.msg_control = &controls_[index];
  }
}

std::span<const ReceivedDatagram> DatagramReceiver::receive(int socket_number,
                                                            std::uint16_t socket_index) {
  for (mmsghdr& message : messages_) {
    message.msg_hdr.msg_namelen = sizeof(SocketAddress);
    message.msg_hdr.msg_controllen = sizeof(Control);
  }
  // An error is either "nothing there" or an ICMP answer to something sent before: anybody can
  // forge those, and a device that is gone shows by its silence.
  const int count =
      recvmmsg(socket_number, messages_.data(), kDatagramBatch, MSG_DONTWAIT, nullptr);
  was_full_ = count == static_cast<int>(kDatagramBatch);

  std::size_t taken = 0;
  for (std::size_t index = 0; count > 0 && index < static_cast<std::size_t>(count); ++index) {
    msghdr& message = messages_[index].msg_hdr;
    const SocketAddress& from = names_[index];
    const bool has_name = from.family() == AF_INET || from.family() == AF_INET6;
    if ((message.msg_flags & MSG_TRUNC) != 0 || !has_name || message.msg_namelen == 0) {
      ++dropped_count_;
      continue;
    }
    const LocalEndpoint endpoint = endpoint_of_message(message, socket_index, from);
    received_[taken].packet =
        MutableBytes(memory_.data() + index * packet_size_max_, messages_[index].msg_len);
    received_[taken].from = make_address(ip_of(from), port_of(from), number_of(endpoint));
    ++taken;
  }
  return {received_.data(), taken};
}

LocalEndpoint DatagramReceiver::endpoint_of_message(msghdr& message, std::uint16_t socket_index,
                                                    const SocketAddress& from) const {
  LocalEndpoint endpoint;
  endpoint.socket = socket_index;
  if (from.family() == AF_INET6) endpoint.scope = from.ipv6.sin6_scope_id;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      memcpy(&info, CMSG_DATA(header), sizeof info);
      memcpy(endpoint.ip.data(), &info.ipi6_addr, endpoint.ip.size());
    } else if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      memcpy(&info, CMSG_DATA(header), sizeof info);
      SocketAddress local;
      local.ipv4.sin_family = AF_INET;
      local.ipv4.sin_addr = info.ipi_addr;
      endpoint.ip = ip_of(local);
    }
  }
  return endpoint;
}

std::uint32_t DatagramReceiver::number_of(const LocalEndpoint& endpoint) {
  // A plain mix of what differs between the addresses of one machine; a clash costs a look-up.
  const unsigned mix = endpoint.ip[15] * 31U + endpoint.ip[14] * 7U + endpoint.ip[7] +
                       endpoint.socket * 13U + endpoint.scope;
  KnownEndpoint& known = known_[mix % known_.size()];
  if (!known.is_set || known.endpoint != endpoint) {
    known.number = endpoints_.number_of(endpoint);
    known.endpoint = endpoint;
    known.is_set = true;
  }
  return known.number;
}

}  // namespace usmp::gateway
