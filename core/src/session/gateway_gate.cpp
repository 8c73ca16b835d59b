// What a gateway answers without keeping anything (§1, §2 Load, §6): which packet is what, RETRY
// with its cookie, REJECT to a HELLO, RESET.
#include <string.h>

#include "base/byte_writer.hpp"
#include "base/wipe.hpp"
#include "usmp/gateway_handshake.hpp"
#include "wire3/hello.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;

PacketKind classify_packet(Bytes packet, size_t cid_size, Bytes* cid) {
  *cid = Bytes();
  if (packet.empty()) return PacketKind::Other;
  if (packet[0] == kHello) return PacketKind::Hello;
  const bool ack = packet[0] == kHelloAck;
  if ((!ack && !is_data(packet[0])) || packet.size < 1 + cid_size) return PacketKind::Other;
  *cid = packet.from(1).first(cid_size);
  return ack ? PacketKind::HelloAck : PacketKind::Data;
}

Error parse_hello(Bytes packet, Hello* hello) {
  HelloFields fields;
  if (!read_hello(packet, &fields)) return Error::Malformed;
  hello->packet = packet;
  hello->limits = fields.params.limits;
  hello->cid = fields.params.cid;
  hello->suites = fields.params.suites;
  hello->stream = fields.params.stream;
  hello->public_key = fields.public_key;
  hello->cookie = fields.cookie;
  crypto::Sha256 hash;
  hash.update(packet);
  hash.finish(hello->hash);
  return Error::None;
}

// USMP3 §2 Load: HMAC-SHA256(secret, address ‖ port ‖ pub_D ‖ time / 30 s)[0..15]
void make_cookie(uint8_t (&cookie)[kCookieSize], const uint8_t (&secret)[32], Bytes address,
                 Bytes public_key, uint64_t period) {
  uint8_t time[8];
  for (size_t index = 0; index < sizeof time; ++index) {
    time[index] = static_cast<uint8_t>(period >> (8 * index));
  }
  const Bytes pieces[3] = {address, public_key, Bytes(time)};
  uint8_t mac[crypto::kHashSize];
  crypto::hmac_sha256(mac, Bytes(secret), pieces, 3);
  memcpy(cookie, mac, kCookieSize);
}

bool cookie_valid(const Hello& hello, const uint8_t (&secret)[32], Bytes address, uint64_t period) {
  if (hello.cookie.size != kCookieSize) return false;
  uint8_t cookie[kCookieSize];
  for (uint64_t age = 0; age < 2; ++age) {  // this and the last period are valid
    make_cookie(cookie, secret, address, hello.public_key, period - age);
    if (equal_constant_time(cookie, hello.cookie.data, kCookieSize)) return true;
  }
  return false;
}

Result<size_t> write_retry(MutableBytes out, const Hello& hello,
                           const uint8_t (&cookie)[kCookieSize]) {
  ByteWriter writer(out);
  writer.u8(kRetry);
  writer.bytes(hello.cid.view());
  writer.bytes(Bytes(hello.hash, kHelloTagSize));
  writer.bytes(Bytes(cookie));
  if (!writer.ok()) return Error::BufferTooSmall;
  return writer.size();
}

Result<size_t> write_reject(MutableBytes out, const Hello& hello, RejectReason reason) {
  ByteWriter writer(out);
  writer.u8(kReject);
  writer.bytes(hello.cid.view());
  writer.bytes(Bytes(hello.hash, kHelloTagSize));
  writer.u8(static_cast<uint8_t>(reason));
  if (!writer.ok()) return Error::BufferTooSmall;
  return writer.size();
}

Result<size_t> write_reset(MutableBytes out, Bytes cid) {
  ByteWriter writer(out);
  writer.u8(kReset);
  writer.bytes(cid);
  if (!writer.ok()) return Error::BufferTooSmall;
  return writer.size();
}

}  // namespace usmp
