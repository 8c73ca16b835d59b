// Sends datagrams in batches: see datagram_sender.hpp.
#include "listen/datagram_sender.hpp"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

namespace usmp::gateway {

DatagramSender::DatagramSender(std::size_t packet_size_max, std::vector<UdpSocket> sockets,
                               LocalEndpoints& endpoints)
    : endpoints_(endpoints),
      sockets_(std::move(sockets)),
      packet_size_max_(packet_size_max),
      memory_(kDatagramBatch * packet_size_max) {
  for (std::size_t index = 0; index < kDatagramBatch; ++index) {
    pieces_[index].iov_base = memory_.data() + index * packet_size_max_;
    messages_[index] = mmsghdr{};
    messages_[index].msg_hdr.msg_iov = &pieces_[index];
    messages_[index].msg_hdr.msg_iovlen = 1;
    messages_[index].msg_hdr.msg_name = &names_[index];
  }
}

MutableBytes DatagramSender::buffer() {
  return {memory_.data() + count_ * packet_size_max_, packet_size_max_};
}

void DatagramSender::commit(std::size_t size, const Address& to) {
  const LocalEndpoint& from = endpoint(endpoint_of(to));
  if (size == 0 || to.size != kAddressSizeMax || from.socket >= sockets_.size()) {
    ++unsent_count_;
    return;
  }
  const int family = sockets_[from.socket].family;
  names_[count_] = make_socket_address(family, ip_of(to), port_of(to), from.scope);
  if (names_[count_].family() == AF_UNSPEC) {
    ++unsent_count_;
    return;
  }
  pieces_[count_].iov_len = size;
  messages_[count_].msg_hdr.msg_namelen = names_[count_].size();
  socket_indexes_[count_] = from.socket;
  set_source(count_, from, family);
  if (++count_ == kDatagramBatch) flush();
}

void DatagramSender::flush() {
  std::size_t first = 0;
  while (first < count_) {
    std::size_t last = first + 1;
    while (last < count_ && socket_indexes_[last] == socket_indexes_[first]) ++last;
    send_run(first, last);
    first = last;
  }
  count_ = 0;
}

const LocalEndpoint& DatagramSender::endpoint(std::uint32_t number) {
  KnownEndpoint& known = known_[number % known_.size()];
  if (!known.is_set || known.number != number) {
    known.endpoint = endpoints_.endpoint(number);
    known.number = number;
    known.is_set = true;
  }
  return known.endpoint;
}

void DatagramSender::set_source(std::size_t index, const LocalEndpoint& from, int family) {
  msghdr& message = messages_[index].msg_hdr;
  if (from.ip == IpAddress{}) {
    message.msg_control = nullptr;
    message.msg_controllen = 0;
    return;
  }
  message.msg_control = &controls_[index];
  if (family == AF_INET6) {
    message.msg_controllen = CMSG_SPACE(sizeof(in6_pktinfo));
    in6_pktinfo info{};
    memcpy(&info.ipi6_addr, from.ip.data(), from.ip.size());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = IPV6_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(header), &info, sizeof info);
  } else {
    message.msg_controllen = CMSG_SPACE(sizeof(in_pktinfo));
    in_pktinfo info{};
    info.ipi_spec_dst = make_socket_address(AF_INET, from.ip, 0, 0).ipv4.sin_addr;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof info);
    memcpy(CMSG_DATA(header), &info, sizeof info);
  }
}

void DatagramSender::send_run(std::size_t first, std::size_t last) {
  const int socket_number = sockets_[socket_indexes_[first]].number;
  bool was_retried = false;
  while (first < last) {
    const int sent = sendmmsg(socket_number, &messages_[first], static_cast<unsigned>(last - first),
                              MSG_DONTWAIT);
    if (sent > 0) {
      first += static_cast<std::size_t>(sent);
      was_retried = false;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
      unsent_count_ += last - first;
      return;
    }
    // Either an ICMP answer to an earlier datagram, which the socket reports once and then forgets,
    // or this one cannot go: try it once more, then leave it out.
    if (was_retried) {
      ++first;
      ++unsent_count_;
    }
    was_retried = !was_retried;
  }
}

}  // namespace usmp::gateway
