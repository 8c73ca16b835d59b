// Why a gateway cannot listen where it was told to, told apart by what a person has to do.
#ifndef USMP_GATEWAY_LISTEN_LISTEN_ERROR_HPP
#define USMP_GATEWAY_LISTEN_LISTEN_ERROR_HPP

#include <cstdint>
#include <stdexcept>
#include <string>

namespace usmp::gateway {

enum class ListenFault : std::uint8_t {
  PortInUse,      ///< Another program has it: stop that, or choose another port or line.
  NotPermitted,   ///< Ports below 1024 are for root; serial lines are for a group (dialout).
  NoSuchAddress,  ///< Not an address of this machine, or it has no IPv6: choose another address.
  NameUnknown,    ///< The name means no address.
  NoSuchLine,     ///< There is no such device file, or it is no serial line.
  Failed,         ///< The system refused: its text says why.
};

/// Its what() is one line for a person: the URI, what is wrong, what to do.
class ListenError : public std::runtime_error {
 public:
  ListenError(ListenFault fault, const std::string& text)
      : std::runtime_error(text), fault_(fault) {}
  ListenFault fault() const { return fault_; }

 private:
  ListenFault fault_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_LISTEN_ERROR_HPP
