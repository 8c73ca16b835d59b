// The addresses that a host's name stands for, one after another. Not a connection to any of them.
#ifndef USMP_SOCKETS_HOST_ADDRESSES_HPP
#define USMP_SOCKETS_HOST_ADDRESSES_HPP

#include <cstddef>
#include <string>
#include <vector>

#include "system_sockets.hpp"
#include "usmp.h"

namespace usmp::sockets {

struct HostAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// Who to talk to, and which of its addresses is being tried.
class HostAddresses {
 public:
  /// `hosts`: an address or a name, or several with commas between them.
  HostAddresses(const std::string& hosts, int port, int socket_type);

  /// Looks the names up again; may block as long as the name server does. OK or
  /// USMP_ERR_NAME_NOT_RESOLVED. The address that is current stays so if it is still among them.
  usmp_err_t look_up();

  bool empty() const { return addresses_.empty(); }
  std::size_t count() const { return addresses_.size(); }
  const HostAddress& current() const { return addresses_[index_]; }
  /// Goes on to the next address, behind the last to the first.
  void advance() { index_ = addresses_.empty() ? 0 : (index_ + 1) % addresses_.size(); }

 private:
  void look_up_one(const std::string& host, std::vector<HostAddress>& found) const;

  std::vector<std::string> hosts_;
  std::string port_;
  int socket_type_;
  std::vector<HostAddress> addresses_;
  std::size_t index_ = 0;
};

/// The code for an errno of connect(), send() or recv().
usmp_err_t code_of_errno(int error);

}  // namespace usmp::sockets

#endif  // USMP_SOCKETS_HOST_ADDRESSES_HPP
