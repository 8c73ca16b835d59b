// See host_addresses.hpp.
#include "host_addresses.hpp"

#include <errno.h>
#include <string.h>

#include <algorithm>
#include <utility>

namespace usmp::sockets {
namespace {

bool same(const HostAddress& one, const HostAddress& other) {
  return one.size == other.size && memcmp(&one.storage, &other.storage, one.size) == 0;
}

}  // namespace

HostAddresses::HostAddresses(const std::string& hosts, int port, int socket_type)
    : port_(std::to_string(port)), socket_type_(socket_type) {
  std::size_t begin = 0;
  while (begin <= hosts.size()) {
    const std::size_t end = std::min(hosts.find(',', begin), hosts.size());
    std::string host = hosts.substr(begin, end - begin);
    // [::1], as in a URI
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
      host = host.substr(1, host.size() - 2);
    }
    if (!host.empty()) hosts_.push_back(std::move(host));
    begin = end + 1;
  }
}

void HostAddresses::look_up_one(const std::string& host, std::vector<HostAddress>& found) const {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = socket_type_;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (system::getaddrinfo(host.c_str(), port_.c_str(), &wanted, &list) != 0) return;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    if (one->ai_addrlen > sizeof(sockaddr_storage)) continue;
    HostAddress address;
    memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    found.push_back(address);
  }
  system::freeaddrinfo(list);
}

usmp_err_t HostAddresses::look_up() {
  std::vector<HostAddress> found;
  for (const std::string& host : hosts_) look_up_one(host, found);
  if (found.empty()) return USMP_ERR_NAME_NOT_RESOLVED;
  std::size_t index = 0;
  for (std::size_t one = 0; !addresses_.empty() && one < found.size(); ++one) {
    if (same(found[one], current())) index = one;
  }
  addresses_ = std::move(found);
  index_ = index;
  return USMP_OK;
}

usmp_err_t code_of_errno(int error) {
  switch (error) {
    case ECONNREFUSED:
      return USMP_ERR_REFUSED;
    case ETIMEDOUT:
      return USMP_ERR_TIMEOUT;
    case ECONNRESET:
    case EPIPE:
      return USMP_ERR_LOST;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return USMP_ERR_UNREACHABLE;
    case ENOMEM:
    case ENOBUFS:
      return USMP_ERR_NO_MEMORY;
    default:
      return USMP_ERR_TRANSPORT_FAILED;
  }
}

}  // namespace usmp::sockets
