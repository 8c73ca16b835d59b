// What a server tells the program that it runs in.
#ifndef USMP_GATEWAY_LOOP_SERVER_APPLICATION_HPP
#define USMP_GATEWAY_LOOP_SERVER_APPLICATION_HPP

#include <string>

#include "engine/application.hpp"
#include "engine/engine.hpp"

namespace usmp::gateway {

/// Called on the server's threads, on several at once; what lasts long there holds up the devices
/// of that thread. What is passed is valid during the call only.
class ServerApplication {
 public:
  virtual ~ServerApplication() = default;
  /// A message or datagram. Answers may go by `engine` (reply(), reply_datagram()): that is cheaper
  /// than Server::send() and leaves in the same packet as the acknowledgement.
  virtual void message_arrived(Engine& engine, const ArrivedMessage& message) = 0;
  /// What became of a message that Server::send() or the engine took.
  virtual void message_settled(const DeliveryReport& report) = 0;
  virtual void session_changed(const SessionReport& report) = 0;
  /// One line for the operator: the registry cannot be read, say.
  virtual void warned(const std::string& line) = 0;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LOOP_SERVER_APPLICATION_HPP
