// See link.hpp. What the media have in common.
#if !defined(__AVR__)
#include "link.hpp"

#include <string.h>

namespace usmp_arduino {
namespace {

/// A network that is not there after so long is given up for a while.
const uint32_t kJoinWaitMs = 20000;

bool copy_text(char* out, size_t size, const char* text) {
  const size_t length = text != nullptr ? strlen(text) : 0;
  if (length >= size) return false;
  memcpy(out, text != nullptr ? text : "", length + 1);
  return true;
}

}  // namespace

Link::Link()
    : medium_(),
      host_(),
      ssid_(),
      password_(),
      made_(false),
      joining_(false),
      begun_(false),
      room_known_(false),
      address_known_(false),
      joining_since_(0) {}

usmp_err_t Link::take(const Medium& medium) {
  let_go();
  medium_ = medium;
  if (!copy_text(host_, sizeof host_, medium.host) ||
      !copy_text(ssid_, sizeof ssid_, medium.ssid) ||
      !copy_text(password_, sizeof password_, medium.password)) {
    medium_ = Medium();
    return USMP_ERR_INVALID_ARG;
  }
  medium_.host = medium.host != nullptr ? host_ : nullptr;
  medium_.ssid = medium.ssid != nullptr ? ssid_ : nullptr;
  medium_.password = password_;
  const bool missing =
      medium_.client == nullptr && medium_.udp == nullptr && medium_.stream == nullptr;
  if (missing && medium_.make != nullptr) {
    medium_.make(medium_);
    made_ = medium_.client != nullptr || medium_.udp != nullptr;
    if (!made_) return USMP_ERR_NO_MEMORY;
  } else if (missing) {
    return USMP_ERR_INVALID_ARG;
  }
  return USMP_OK;
}

void Link::let_go() {
  if (made_) medium_.unmake(medium_);
  medium_ = Medium();
  made_ = joining_ = begun_ = room_known_ = address_known_ = false;
  memset(password_, 0, sizeof password_);
  __asm__ __volatile__("" : : "r"(password_) : "memory");  // not a dead store
}

usmp_transport_t Link::transport() {
  usmp_transport_t made = usmp_transport_t();
  made.ctx = this;
  switch (medium_.kind) {
    case Medium::Kind::Tcp:
      fill_tcp(made);
      break;
    case Medium::Kind::Udp:
      fill_udp(made);
      break;
    case Medium::Kind::Serial:
      fill_serial(made);
      break;
    case Medium::Kind::None:
      break;
  }
  return made;
}

int Link::join_network() {
  if (medium_.ssid == nullptr) return 0;
  if (medium_.network == nullptr) return USMP_ERR_INVALID_ARG;
  if (medium_.network->joined()) {
    joining_ = false;
    return 0;
  }
  if (!joining_) {
    joining_ = true;
    joining_since_ = usmp_port_millis();
    medium_.network->join(medium_.ssid, medium_.password);
  } else if (usmp_port_millis() - joining_since_ >= kJoinWaitMs) {
    joining_ = false;
    return USMP_ERR_UNREACHABLE;
  }
  return USMP_TRANSPORT_OPENING;
}

size_t Link::room_in(Print& out, size_t len, size_t piece) {
  const int room = out.availableForWrite();
  if (room > 0) room_known_ = true;
  // 0 of one that never said anything else: it does not tell, and a write may wait.
  const size_t most = room > 0 ? static_cast<size_t>(room) : room_known_ ? 0 : piece;
  return len < most ? len : most;
}

}  // namespace usmp_arduino
#endif  // not __AVR__
