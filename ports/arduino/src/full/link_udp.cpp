// Datagrams over an Arduino UDP object, as a connected socket: from elsewhere nothing is taken.
#if !defined(__AVR__)
#include "link.hpp"

namespace usmp_arduino {

namespace {

/// Ports that no service has (RFC 6335).
const uint16_t kPortFirst = 49152;
const uint16_t kPortMask = 0x3FFF;
const int kPortTries = 8;
/// Packets from elsewhere, or too large, in one call.
const int kForeignMax = 8;

uint16_t some_port() {
  uint8_t bytes[2];
  if (usmp_port_random(bytes, sizeof bytes) != 0) return kPortFirst;
  return static_cast<uint16_t>(kPortFirst + ((bytes[0] | bytes[1] << 8) & kPortMask));
}

void drop_packet(::UDP& udp) {
  while (udp.available() > 0 && udp.read() >= 0) {
  }
}

}  // namespace

void Link::fill_udp(usmp_transport_t& t) {
  t.open = open_udp;
  t.send = send_udp;
  t.recv = recv_udp;
  t.close = close_udp;
  t.stream = USMP_TRANSPORT_DATAGRAMS;
}

int Link::open_udp(usmp_transport_t* t) {
  Link& link = of(t);
  const int joined = link.join_network();
  if (joined != 0) return joined;
  link.address_known_ = link.medium_.has_address || link.medium_.address.fromString(link.host_);
  if (!link.address_known_ && link.medium_.network != nullptr) {
    if (!link.medium_.network->look_up(link.host_, link.medium_.address)) {
      return USMP_ERR_NAME_NOT_RESOLVED;
    }
    link.address_known_ = true;
  }
  return link.open_udp_port() ? 0 : static_cast<int>(USMP_ERR_TRANSPORT_FAILED);
}

bool Link::open_udp_port() {
  for (int tries = 0; tries < kPortTries; ++tries) {
    if (medium_.local_port == 0) medium_.local_port = some_port();
    if (medium_.udp->begin(medium_.local_port) == 1) return true;
    medium_.local_port = 0;  // it is taken
  }
  return false;
}

int Link::send_udp(usmp_transport_t* t, const uint8_t* data, size_t len) {
  Link& link = of(t);
  ::UDP& udp = *link.medium_.udp;
  const int begun = link.address_known_ ? udp.beginPacket(link.medium_.address, link.medium_.port)
                                        : udp.beginPacket(link.host_, link.medium_.port);
  if (begun != 1) return USMP_ERR_UNREACHABLE;
  if (udp.write(data, len) != len) return USMP_ERR_TRANSPORT_FAILED;
  return udp.endPacket() == 1 ? static_cast<int>(len) : static_cast<int>(USMP_ERR_UNREACHABLE);
}

bool Link::from_gateway() {
  if (medium_.udp->remotePort() != medium_.port) return false;
  return !address_known_ || medium_.udp->remoteIP() == medium_.address;
}

int Link::recv_udp(usmp_transport_t* t, uint8_t* out, size_t len) {
  Link& link = of(t);
  ::UDP& udp = *link.medium_.udp;
  for (int dropped = 0; dropped < kForeignMax; ++dropped) {
    const int size = udp.parsePacket();
    if (size <= 0) return 0;
    if (static_cast<size_t>(size) <= len && link.from_gateway()) {
      const int count = udp.read(out, static_cast<size_t>(size));
      if (count == size) return count;
    }
    drop_packet(udp);
  }
  return 0;
}

void Link::close_udp(usmp_transport_t* t) { of(t).medium_.udp->stop(); }

}  // namespace usmp_arduino
#endif  // not __AVR__
