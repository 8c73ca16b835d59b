// See trace.hpp.
#include "trace.hpp"

namespace usmp::sim {

namespace {

constexpr std::uint8_t kShortFirst = 0x38;
constexpr std::uint8_t kShortLast = 0x3B;

}  // namespace

const char* packet_kind(Bytes packet) {
  if (packet.empty()) return "empty";
  switch (packet[0]) {
    case 0x30:
      return "HELLO";
    case 0x31:
      return "RETRY";
    case 0x32:
      return "CHALLENGE";
    case 0x33:
      return "HELLO_ACK";
    case 0x34:
      return "SESSION_OK";
    case 0x35:
      return "REJECT";
    case 0x36:
      return "RESET";
    case 0x3C:
      return "long";
    default:
      return packet[0] >= kShortFirst && packet[0] <= kShortLast ? "short" : "garbage";
  }
}

const char* name_of(EventKind kind) {
  switch (kind) {
    case EventKind::None:
      return "None";
    case EventKind::Established:
      return "Established";
    case EventKind::Hint:
      return "Hint";
    case EventKind::AttemptFailed:
      return "AttemptFailed";
    case EventKind::ConnectDue:
      return "ConnectDue";
    case EventKind::Drained:
      return "Drained";
    case EventKind::Lost:
      return "Lost";
    case EventKind::Closed:
      return "Closed";
    case EventKind::Moved:
      return "Moved";
    case EventKind::Woke:
      return "Woke";
    case EventKind::Asleep:
      return "Asleep";
  }
  return "?";
}

const char* name_of(Cause cause) {
  switch (cause) {
    case Cause::None:
      return "";
    case Cause::NoAnswer:
      return "NoAnswer";
    case Cause::NotAuthenticated:
      return "NotAuthenticated";
    case Cause::NoCommonSuite:
      return "NoCommonSuite";
    case Cause::Busy:
      return "Busy";
    case Cause::Parameters:
      return "Parameters";
    case Cause::ByeDone:
      return "ByeDone";
    case Cause::ByeProtocolError:
      return "ByeProtocolError";
    case Cause::ByeIdle:
      return "ByeIdle";
    case Cause::ByeReplaced:
      return "ByeReplaced";
    case Cause::ByeRevoked:
      return "ByeRevoked";
    case Cause::ByeGoingDown:
      return "ByeGoingDown";
    case Cause::ByeOther:
      return "ByeOther";
    case Cause::ConnectionLost:
      return "ConnectionLost";
    case Cause::NumbersSpent:
      return "NumbersSpent";
    case Cause::StreamBroken:
      return "StreamBroken";
  }
  return "?";
}

void Trace::packet(Time now, unsigned device, const char* direction, Bytes packet) const {
  if (out_ == nullptr) return;
  *out_ << now << " ms  device " << device << " " << direction << " " << packet_kind(packet) << " "
        << packet.size << " bytes\n";
}

void Trace::event(Time now, unsigned device, const char* host, Event event) const {
  if (out_ == nullptr || event.kind == EventKind::None) return;
  *out_ << now << " ms  device " << device << " " << host << ": " << name_of(event.kind) << " "
        << name_of(event.cause) << "\n";
}

void Trace::message(Time now, unsigned device, const char* what, std::uint32_t number,
                    std::size_t value) const {
  if (out_ == nullptr) return;
  *out_ << now << " ms  device " << device << " message " << what << " number " << number << ", "
        << value << "\n";
}

void Trace::note(Time now, const std::string& text) const {
  if (out_ != nullptr) *out_ << now << " ms  " << text << "\n";
}

}  // namespace usmp::sim
