// Where a gateway's packets go (§6): to the address from which the highest number came, proven by a
// PING before much is sent there.
#include "base/byte_writer.hpp"
#include "usmp/gateway_session.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;

// True if packets go to another address from now on.
bool GatewaySession::heard_from(const Address& from, size_t size, bool highest, Instant now) {
  if (!is_udp(medium_)) return false;
  if (from == address_) {
    if (proving_) unproven_in_ += static_cast<uint32_t>(size);
    return false;
  }
  if (!highest) return false;
  if (proving_ && from == former_) {
    // The device still speaks from where it was: the other address was a copy of its packet.
    address_ = former_;
    stop_proving();
    return true;
  }
  if (!proving_) former_ = address_;
  address_ = from;
  start_proving(size, now);
  return true;
}

// USMP3 §6: a PING with a new token to both addresses at once and after each RTO.
void GatewaySession::start_proving(size_t size, Instant now) {
  uint8_t token = static_cast<uint8_t>(path_token_ + 1);
  if (!random_.fill(random_.context, &token, 1)) token = static_cast<uint8_t>(path_token_ + 1);
  path_token_ = token == path_token_ ? static_cast<uint8_t>(token + 1) : token;
  proving_ = true;
  path_ping_new_ = path_ping_former_ = true;
  unproven_in_ = static_cast<uint32_t>(size);
  unproven_out_ = 0;
  path_deadline_ = now + rto();
  path_until_ = now + rto() * kPathCheckRtos;
  send_.new_path(medium_);
}

void GatewaySession::stop_proving() {
  proving_ = false;
  path_ping_new_ = path_ping_former_ = false;
}

void GatewaySession::pong_from(const Address& from) {
  if (proving_ && from == address_ && pong_received_token_ == path_token_) stop_proving();
}

void GatewaySession::on_path_deadline(Instant now) {
  if (now.reached(path_until_)) {
    address_ = former_;  // USMP3 §6: none came in 3 RTO: it goes back
    stop_proving();
    send_.new_path(medium_);
  } else if (now.reached(path_deadline_)) {
    path_deadline_ = now + rto();
    path_ping_new_ = path_ping_former_ = true;
  }
}

// USMP3 §6: until it is proven at most 3 times the bytes that came from there.
size_t GatewaySession::unproven_room() const {
  if (!proving_) return agreement_.max_packet;
  const uint32_t allowed = unproven_in_ * kUnprovenAddressFactor;
  return allowed > unproven_out_ ? allowed - unproven_out_ : 0;
}

Result<size_t> GatewaySession::write_path_ping(MutableBytes out, Address* to) {
  const size_t header_size = data_header_size(agreement_.peer_cid.size, false);
  const size_t size = header_size + 2 + crypto::kTagSize;
  if (out.size < size) return Error::BufferTooSmall;
  const bool to_new = path_ping_new_ && unproven_room() >= size;
  if (!to_new && !path_ping_former_) return size_t(0);
  if (to_new) {
    path_ping_new_ = false;
    unproven_out_ += static_cast<uint32_t>(size);
  } else {
    path_ping_former_ = false;
  }
  *to = to_new ? address_ : former_;
  ByteWriter writer(MutableBytes(out.data + header_size, 2));
  writer.u8(kPing);
  writer.u8(path_token_);
  return seal(out, writer.size(), false, last_sent_);
}

}  // namespace usmp
