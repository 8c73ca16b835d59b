// What the C++ threads have to tell one asyncio loop: a queue with a descriptor that the loop
// watches. Events are plain values: no Python object is made before the loop takes them, all at
// once. Not for messages: those wait in their session's inbox.
#ifndef USMP_PYTHON_EVENT_QUEUE_HPP
#define USMP_PYTHON_EVENT_QUEUE_HPP

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "listen/file_descriptor.hpp"

namespace usmp::python {

/// The numbers are those of usmp/_dispatch.py.
enum class EventKind : std::uint8_t {
  SessionOpened = 1,  ///< value: the session's id
  SessionChanged,     ///< value: gateway::SessionChange
  SessionClosed,      ///< value: usmp::Cause
  Readable,           ///< the inbox has messages again
  Room,               ///< send() takes messages again
  Settled,            ///< value: token << 3 | Outcome
  KeyWanted,          ///< value: the question's number; text: the device's id
  Warned,             ///< text: a line for the operator
  LinkUp,             ///< a device's session stands
  LinkFailed,         ///< value: usmp_err_t; the device goes on or not, as it was told
  LinkDown,           ///< value: usmp_err_t: the session is over
  Slept,              ///< value: usmp_err_t; text: the saved state
};

struct Event {
  EventKind kind;
  std::uint64_t id;  ///< of the server, session or device that it is for
  std::int64_t value = 0;
  std::string text = {};
};

class EventQueue {
 public:
  /// Throws std::system_error without a descriptor.
  EventQueue();

  /// Readable while events wait.
  int descriptor() const { return wake_.number(); }
  /// From any thread. Never waits.
  void push(Event event);
  /// All that wait.
  std::vector<Event> take();

 private:
  gateway::FileDescriptor wake_;
  std::mutex mutex_;
  std::vector<Event> events_;
};

/// A number that no other server, session or device of this process has.
std::uint64_t next_id();

}  // namespace usmp::python

#endif  // USMP_PYTHON_EVENT_QUEUE_HPP
