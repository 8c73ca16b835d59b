// Tells a person what happens: packets by kind, events and faults, a line each. Silent unless a
// stream was given.
#ifndef USMP_SIM_TRACE_HPP
#define USMP_SIM_TRACE_HPP

#include <cstdint>
#include <ostream>
#include <string>

#include "usmp/bytes.hpp"
#include "usmp/event.hpp"
#include "virtual_time.hpp"

namespace usmp::sim {

/// The packet's kind by its first byte (USMP3 §1).
const char* packet_kind(Bytes packet);
const char* name_of(EventKind kind);
const char* name_of(Cause cause);

class Trace {
 public:
  explicit Trace(std::ostream* out = nullptr) : out_(out) {}
  bool is_on() const { return out_ != nullptr; }
  void packet(Time now, unsigned device, const char* direction, Bytes packet) const;
  void event(Time now, unsigned device, const char* host, Event event) const;
  /// What happens to message `number`; `value`: its size, or how it was settled.
  void message(Time now, unsigned device, const char* what, std::uint32_t number,
               std::size_t value) const;
  void note(Time now, const std::string& text) const;

 private:
  std::ostream* out_;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_TRACE_HPP
